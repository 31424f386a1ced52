import type { Temporal } from 'temporal-polyfill/implementation';
import { addDays, dateText, plainDate } from './calendar.ts';

export type BillingInterval = 'month' | 'year';

/** A billing period, half open: `start` is its first date, `end` the first date after it. */
export interface BillingCycle {
  start: string;
  end: string;
}

/**
 * The cycle with start <= date < end. Bill day = min(anchor's day, last day of the month), each time from
 * the original anchor, so 31 January gives 28 February and then 31 March again
 * (docs/ARCHITECTURE.md, money rule 4); a yearly anchor of 29 February bills on the 28th in common years.
 * Dates before the anchor have cycles too.
 * @param anchorDate the subscription's first bill day; it stays when the interval changes (rule 5)
 * @throws DomainError BAD_DATE
 */
export function cycleContaining(anchorDate: string, interval: BillingInterval, date: string): BillingCycle {
  const anchor = plainDate(anchorDate);
  const day = plainDate(date);
  const years = day.year - anchor.year;
  // There is exactly one bill day in each month (or year), so the cycle starts in this one or the one before.
  const here = interval === 'year' ? years : years * 12 + day.month - anchor.month;
  const index = dateText(billDay(anchor, interval, here)) <= date ? here : here - 1;
  return {
    start: dateText(billDay(anchor, interval, index)),
    end: dateText(billDay(anchor, interval, index + 1)),
  };
}

/**
 * The cycle with start < date <= end: the one that is running when `date` begins, before that day's bill.
 * @throws DomainError BAD_DATE
 */
export function cycleEndingOnOrAfter(
  anchorDate: string,
  interval: BillingInterval,
  date: string,
): BillingCycle {
  return cycleContaining(anchorDate, interval, addDays(date, -1));
}

function billDay(anchor: Temporal.PlainDate, interval: BillingInterval, index: number): Temporal.PlainDate {
  const step = interval === 'year' ? { years: index } : { months: index };
  return anchor.add(step, { overflow: 'constrain' });
}
