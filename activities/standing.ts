import type { HoldReason, PlanChangeStatus } from '../domain/plan-change-status.ts';
import type { QuoteOnOffer } from './quote-on-offer.ts';
import type { AgreedChange } from './ports.ts';

/** Where the workflow believes its change stands when a message makes it run a step. */
export interface ExpectedStanding {
  readonly status: PlanChangeStatus;
  readonly revision: number;
}

/** Where the change stands in the database. */
export interface Standing {
  readonly status: PlanChangeStatus;
  readonly quote: QuoteOnOffer;
  readonly consentMethod: 'verbal' | 'written' | null;
  readonly holdReason: HoldReason | null;
  /** The mail to the customer that the lost step queued and nobody sends. Older histories do not have it. */
  readonly noticeMailId?: string | null;
}

export interface Overtaken {
  readonly outcome: 'overtaken';
  readonly standing: Standing;
}

/**
 * A local step may have committed for a message that the server lost before it was in the history (killed in
 * that moment; the caller was answered that nothing is promised). The database is the record: the next step
 * finds the change further on than the workflow knows, does nothing, and the workflow goes on from there.
 */
export function overtaken(agreed: AgreedChange, expected: ExpectedStanding): Overtaken | undefined {
  if (agreed.status === expected.status && agreed.quoteRevision === expected.revision) return undefined;
  return standsElsewhere(agreed);
}

export function standsElsewhere(agreed: AgreedChange): Overtaken {
  const { quoteRevision: revision, quoteHash: hash, quoteExpiresAt: expiresAt, consentDeadlineAt } = agreed;
  const { effectiveDate, activateAt, status, consentMethod, holdReason, remindAt } = agreed;
  return {
    outcome: 'overtaken',
    standing: {
      status,
      consentMethod,
      holdReason,
      noticeMailId: agreed.unsentNoticeId,
      quote: { revision, hash, effectiveDate, activateAt, expiresAt, consentDeadlineAt, remindAt },
    },
  };
}
