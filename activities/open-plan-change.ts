import type { RejectionCode } from '../domain/failures.ts';
import { REJECTED_BECAUSE } from '../domain/note-words.ts';
import { instantWords } from '../domain/noted-instants.ts';
import { mayFollow } from '../domain/plan-change-status.ts';
import type { QuotedTerms } from '../domain/plan-change-terms.ts';
import { termsOf } from '../domain/plan-change-terms.ts';
import type { Policy } from '../domain/policy.ts';
import type { PlanChangeInput } from '../workflows/contract.ts';
import type { AgreedChange, LockedAccount, MailTemplates, Steps, StepTransaction } from './ports.ts';
import { describeTerms } from './describe-terms.ts';
import { enqueueNotice, mailRecordWords } from './notices.ts';
import type { QuoteOnOffer } from './quote-on-offer.ts';
import { offerQuote } from './quote-on-offer.ts';
import { currentRunId, receipt } from './step.ts';

export interface OpenPlanChangeInput extends PlanChangeInput {
  /** Workflow time, ISO instant. */
  readonly now: string;
}

export type OpenPlanChangeResult =
  | {
      readonly outcome: 'quoted';
      readonly quote: QuoteOnOffer;
      readonly holdMs: number;
      /** The change that this one took the place of; its workflow must be told. */
      readonly replacedId: string | null;
    }
  | { readonly outcome: 'rejected'; readonly code: RejectionCode; readonly openPlanChangeId: string | null };

/**
 * Step 1: claims the one open change of the subscription, judges the request and makes the first quote.
 * A refusal is a value: the change ends as `rejected`.
 */
export function openPlanChange(deps: { steps: Steps; policy: Policy; templates: MailTemplates }) {
  return (input: OpenPlanChangeInput): Promise<OpenPlanChangeResult> => {
    const runId = currentRunId();
    return deps.steps.once(receipt('openPlanChange'), async (tx) => {
      // The change before the account: the order of every step that locks both.
      const replaced = input.replacesId === null ? null : await tx.lockPlanChange(input.replacesId);
      const account = await tx.lockAccount(input);
      const replacedId = replaced && isReplaceable(replaced, account) ? replaced.planChangeId : null;
      const judged = judge(input, account, replacedId, deps.policy);
      const row = {
        ...input,
        runId,
        requestedPlanCode: input.planCode,
        subscriptionId: account.subscriptionId,
        currency: account.currency,
        from: account.current,
        openedAt: input.now,
      };

      if (typeof judged === 'string') {
        await tx.insertPlanChange({ ...row, outcome: { status: 'rejected', code: judged } });
        await tx.appendNote({
          customerId: input.customerId,
          planChangeId: input.planChangeId,
          kind: 'rejected',
          body: `Change to ${input.planCode} refused: ${REJECTED_BECAUSE[judged]}.${instantWords('Opened', input.now)}${instantWords('Closed', input.now)}`,
          author: { type: 'agent', id: input.agentId },
        });
        const openPlanChangeId = judged === 'plan-change-in-progress' ? account.openPlanChangeId : null;
        return { outcome: 'rejected', code: judged, openPlanChangeId };
      }

      if (replacedId !== null) await closeReplaced(tx, deps.templates, replacedId, input);
      const first = { ...input, revision: 1 };
      const { offer, record } = await offerQuote(tx, first, account, judged, deps.policy, (windows) =>
        tx.insertPlanChange({ ...row, outcome: { status: 'awaiting_consent', to: judged.to, windows } }),
      );
      await tx.appendNote({
        customerId: input.customerId,
        planChangeId: input.planChangeId,
        kind: 'quoted',
        body: `${opening(input, judged)}: ${describeTerms(judged, account.currency, record)}${takingBack(input)}${instantWords('Opened', input.now)}`,
        author: { type: 'agent', id: input.agentId },
      });
      return { outcome: 'quoted', quote: offer, holdMs: deps.policy.holdMs, replacedId };
    });
  };
}

function opening({ revertsId }: OpenPlanChangeInput, { to }: QuotedTerms): string {
  return revertsId === null ? 'Quoted' : `Going back to ${to.planName}`;
}

/** The proof of the change that is taken back rests on these words. */
function takingBack({ revertsId }: OpenPlanChangeInput): string {
  return revertsId === null ? '' : ` It takes back plan change ${revertsId}.`;
}

function judge(
  input: OpenPlanChangeInput,
  account: LockedAccount,
  replacedId: string | null,
  policy: Policy,
): QuotedTerms | RejectionCode {
  if (Date.parse(input.now) >= Date.parse(account.identificationExpiresAt)) return 'identification-expired';
  if (account.openPlanChangeId !== replacedId) return 'plan-change-in-progress';
  return termsOf({ ...input, quoteRevision: 1, furthestDateDays: policy.furthestDateDays }, account);
}

/** An open change gives way until it is being applied. */
function isReplaceable(replaced: AgreedChange, account: LockedAccount): boolean {
  return replaced.planChangeId === account.openPlanChangeId && mayFollow(replaced.status, 'cancelled');
}

/**
 * Only now that the new change is sure to open: a refused one leaves the open change as it is. Who had agreed to it, or
 * was written to about it, is told: the mail is sent by the workflow of that change, as it finds out.
 */
async function closeReplaced(
  tx: StepTransaction,
  templates: MailTemplates,
  replacedId: string,
  input: OpenPlanChangeInput,
): Promise<void> {
  await tx.updatePlanChange(replacedId, { status: 'cancelled', closedAt: input.now });
  const notice = { planChangeId: replacedId, kind: 'replaced', revision: 1, now: input.now } as const;
  const isKnown = await tx.isKnownToCustomer(replacedId);
  const mail = isKnown ? await enqueueNotice(tx, templates, notice) : null;
  await tx.appendNote({
    customerId: input.customerId,
    planChangeId: replacedId,
    kind: 'replaced',
    body: `Replaced by plan change ${input.planChangeId}; nothing was charged.${mailRecordWords(mail)}${instantWords('Closed', input.now)}`,
    author: { type: 'agent', id: input.agentId },
  });
}
