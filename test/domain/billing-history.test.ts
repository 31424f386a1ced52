import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  balanceBeforeChange,
  balanceOn,
  billsBetween,
  type BalanceEntry,
  type PlanPeriod,
} from '../../domain/account-balance.ts';
import { cycleContaining, cycleEndingOnOrAfter, type BillingInterval } from '../../domain/billing-cycle.ts';
import { addDays, daysBetween } from '../../domain/calendar.ts';
import { prorate } from '../../domain/proration.ts';
import { quotePlanChange, type ActivationWhen, type PricedPlan, type Quote } from '../../domain/quote.ts';

/** A subscription with its changes, as the rules of billing, quotes and balance together see it. */
interface History {
  anchorDate: string;
  periods: PlanPeriod[];
  entries: BalanceEntry[];
  netMinor: bigint;
  last: { date: string; quote: Quote | null };
}

interface Change {
  gapDays: number;
  when: ActivationWhen;
  priceMinor: bigint;
  interval: BillingInterval;
}

const priced = {
  priceMinor: fc.bigInt(0n, 10n ** 6n),
  interval: fc.constantFrom<BillingInterval>('month', 'year'),
};
const changes = fc.array(
  fc.record({
    gapDays: fc.nat(70),
    when: fc.constantFrom<ActivationWhen>('immediately', 'on_date', 'end_of_cycle'),
    ...priced,
  }),
  { maxLength: 6 },
);
const anchors = fc.nat(1500).map((days) => addDays('2023-01-01', days));
const asPlan = ({ priceMinor, interval }: PlanPeriod): PricedPlan => {
  return { planCode: 'any', planName: 'Any', version: 1, priceMinor, interval };
};

function applyChange(history: History, { gapDays, when, priceMinor, interval }: Change): History {
  const { anchorDate, periods, entries, last } = history;
  const current = periods.at(-1)!;
  // A dated change is for tomorrow at the earliest.
  const today = addDays(last.date, when === 'immediately' ? gapDays : gapDays + 1);
  const effectiveDate =
    when === 'end_of_cycle' ? cycleContaining(anchorDate, current.interval, today).end : today;
  const next: PlanPeriod = {
    from: effectiveDate,
    until: null,
    priceMinor,
    interval,
    afterBillOfTheDay: when === 'immediately',
  };
  const bills = billsBetween(periods, anchorDate, anchorDate, addDays(effectiveDate, 1));
  const quote = quotePlanChange({
    ...{
      planChangeId: 'any',
      quoteRevision: 1,
      currency: 'USD',
      timeZone: 'UTC',
      anchorDate,
      when,
      effectiveDate,
      promotionCode: null,
    },
    ...{ from: asPlan(current), to: asPlan(next), creditCapMinor: 10n ** 12n },
    balanceMinor: balanceBeforeChange(entries, bills, { when, effectiveDate }),
    interruptions: [],
    terms: { version: '2026-01', sha256: 'ab'.repeat(32) },
  });
  const surplus = {
    date: effectiveDate,
    amountMinor: quote.toBalanceMinor,
    beforeBillOfTheDay: when !== 'immediately',
  };
  return {
    anchorDate,
    periods: [...periods.slice(0, -1), { ...current, until: effectiveDate }, next],
    entries: [...entries, surplus],
    netMinor: history.netMinor + quote.netMinor,
    last: { date: effectiveDate, quote },
  };
}

function historyOf(
  anchorDate: string,
  first: Pick<Change, 'priceMinor' | 'interval'>,
  all: Change[],
): History {
  const periods = [{ from: anchorDate, until: null, ...first }];
  const start: History = {
    anchorDate,
    periods,
    entries: [],
    netMinor: 0n,
    last: { date: anchorDate, quote: null },
  };
  return all.reduce(applyChange, start);
}

describe('billing over a history of changes', () => {
  it('no day is free and none is paid twice, whatever the intervals, dates and boundaries', () => {
    fc.assert(
      fc.property(anchors, fc.record(priced), changes, fc.nat(400), (anchorDate, first, all, rest) => {
        const { periods, netMinor, last } = historyOf(anchorDate, first, all);
        const end = addDays(last.date, rest + 1);
        const billed = billsBetween(periods, anchorDate, anchorDate, end).reduce(
          (sum, b) => sum + b.amountMinor,
          0n,
        );
        const current = periods.at(-1)!;
        const running = cycleEndingOnOrAfter(anchorDate, current.interval, end);
        const unused = prorate({
          ...{
            oldPriceMinor: current.priceMinor,
            newPriceMinor: 0n,
            oldCycle: running,
            newCycle: running,
            changeDate: end,
          },
        }).creditMinor;

        // Independent: each day costs its plan's price by the days of its cycle, in floating point, unrounded.
        let used = 0;
        for (const { from, until, priceMinor, interval } of periods) {
          for (let date = from; date < (until ?? end); date = addDays(date, 1)) {
            const cycle = cycleContaining(anchorDate, interval, date);
            used += Number(priceMinor) / daysBetween(cycle.start, cycle.end);
          }
        }
        const off = Math.abs(Number(billed + netMinor - unused) - used);
        assert.ok(off <= 0.5 * (2 * all.length + 1) + 1e-3, `${off} off`);
      }),
    );
  });

  it('the next bill comes on the date and with the amount that the last quote named', () => {
    fc.assert(
      fc.property(anchors, fc.record(priced), changes, (anchorDate, first, all) => {
        const { periods, entries, last } = historyOf(anchorDate, first, all);
        fc.pre(last.quote !== null);
        const { nextBill } = last.quote;
        const bills = billsBetween(periods, anchorDate, anchorDate, addDays(nextBill.date, 1));
        const bill = bills.at(-1)!;
        assert.equal(bill.date, nextBill.date);
        assert.ok(bills.at(-2) === undefined || bills.at(-2)!.date <= last.date);
        const balance = balanceOn(entries, bills.slice(0, -1), nextBill.date);
        assert.equal(nextBill.amountMinor, bill.amountMinor > balance ? bill.amountMinor - balance : 0n);
      }),
    );
  });
});
