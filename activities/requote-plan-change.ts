import type { RequestedActivation } from '../domain/activation-date.ts';
import type { RejectionCode } from '../domain/failures.ts';
import { termsOf } from '../domain/plan-change-terms.ts';
import type { Policy } from '../domain/policy.ts';
import type { NoteAuthor, Steps } from './ports.ts';
import { describeTerms } from './describe-terms.ts';
import type { QuoteOnOffer } from './open-plan-change.ts';
import { offerQuote } from './open-plan-change.ts';
import { receipt } from './step.ts';

export interface RequotePlanChangeInput {
  readonly planChangeId: string;
  /** Revision of the new quote. */
  readonly revision: number;
  /** The new date asked for; null keeps what was asked for before. */
  readonly activation: RequestedActivation | null;
  readonly author: NoteAuthor;
  readonly now: string;
}

export type RequotePlanChangeResult =
  | { readonly outcome: 'quoted'; readonly quote: QuoteOnOffer }
  | { readonly outcome: 'rejected'; readonly code: RejectionCode };

/**
 * Makes a new quote at today's price and availability. The earlier quote, its consent and its date are void;
 * they stay on record. When no quote can be made nothing changes and the code says why.
 */
export function requotePlanChange(deps: { steps: Steps; policy: Policy }) {
  return (input: RequotePlanChangeInput): Promise<RequotePlanChangeResult> =>
    deps.steps.once(receipt('requotePlanChange', input.revision), async (tx) => {
      const agreed = await tx.lockPlanChange(input.planChangeId);
      const account = await tx.lockAccount({ ...agreed, planCode: agreed.requestedPlanCode });
      const activation = input.activation ?? agreed.activation;
      const request = {
        ...agreed,
        ...deps.policy,
        now: input.now,
        activation,
        quoteRevision: input.revision,
      };
      const terms = termsOf(request, account);
      if (typeof terms === 'string') return { outcome: 'rejected', code: terms };

      const offer = await offerQuote(tx, input, account, terms, deps.policy, (windows) =>
        tx.updatePlanChange(input.planChangeId, {
          status: 'awaiting_consent',
          quoteRevision: input.revision,
          activation,
          from: terms.from,
          to: terms.to,
          windows,
          hold: null,
        }),
      );
      await tx.appendNote({
        customerId: agreed.customerId,
        planChangeId: input.planChangeId,
        kind: input.activation === null ? 'requoted' : 'rescheduled',
        revision: input.revision,
        body: `New quote; earlier consent and date are void. ${describeTerms(terms, account.currency)}`,
        author: input.author,
      });
      return { outcome: 'quoted', quote: offer };
    });
}
