import { instantWords } from '../domain/noted-instants.ts';
import { HELD_BECAUSE } from '../domain/note-words.ts';
import type { HoldReason } from '../domain/plan-change-status.ts';
import { isTerminal } from '../domain/plan-change-status.ts';
import type { Policy } from '../domain/policy.ts';
import type { AgreedChange, EnqueuedMail, MailTemplates, StepTransaction, Steps } from './ports.ts';
import { acceptConsent } from './accepted-consent.ts';
import { enqueueNotice, mailRecordWords } from './notices.ts';
import type { AcceptedConsent } from './accepted-consent.ts';
import type { Overtaken } from './standing.ts';
import { standsElsewhere } from './standing.ts';
import { receipt } from './step.ts';

export interface StopActivationInput {
  readonly planChangeId: string;
  readonly revision: number;
  /** The consent that asked for the activation; null when it was attached while the change was scheduled. */
  readonly consent: AcceptedConsent | null;
  /** Where the change goes: `held` asks people, `failed` is the end. */
  readonly to: { readonly status: 'held'; readonly reason: HoldReason } | { readonly status: 'failed' };
  /** Names of what went wrong: checks, fault types. Never values. */
  readonly causes: readonly string[];
  readonly now: string;
}

interface StopActivationDeps {
  readonly steps: Steps;
  readonly templates: MailTemplates;
  readonly policy: Policy;
}

/** `mailId`: the notice that goes to the customer when the change is held. */
interface Stopped {
  readonly outcome: 'stopped';
  readonly mailId: string | null;
  /** Set when the change is held for another reason than the one asked for. */
  readonly reason?: HoldReason | null;
}

/**
 * The compensation of an activation: whatever of it was committed is taken back, so that plan, charges and
 * balance are what they were before, and the change is held or fails. It is right whether the activation was
 * committed or not, and it may run again.
 */
export function compensateActivation(deps: StopActivationDeps) {
  return (input: StopActivationInput): Promise<Stopped | Overtaken> =>
    deps.steps.once(receipt('compensateActivation', input.revision), async (tx) => {
      const agreed = await tx.lockPlanChange(input.planChangeId);
      if (isElsewhere(agreed, input)) return standsElsewhere(agreed);
      await keepConsent(tx, agreed, input.consent);
      if (agreed.appliedAt !== null) {
        const restored = await tx.restorePlan(input.planChangeId);
        await tx.reverseLines(input.planChangeId, input.revision);
        await tx.appendNote({
          ...noteOf(agreed, input),
          kind: 'compensated',
          body: restored
            ? `The change was taken back: plan, charges and balance are as before (${input.causes.join(', ')}).`
            : `Charges and balance are as before, but the running plan is not the one this change opened: correct it by hand (${input.causes.join(', ')}).`,
        });
        if (!restored) return askPeople(tx, agreed, input);
      }
      return { outcome: 'stopped', mailId: await stop(tx, deps, agreed, input) };
    });
}

/**
 * Holds a change whose activation did not commit in time. Should it have committed after all, nothing is
 * undone and the answer says so: the activation counts.
 */
export function holdLateActivation(deps: StopActivationDeps) {
  return (
    input: StopActivationInput,
  ): Promise<Stopped | Overtaken | { readonly outcome: 'already_applied' }> =>
    deps.steps.once(receipt('holdLateActivation', input.revision), async (tx) => {
      const agreed = await tx.lockPlanChange(input.planChangeId);
      if (isElsewhere(agreed, input)) return standsElsewhere(agreed);
      if (agreed.appliedAt !== null) return { outcome: 'already_applied' };
      // It was held in time for a reason of its own, and only the answer came too late.
      if (agreed.status === 'held')
        return { outcome: 'stopped', mailId: agreed.unsentNoticeId, reason: agreed.holdReason };
      await keepConsent(tx, agreed, input.consent);
      return { outcome: 'stopped', mailId: await stop(tx, deps, agreed, input) };
    });
}

/** The change has ended, or has another quote: it is no longer this activation's to stop. */
function isElsewhere(agreed: AgreedChange, input: StopActivationInput): boolean {
  return isTerminal(agreed.status) || agreed.quoteRevision !== input.revision;
}

/**
 * The customer did agree: that stays on record although nothing was applied. What the database will not take
 * as a consent must not keep the compensation from its work.
 */
async function keepConsent(
  tx: StepTransaction,
  agreed: AgreedChange,
  consent: AcceptedConsent | null,
): Promise<void> {
  if (consent === null || agreed.consentMethod !== null) return;
  await tx.attempt(async (inner) => {
    await acceptConsent(inner, agreed, consent);
  });
}

async function stop(
  tx: StepTransaction,
  deps: StopActivationDeps,
  agreed: AgreedChange,
  input: StopActivationInput,
): Promise<string | null> {
  const { to } = input;
  if (to.status === 'held') {
    const details = { causes: input.causes.join(', ') };
    await tx.updatePlanChange(input.planChangeId, {
      status: 'held',
      hold: { reason: to.reason, details },
      appliedAt: null,
    });
    const { holdMs } = deps.policy;
    const notice = await enqueueNotice(tx, deps.templates, { ...input, kind: 'held', holdMs });
    await tx.appendNote({
      ...noteOf(agreed, input),
      kind: 'held',
      body: `Held, nothing charged: ${HELD_BECAUSE[to.reason]} (${input.causes.join(', ')}). The customer must be asked again.${mailRecordWords(notice)}`,
    });
    return notice.mailId;
  }
  await tx.updatePlanChange(input.planChangeId, { status: 'failed', closedAt: input.now, appliedAt: null });
  // Whatever made it fail may make the mail fail too: that must not undo the compensation.
  const queued: EnqueuedMail[] = [];
  await tx.attempt(async (inner) => {
    queued.push(await enqueueNotice(inner, deps.templates, { ...input, kind: 'failed' }));
  });
  const [mail = null] = queued;
  await tx.appendNote({
    ...noteOf(agreed, input),
    kind: 'failed',
    body: `Failed, nothing charged: ${input.causes.join(', ')}.${mailRecordWords(mail)}${instantWords('Closed', input.now)}`,
  });
  return mail?.mailId ?? null;
}

/**
 * Another plan runs than the one this change opened, so the state before cannot be restored: two facts disagree,
 * and people decide. The customer is told nothing that may be false.
 */
async function askPeople(
  tx: StepTransaction,
  agreed: AgreedChange,
  input: StopActivationInput,
): Promise<Stopped> {
  const reason = 'plan_not_restored';
  await tx.updatePlanChange(input.planChangeId, {
    status: 'held',
    hold: { reason, details: { causes: input.causes.join(', ') } },
    appliedAt: null,
  });
  await tx.appendNote({
    ...noteOf(agreed, input),
    kind: 'held',
    body: `Held for operations: ${HELD_BECAUSE[reason]} (${input.causes.join(', ')}). Correct the plan by hand, then requote or cancel. The customer was not told.`,
  });
  return { outcome: 'stopped', mailId: null, reason };
}

function noteOf(agreed: AgreedChange, input: StopActivationInput) {
  return {
    customerId: agreed.customerId,
    planChangeId: agreed.planChangeId,
    revision: input.revision,
    author: { type: 'system', id: null },
  } as const;
}
