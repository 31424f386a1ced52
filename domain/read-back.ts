import type { BillingInterval } from './billing-cycle.ts';
import type { Allowances } from './plan-inclusions.ts';
import type { ActivationWhen, QuoteLine } from './quote.ts';

/** The state of an applied change, read back from the database. */
export interface AppliedChange {
  readonly planChangeId: string;
  readonly customer: {
    readonly fullName: string;
    readonly email: string;
    readonly accountNumber: string;
    readonly timeZone: string;
  };
  readonly currency: string;
  readonly when: ActivationWhen;
  readonly effectiveDate: string;
  readonly from: {
    readonly planCode: string;
    readonly planName: string;
    readonly priceMinor: bigint;
    readonly interval: BillingInterval;
    /** First date on which nobody may change to it any more; null: no end. */
    readonly soldUntil: string | null;
  };
  /** What the change was to lead to. */
  readonly agreed: {
    readonly planCode: string;
    readonly version: number;
    readonly priceMinor: bigint;
    readonly promotionCode: string | null;
    readonly quoteHash: string;
    readonly lines: readonly QuoteLine[];
    readonly toBalanceMinor: bigint;
  };
  /** The plan the account has now; null: none. */
  readonly current: {
    readonly planCode: string;
    readonly planName: string;
    readonly version: number;
    readonly priceMinor: bigint;
    readonly interval: BillingInterval;
    readonly features: readonly string[];
    readonly allowances: Allowances;
    readonly openedByPlanChangeId: string | null;
  } | null;
  readonly postedLines: readonly QuoteLine[];
  readonly postedToBalanceMinor: bigint;
  readonly consentQuoteHash: string | null;
  readonly consentMethod: 'verbal' | 'written' | null;
  readonly dueNowMinor: bigint;
  readonly nextBill: { readonly date: string; readonly amountMinor: bigint };
  readonly interruptions: readonly string[];
  readonly termsVersion: string;
}

/**
 * Compares what is in force with what was agreed ("Verify that the new plan details are updated correctly").
 * @returns the names of what differs; empty when everything agrees.
 */
export function mismatchesOf(applied: AppliedChange): string[] {
  const { agreed, current } = applied;
  const checks: Record<string, boolean> = {
    current_plan: current?.planCode === agreed.planCode && current.version === agreed.version,
    current_price: current?.priceMinor === agreed.priceMinor,
    opened_by_this_change: current?.openedByPlanChangeId === applied.planChangeId,
    charges: sameLines(applied.postedLines, agreed.lines),
    balance: applied.postedToBalanceMinor === agreed.toBalanceMinor,
    consent: applied.consentQuoteHash === agreed.quoteHash,
  };
  return Object.keys(checks).filter((name) => checks[name] === false);
}

function sameLines(posted: readonly QuoteLine[], agreed: readonly QuoteLine[]): boolean {
  return (
    posted.length === agreed.length &&
    posted.every((line, index) => {
      const other = agreed[index];
      return (
        other !== undefined &&
        line.kind === other.kind &&
        line.description === other.description &&
        line.start === other.start &&
        line.end === other.end &&
        line.days === other.days &&
        line.ofDays === other.ofDays &&
        line.amountMinor === other.amountMinor
      );
    })
  );
}
