import assert from 'node:assert/strict';
import fc from 'fast-check';
import { addDays } from '../../domain/calendar.ts';
import { formatDecimal } from '../../domain/money.ts';
import { quotePlanChange, type PricedPlan, type Quote, type QuoteInput } from '../../domain/quote.ts';

const plan = (
  planName: string,
  priceMinor: bigint,
  interval: PricedPlan['interval'] = 'month',
): PricedPlan => {
  return { planCode: planName.toLowerCase(), planName, version: 3, priceMinor, interval };
};
const [basic, plus] = [plan('Basic', 3000n), plan('Plus', 5000n)];
const yearly = plan('Yearly', 36_500n, 'year');
const sample: QuoteInput = {
  ...{
    planChangeId: 'c0ffee00-0000-5000-8000-000000000001',
    quoteRevision: 1,
    currency: 'USD',
    timeZone: 'Europe/Berlin',
  },
  ...{ anchorDate: '2026-11-01', when: 'immediately', effectiveDate: '2026-11-16', promotionCode: null },
  ...{ from: basic, to: plus, creditCapMinor: 10n ** 9n, balanceMinor: 0n },
  terms: { version: '2026-01', sha256: 'ab'.repeat(32) },
  interruptions: [],
};
/** The figures as the rules write them. */
function figures({ lines, netMinor, dueNowMinor, toBalanceMinor, nextBill }: Quote): string {
  const [credit = 0n, charge = 0n] = lines.map((line) => line.amountMinor);
  const usd = (minor: bigint): string => formatDecimal(minor, 'USD');
  return (
    `${usd(credit)} +${usd(charge)} = ${usd(netMinor)}, due ${usd(dueNowMinor)}, ` +
    `to balance ${usd(toBalanceMinor)}, next ${usd(nextBill.amountMinor)} on ${nextBill.date}`
  );
}

const onDate = (effectiveDate: string): Partial<QuoteInput> => ({ when: 'on_date', effectiveDate });
const rows: [what: string, change: Partial<QuoteInput>, expected: string][] = [
  [
    'rule 9, 30→50 on day 16 of 30',
    {},
    '-15.00 +25.00 = 10.00, due 10.00, to balance 0.00, next 50.00 on 2026-12-01',
  ],
  [
    'rule 9, 50→30 on day 16 of 30',
    { from: plus, to: basic },
    '-25.00 +15.00 = -10.00, due 0.00, to balance 10.00, next 20.00 on 2026-12-01',
  ],
  [
    'a balance lowers the next bill only',
    { balanceMinor: 700n },
    '-15.00 +25.00 = 10.00, due 10.00, to balance 0.00, next 43.00 on 2026-12-01',
  ],
  [
    'a next bill is never below zero',
    { balanceMinor: 9999n },
    '-15.00 +25.00 = 10.00, due 10.00, to balance 0.00, next 0.00 on 2026-12-01',
  ],
  [
    'the cap lowers the credit only',
    { creditCapMinor: 400n },
    '-4.00 +25.00 = 21.00, due 21.00, to balance 0.00, next 50.00 on 2026-12-01',
  ],
  [
    'immediately on the first day of a cycle: all of it is credited and charged',
    { effectiveDate: '2026-12-01' },
    '-30.00 +50.00 = 20.00, due 20.00, to balance 0.00, next 50.00 on 2027-01-01',
  ],
  [
    'at the end of the cycle: nothing to settle, the next bill is on that day',
    { when: 'end_of_cycle', effectiveDate: '2026-12-01' },
    '0.00 +0.00 = 0.00, due 0.00, to balance 0.00, next 50.00 on 2026-12-01',
  ],
  [
    'on a date within a cycle: as immediately',
    onDate('2026-12-17'),
    '-14.52 +24.19 = 9.67, due 9.67, to balance 0.00, next 50.00 on 2027-01-01',
  ],
  [
    'month → year at the end of a month: no credit, the rest of the year is charged',
    { when: 'end_of_cycle', effectiveDate: '2026-12-01', to: yearly },
    '0.00 +335.00 = 335.00, due 335.00, to balance 0.00, next 365.00 on 2027-11-01',
  ],
  [
    'month → year on the anniversary: nothing to settle, the year is billed on that day',
    { ...onDate('2027-11-01'), to: yearly },
    '0.00 +0.00 = 0.00, due 0.00, to balance 0.00, next 365.00 on 2027-11-01',
  ],
  [
    'year → month on a bill day of the month: the rest of the year pays the bill of that day',
    { ...onDate('2027-10-01'), from: yearly, to: basic },
    '-31.00 +0.00 = -31.00, due 0.00, to balance 31.00, next 0.00 on 2027-10-01',
  ],
  [
    'year → month immediately on that day: the month is charged at once',
    { effectiveDate: '2027-10-01', from: yearly, to: basic },
    '-31.00 +30.00 = -1.00, due 0.00, to balance 1.00, next 29.00 on 2027-11-01',
  ],
];

