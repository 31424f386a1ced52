import { formatDateForPeople } from '../domain/calendar.ts';
import { formatMoneyForPeople } from '../domain/money.ts';
import { instantWords } from '../domain/noted-instants.ts';
import { HELD_BECAUSE } from '../domain/note-words.ts';
import type { HoldReason } from '../domain/plan-change-status.ts';
import { driftOf } from '../domain/plan-change-terms.ts';
import type { Policy } from '../domain/policy.ts';
import type { AgreedChange, MailTemplates, Steps } from './ports.ts';
import { acceptConsent } from './accepted-consent.ts';
import { enqueueNotice, mailRecordWords } from './notices.ts';
import type { AcceptedConsent } from './accepted-consent.ts';
import type { Overtaken } from './standing.ts';
import { overtaken } from './standing.ts';
import { receipt } from './step.ts';

export interface ActivatePlanInput {
  readonly planChangeId: string;
  readonly revision: number;
  /** The consent to attach; null when it was attached while the change was scheduled. */
  readonly consent: AcceptedConsent | null;
  /** Workflow time, ISO instant. */
  readonly now: string;
}

export type ActivatePlanResult =
  | { readonly outcome: 'applied' }
  | { readonly outcome: 'held'; readonly reason: HoldReason; readonly mailId: string | null }
  | Overtaken;

/**
 * Applies what was agreed, and only that. In one transaction: the drift rule, the consent, the switch of the
 * plan, the charges exactly as quoted, the notes and the status. Anything that differs from the quote holds
 * the change and charges nothing.
 */
export function activatePlan(deps: { steps: Steps; templates: MailTemplates; policy: Policy }) {
  return (input: ActivatePlanInput): Promise<ActivatePlanResult> =>
    deps.steps.once(receipt('activatePlan', input.revision), async (tx) => {
      const agreed = await tx.lockPlanChange(input.planChangeId);
      // A second activation, or one for a quote that is no longer the current one, never runs.
      const status = input.consent === null ? 'scheduled' : 'awaiting_consent';
      const ahead = overtaken(agreed, { status, revision: input.revision });
      if (ahead) return ahead;
      const account = await tx.lockAccount({ ...agreed, planCode: agreed.requestedPlanCode });
      if (input.consent !== null) {
        await acceptConsent(tx, agreed, input.consent);
      }
      const note = {
        customerId: agreed.customerId,
        planChangeId: agreed.planChangeId,
        revision: input.revision,
      };

      const drift = driftOf({ ...agreed, when: agreed.activation.when }, account);
      if (drift !== null) {
        await tx.updatePlanChange(input.planChangeId, {
          status: 'held',
          hold: { reason: drift, details: {} },
        });
        const { holdMs } = deps.policy;
        const mail = await enqueueNotice(tx, deps.templates, { ...input, kind: 'held', holdMs });
        await tx.appendNote({
          ...note,
          kind: 'held',
          body: `Held, nothing charged: ${HELD_BECAUSE[drift]}. The customer must be asked again.${mailRecordWords(mail)}`,
          author: { type: 'system', id: null },
        });
        return { outcome: 'held', reason: drift, mailId: mail.mailId };
      }

      // First the status: the database switches a plan for no change but one that is being activated.
      await tx.updatePlanChange(input.planChangeId, { status: 'activating', appliedAt: input.now });
      await tx.switchPlan(input.planChangeId);
      await tx.postLines(agreed);
      await tx.appendNote({
        ...note,
        kind: 'plan_applied',
        body: `${appliedNote(agreed)}${instantWords('Applied', input.now)}`,
        author: { type: 'system', id: null },
      });
      return { outcome: 'applied' };
    });
}

function appliedNote(agreed: AgreedChange): string {
  const lines = agreed.lines.map(
    (line) => `${line.description} ${formatMoneyForPeople(line.amountMinor, agreed.currency)}`,
  );
  return `${agreed.to.planName} is active from ${formatDateForPeople(agreed.effectiveDate)} on. Posted: ${lines.join('; ')}.`;
}
