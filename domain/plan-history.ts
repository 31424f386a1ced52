import type { PlanPeriod } from './account-balance.ts';
import type { BillingInterval } from './billing-cycle.ts';
import { localDateOf } from './calendar.ts';

/** A plan that an account has had; instants ISO with Z, `until` null while it is open. */
export interface PlanHistoryEntry {
  readonly from: string;
  readonly until: string | null;
  readonly priceMinor: bigint;
  readonly interval: BillingInterval;
  /** Whether an `immediately` change opened it, during the day and after that day's bill. */
  readonly openedImmediately: boolean;
}

/** The same periods as billing sees them: in local dates of the account. */
export function periodsInLocalDates(history: readonly PlanHistoryEntry[], timeZone: string): PlanPeriod[] {
  return history.map(({ from, until, priceMinor, interval, openedImmediately }) => ({
    from: localDateOf(from, timeZone),
    until: until === null ? null : localDateOf(until, timeZone),
    priceMinor,
    interval,
    afterBillOfTheDay: openedImmediately,
  }));
}
