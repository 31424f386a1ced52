import type { RequestedActivation } from '../domain/activation-date.ts';
import type { RejectionCode } from '../domain/failures.ts';
import { termsOf } from '../domain/plan-change-terms.ts';
import type { Policy } from '../domain/policy.ts';
import type { AgreedChange, NoteAuthor, Steps } from './ports.ts';
import { describeTerms } from './describe-terms.ts';
import type { QuoteOnOffer } from './quote-on-offer.ts';
import { offerQuote } from './quote-on-offer.ts';
import type { ExpectedStanding, Overtaken } from './standing.ts';
import { overtaken } from './standing.ts';
import { receipt } from './step.ts';

export interface RequotePlanChangeInput {
  readonly planChangeId: string;
  readonly messageId: string;
  readonly expected: ExpectedStanding;
  /** The new date asked for; null keeps what was asked for before. */
  readonly activation: RequestedActivation | null;
  readonly author: NoteAuthor;
  readonly now: string;
}

export type RequotePlanChangeResult =
  | { readonly outcome: 'quoted'; readonly quote: QuoteOnOffer }
  /** `activation`: what it was judged by; a date that has come meanwhile is judged as at once. */
  | { readonly outcome: 'rejected'; readonly code: RejectionCode; readonly activation?: RequestedActivation }
  | Overtaken;

const IMMEDIATELY: RequestedActivation = { when: 'immediately' };

/**
 * Makes a new quote at today's price and availability. The earlier quote, its consent and its date are void;
 * they stay on record. A promotion that is over falls away: the customer agrees to the price without it, or not.
 * When no quote can be made nothing changes and the code says why.
 */
export function requotePlanChange(deps: { steps: Steps; policy: Policy }) {
  return (input: RequotePlanChangeInput): Promise<RequotePlanChangeResult> =>
    deps.steps.once(receipt('requotePlanChange', input.messageId), async (tx) => {
      const agreed = await tx.lockPlanChange(input.planChangeId);
      const ahead = overtaken(agreed, input.expected);
      if (ahead) return ahead;
      const account = await tx.lockAccount({ ...agreed, planCode: agreed.requestedPlanCode });
      const activation = input.activation ?? (isDue(agreed, input.now) ? IMMEDIATELY : agreed.activation);
      const revision = agreed.quoteRevision + 1;
      const request = { ...agreed, ...deps.policy, now: input.now, activation, quoteRevision: revision };
      const asked = termsOf(request, account);
      const isOver = input.activation === null && asked === 'promotion-not-applicable';
      const promotionCode = isOver ? null : agreed.promotionCode;
      const terms = isOver ? termsOf({ ...request, promotionCode }, { ...account, promotion: null }) : asked;
      if (typeof terms === 'string') return { outcome: 'rejected', code: terms, activation };

      const change = { planChangeId: input.planChangeId, revision, now: input.now, activation };
      const { offer, record } = await offerQuote(tx, change, account, terms, deps.policy, (windows) =>
        tx.updatePlanChange(input.planChangeId, {
          status: 'awaiting_consent',
          quoteRevision: revision,
          activation,
          promotionCode,
          from: terms.from,
          to: terms.to,
          windows,
        }),
      );
      await tx.appendNote({
        customerId: agreed.customerId,
        planChangeId: input.planChangeId,
        kind: input.activation === null ? 'requoted' : 'rescheduled',
        revision,
        body:
          `New quote; earlier consent and date are void. ` +
          `${isOver ? `The promotion ${agreed.promotionCode ?? ''} no longer applies. ` : ''}${describeTerms(terms, account.currency, record)}`,
        author: input.author,
      });
      return { outcome: 'quoted', quote: offer };
    });
}

/** A change that was held on its date: the day the customer wanted has come. */
function isDue(agreed: AgreedChange, now: string): boolean {
  return agreed.activateAt !== null && Date.parse(agreed.activateAt) <= Date.parse(now);
}
