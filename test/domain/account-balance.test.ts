import assert from 'node:assert/strict';
import {
  balanceOn,
  billsBetween,
  type BalanceEntry,
  type Bill,
  type PlanPeriod,
} from '../../domain/account-balance.ts';

const anchor = '2026-01-31';
const month = (
  from: string,
  until: string | null,
  priceMinor: bigint,
  afterBillOfTheDay?: boolean,
): PlanPeriod => {
  return { from, until, priceMinor, interval: 'month', ...(afterBillOfTheDay ? { afterBillOfTheDay } : {}) };
};
const bill = (date: string, amountMinor: bigint): Bill => ({ date, amountMinor });

describe('account balance', () => {
  const credit: BalanceEntry = { date: '2026-02-28', amountMinor: 700n };
  const table: [string, BalanceEntry[], Bill[], string, bigint][] = [
    ['is zero without credits, whatever was billed', [], [bill('2026-01-31', 500n)], '2026-12-31', 0n],
    ['has a credit from its date on', [credit], [], '2026-02-28', 700n],
    ['has no credit before its date', [credit], [], '2026-02-27', 0n],
    ['is used by the bill after the credit', [credit], [bill('2026-03-31', 500n)], '2026-03-31', 200n],
    ['is used up, never below zero', [credit], [bill('2026-03-31', 900n)], '2026-04-01', 0n],
    [
      'goes on over several bills',
      [credit],
      [bill('2026-04-30', 300n), bill('2026-03-31', 300n)],
      '2026-05-01',
      100n,
    ],
    [
      'is not used by an earlier bill of the same day',
      [credit],
      [bill('2026-02-28', 500n)],
      '2026-02-28',
      700n,
    ],
    [
      'is used by that bill when a dated change came first',
      [{ ...credit, beforeBillOfTheDay: true }],
      [bill('2026-02-28', 500n)],
      ...(['2026-02-28', 200n] as const),
    ],
  ];
  for (const [what, entries, bills, date, expected] of table) {
    it(what, () => {
      assert.equal(balanceOn(entries, bills, date), expected);
    });
  }
});

describe('bills', () => {
  const table: [string, PlanPeriod[], Bill[]][] = [
    [
      'are made on each cycle start, never drifting',
      [month(anchor, null, 10n)],
      [bill('2026-01-31', 10n), bill('2026-02-28', 10n), bill('2026-03-31', 10n)],
    ],
    [
      'of a dated change on a boundary have the new price that day',
      [month(anchor, '2026-02-28', 10n), month('2026-02-28', null, 20n)],
      [bill('2026-01-31', 10n), bill('2026-02-28', 20n), bill('2026-03-31', 20n)],
    ],
    [
      'of an immediate change on a boundary have the old price that day',
      [month(anchor, '2026-02-28', 10n), month('2026-02-28', null, 20n, true)],
      [bill('2026-01-31', 10n), bill('2026-02-28', 10n), bill('2026-03-31', 20n)],
    ],
    [
      'of a dated and an immediate change on one boundary have the price of the dated one',
      [
        month(anchor, '2026-02-28', 10n),
        month('2026-02-28', '2026-02-28', 20n),
        month('2026-02-28', null, 30n, true),
      ],
      [bill('2026-01-31', 10n), bill('2026-02-28', 20n), bill('2026-03-31', 30n)],
    ],
    ['stop when the plan ends', [month(anchor, '2026-02-28', 10n)], [bill('2026-01-31', 10n)]],
    ['are none before the first plan', [month('2026-03-01', null, 10n)], [bill('2026-03-31', 10n)]],
    [
      'of a yearly plan come once a year',
      [{ ...month(anchor, null, 99n), interval: 'year' }],
      [bill('2026-01-31', 99n)],
    ],
  ];
  for (const [what, periods, expected] of table) {
    it(what, () => {
      assert.deepEqual(billsBetween(periods, anchor, '2026-01-01', '2026-04-01'), expected);
    });
  }
  it('are of dates from the start up to but not including the end', () => {
    assert.deepEqual(billsBetween([month(anchor, null, 10n)], anchor, '2026-02-28', '2026-03-31'), [
      bill('2026-02-28', 10n),
    ]);
  });
});
