import { cycleContaining, cycleEndingOnOrAfter, type BillingInterval } from './billing-cycle.ts';
import type { ActivationWhen } from './quote.ts';

/** A surplus that a change credited to the account balance (money rule 7), in minor units. */
export interface BalanceEntry {
  date: string;
  amountMinor: bigint;
  /**
   * True for a dated change: it takes effect as its date begins, so the bill of that date already uses it.
   * Left out for `immediately`: the bill of the day came first.
   */
  beforeBillOfTheDay?: boolean;
}

/** The price of a period, billed in advance on the period's first day (money rule 9). */
export interface Bill {
  date: string;
  amountMinor: bigint;
}

/** A plan as it was (or will be) in force: local dates, `until` exclusive, null while it is open. */
export interface PlanPeriod {
  from: string;
  until: string | null;
  priceMinor: bigint;
  interval: BillingInterval;
  /**
   * True when the plan came by an `immediately` change: a bill due on `from` was still the plan's before it.
   * Left out for a first plan and a dated change: they are in force as `from` begins and are billed that day.
   */
  afterBillOfTheDay?: boolean;
}

/**
 * The account balance at the end of `date`: credits add, every later bill uses the balance up first.
 * On one date the bill comes before the credit, except where the entry says otherwise.
 * @param bills computed bills (`billsBetween`); those after `date` are ignored, like later entries
 */
export function balanceOn(entries: readonly BalanceEntry[], bills: readonly Bill[], date: string): bigint {
  const credits = entries.map((entry) => {
    return { date: entry.date, turn: entry.beforeBillOfTheDay === true ? 0 : 2, change: entry.amountMinor };
  });
  const debits = bills.map((bill) => ({ date: bill.date, turn: 1, change: -bill.amountMinor }));
  return [...credits, ...debits]
    .filter((event) => event.date <= date)
    .sort((a, b) => (a.date === b.date ? a.turn - b.turn : a.date < b.date ? -1 : 1))
    .reduce((balance, { turn, change }) => {
      const next = balance + change;
      // What the balance does not cover of a bill is paid by the customer; the balance never owes.
      return turn === 1 && next < 0n ? 0n : next;
    }, 0n);
}

/**
 * The balance that a quote starts from (`QuoteInput.balanceMinor`): after the bill of the effective date for
 * `immediately`, before it for a dated change.
 */
export function balanceBeforeChange(
  entries: readonly BalanceEntry[],
  bills: readonly Bill[],
  change: { when: ActivationWhen; effectiveDate: string },
): bigint {
  const { when, effectiveDate } = change;
  const due = when === 'immediately' ? bills : bills.filter((bill) => bill.date < effectiveDate);
  return balanceOn(entries, due, effectiveDate);
}

/**
 * The bills with start <= date < end, in order. Bill dates are the cycle starts of the plan that is in force as
 * the day begins, at its price; a plan whose interval has no cycle start on that date bills nothing.
 * @param periods in the order in which they came into force
 * @throws DomainError BAD_DATE
 */
export function billsBetween(
  periods: readonly PlanPeriod[],
  anchorDate: string,
  start: string,
  end: string,
): Bill[] {
  const bills: Bill[] = [];
  // Bill days of a year are bill days of a month too, so the months' are all there can be.
  let date = cycleEndingOnOrAfter(anchorDate, 'month', start).end;
  while (date < end) {
    const plan = planAsDayBegins(periods, date);
    if (plan && cycleContaining(anchorDate, plan.interval, date).start === date) {
      bills.push({ date, amountMinor: plan.priceMinor });
    }
    date = cycleContaining(anchorDate, 'month', date).end;
  }
  return bills;
}

function planAsDayBegins(periods: readonly PlanPeriod[], date: string): PlanPeriod | undefined {
  const plan = periods.findLast(({ from, afterBillOfTheDay }) => {
    return from < date || (from === date && afterBillOfTheDay !== true);
  });
  if (!plan || plan.until === null || plan.until > date) return plan;
  // It ends on this date: it still had the morning if what follows came during the day.
  const isFollowedToday = periods.some(
    ({ from, afterBillOfTheDay }) => from === date && afterBillOfTheDay === true,
  );
  return plan.until === date && isFollowedToday ? plan : undefined;
}
