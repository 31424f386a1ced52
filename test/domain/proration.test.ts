import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import type { BillingCycle } from '../../domain/billing-cycle.ts';
import { addDays, daysBetween, localDateOf } from '../../domain/calendar.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { formatDecimal, parseDecimal } from '../../domain/money.ts';
import { prorate, type ProrationInput } from '../../domain/proration.ts';

interface PublishedCase {
  id: string;
  description: string;
  currency: string;
  timeZone: string;
  changeAt: string;
  old: { price: string; cycle: BillingCycle };
  new: { price: string; cycle: BillingCycle };
  creditCap?: string;
  expected: { credit: string; charge: string; net: string };
}
const file = new URL('../data/proration-cases.json', import.meta.url);
const cases = JSON.parse(readFileSync(file, 'utf8')) as PublishedCase[];

const cycle = { start: '2026-11-01', end: '2026-12-01' };
const sample: ProrationInput = {
  ...{
    oldPriceMinor: 3000n,
    newPriceMinor: 5000n,
    oldCycle: cycle,
    newCycle: cycle,
    changeDate: '2026-11-16',
  },
};
const price = fc.bigInt(0n, 10n ** 9n);
/** A cycle of 28 to 366 days and, for each fraction, a date from its start up to and including its end. */
const cycleAndDates = (dates: number) =>
  fc
    .tuple(fc.integer({ min: 28, max: 366 }), fc.array(fc.nat(366), { minLength: dates, maxLength: dates }))
    .map(([length, offsets]) => ({
      cycle: { start: '2024-02-20', end: addDays('2024-02-20', length) },
      dates: offsets.map((offset) => addDays('2024-02-20', offset % (length + 1))).sort(),
    }));

describe('proration: published examples', () => {
  for (const example of cases) {
    it(`${example.id}: ${example.description}`, () => {
      const { currency, timeZone, changeAt, creditCap } = example;
      const { creditMinor, chargeMinor, netMinor } = prorate({
        oldPriceMinor: parseDecimal(example.old.price, currency),
        newPriceMinor: parseDecimal(example.new.price, currency),
        oldCycle: example.old.cycle,
        newCycle: example.new.cycle,
        changeDate: changeAt.includes('T') ? localDateOf(changeAt, timeZone) : changeAt,
        ...(creditCap === undefined ? {} : { creditCapMinor: parseDecimal(creditCap, currency) }),
      });
      const [credit = '', charge = '', net = ''] = [creditMinor, chargeMinor, netMinor].map((minor) =>
        formatDecimal(minor, currency),
      );
      assert.deepEqual({ credit, charge, net }, example.expected);
    });
  }
});

describe('proration: rules', () => {
  it('credit and charge are price × R/D to within half a unit, and net is their difference', () => {
    fc.assert(
      fc.property(
        price,
        price,
        cycleAndDates(1),
        (oldPriceMinor, newPriceMinor, { cycle: both, dates: [changeDate] }) => {
          const result = prorate({
            oldPriceMinor,
            newPriceMinor,
            oldCycle: both,
            newCycle: both,
            changeDate: changeDate!,
          });
          const [remaining, whole] = result.creditDays.map(BigInt) as [bigint, bigint];
          assert.deepEqual(result.chargeDays, [
            daysBetween(changeDate!, both.end),
            daysBetween(both.start, both.end),
          ]);
          for (const [full, part] of [
            [oldPriceMinor, result.creditMinor],
            [newPriceMinor, result.chargeMinor],
          ] as const) {
            const twiceOff = 2n * (part * whole - full * remaining);
            assert.ok(-whole < twiceOff && twiceOff <= whole);
          }
          assert.equal(result.netMinor, result.chargeMinor - result.creditMinor);
        },
      ),
    );
  });

  it('A→B→A on one day nets to exactly zero, with the cap chained from what was billed', () => {
    fc.assert(
      fc.property(price, price, cycleAndDates(1), (a, b, { cycle: both, dates: [changeDate] }) => {
        const on = { oldCycle: both, newCycle: both, changeDate: changeDate! };
        const there = prorate({ ...on, oldPriceMinor: a, newPriceMinor: b, creditCapMinor: a });
        const billed = a - there.creditMinor + there.chargeMinor;
        const back = prorate({ ...on, oldPriceMinor: b, newPriceMinor: a, creditCapMinor: billed });
        assert.equal(there.netMinor + back.netMinor, 0n);
      }),
    );
  });

  it('several changes in one cycle conserve to within half a unit per rounded line', () => {
    fc.assert(
      fc.property(
        fc.array(price, { minLength: 6, maxLength: 6 }),
        cycleAndDates(5),
        (prices, { cycle: both, dates }) => {
          const whole = BigInt(daysBetween(both.start, both.end));
          let billed = prices[0]!;
          dates.forEach((changeDate, i) => {
            const between = {
              oldPriceMinor: prices[i]!,
              newPriceMinor: prices[i + 1]!,
              oldCycle: both,
              newCycle: both,
            };
            billed += prorate({ ...between, changeDate, creditCapMinor: billed }).netMinor;
          });
          const edges = [both.start, ...dates, both.end];
          const used = prices.reduce(
            (sum, p, i) => sum + p * BigInt(daysBetween(edges[i]!, edges[i + 1]!)),
            0n,
          );
          const off = billed * whole - used;
          assert.ok((off < 0n ? -off : off) * 2n <= BigInt(2 * dates.length) * whole);
        },
      ),
    );
  });

  it('the cap lowers the credit only', () => {
    const { creditMinor, chargeMinor, netMinor, isCreditCapped } = prorate({
      ...sample,
      creditCapMinor: 1161n,
    });
    assert.deepEqual([creditMinor, chargeMinor, netMinor, isCreditCapped], [1161n, 2500n, 1339n, true]);
    assert.equal(prorate({ ...sample, creditCapMinor: 1500n }).isCreditCapped, false);
  });

  const refusals: [string, Partial<ProrationInput>, string][] = [
    ['a change before the cycle', { changeDate: '2026-10-31' }, 'BAD_CYCLE'],
    ['a change after the end', { changeDate: '2026-12-02' }, 'BAD_CYCLE'],
    ['an empty cycle', { newCycle: { start: '2026-11-16', end: '2026-11-16' } }, 'BAD_CYCLE'],
    ['a cycle backwards', { oldCycle: { start: '2026-12-01', end: '2026-11-01' } }, 'BAD_CYCLE'],
    ['a date that does not exist', { changeDate: '2026-11-31' }, 'BAD_DATE'],
    ['a negative price', { oldPriceMinor: -1n }, 'BAD_AMOUNT'],
    ['a negative cap', { creditCapMinor: -1n }, 'BAD_AMOUNT'],
  ];
  for (const [what, change, code] of refusals) {
    it(`refuses ${what}`, () => {
      const isRefusal = (error: unknown): boolean => error instanceof DomainError && error.code === code;
      assert.throws(() => prorate({ ...sample, ...change }), isRefusal);
    });
  }
});