describe('quotes', () => {
  for (const [what, change, expected] of rows) {
    it(what, () => {
      assert.equal(figures(quotePlanChange({ ...sample, ...change })), expected);
    });
  }

  it('always show credit, charge and fee, with their days', () => {
    const period = { start: '2026-11-16', end: '2026-12-01', days: 15, ofDays: 30 };
    assert.deepEqual(quotePlanChange(sample).lines, [
      { kind: 'credit', description: 'Credit for unused time on Basic', ...period, amountMinor: -1500n },
      { kind: 'charge', description: 'Charge for remaining time on Plus', ...period, amountMinor: 2500n },
      {
        ...{ kind: 'fee', description: 'Plan change fee', start: '2026-11-16', end: '2026-11-16' },
        ...{ days: 0, ofDays: 0, amountMinor: 0n },
      },
    ]);
  });

  it('say when a credit was limited', () => {
    const [credit] = quotePlanChange({ ...sample, creditCapMinor: 400n }).lines;
    assert.equal(credit?.description, 'Credit for unused time on Basic, limited to what was billed');
  });

  it('have signed lines that sum to net, and net is either due or goes to the balance', () => {
    const priced = fc
      .record({
        priceMinor: fc.bigInt(0n, 10n ** 7n),
        interval: fc.constantFrom<PricedPlan['interval']>('month', 'year'),
      })
      .map(({ priceMinor, interval }) => plan('Any', priceMinor, interval));
    const input = fc.record({
      currency: fc.constantFrom('USD', 'JPY', 'KWD'),
      anchorDate: fc.nat(730).map((days) => addDays('2023-01-01', days)),
      effectiveDate: fc.nat(730).map((days) => addDays('2025-01-01', days)),
      when: fc.constantFrom<QuoteInput['when']>('immediately', 'on_date', 'end_of_cycle'),
      ...{
        from: priced,
        to: priced,
        creditCapMinor: fc.bigInt(0n, 10n ** 7n),
        balanceMinor: fc.bigInt(0n, 10n ** 7n),
      },
    });
    fc.assert(
      fc.property(input, (any) => {
        const quote = quotePlanChange({ ...sample, ...any });
        const [credit, charge, fee] = quote.lines.map((line) => line.amountMinor) as [bigint, bigint, bigint];
        assert.ok(credit <= 0n && charge >= 0n && fee === 0n && -credit <= any.creditCapMinor);
        assert.equal(credit + charge + fee, quote.netMinor);
        assert.equal(quote.dueNowMinor - quote.toBalanceMinor, quote.netMinor);
        assert.ok(quote.dueNowMinor === 0n || quote.toBalanceMinor === 0n);
        assert.ok(quote.nextBill.amountMinor >= 0n && quote.nextBill.date >= any.effectiveDate);
        assert.deepEqual(quotePlanChange({ ...sample, ...any }), quote);
      }),
    );
  });
});
