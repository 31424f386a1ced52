import assert from 'node:assert/strict';
import fc from 'fast-check';
import { cycleContaining, cycleEndingOnOrAfter, type BillingInterval } from '../../domain/billing-cycle.ts';
import { addDays } from '../../domain/calendar.ts';

const interval = fc.constantFrom<BillingInterval>('month', 'year');
const date = fc.integer({ min: 0, max: 365 * 80 }).map((days) => addDays('1990-01-01', days));

/** min(anchor's day, last day of the month), by the Date of the engine instead of Temporal. */
function billDayIn(anchor: string, year: number, month: number): string {
  const last = new Date(Date.UTC(year, month, 0)).getUTCDate();
  const day = Math.min(Number(anchor.slice(8)), last);
  return new Date(Date.UTC(year, month - 1, day)).toISOString().slice(0, 10);
}

describe('billing cycles', () => {
  const table: [string, BillingInterval, string, string, string][] = [
    ['2026-01-31', 'month', '2026-02-15', '2026-01-31', '2026-02-28'],
    ['2026-01-31', 'month', '2026-02-28', '2026-02-28', '2026-03-31'],
    ['2026-01-31', 'month', '2026-03-31', '2026-03-31', '2026-04-30'],
    ['2024-01-31', 'month', '2024-02-29', '2024-02-29', '2024-03-31'],
    ['2024-02-29', 'year', '2025-02-27', '2024-02-29', '2025-02-28'],
    ['2024-02-29', 'year', '2025-02-28', '2025-02-28', '2026-02-28'],
    ['2024-02-29', 'year', '2028-03-01', '2028-02-29', '2029-02-28'],
    ['2026-05-15', 'month', '2026-03-01', '2026-02-15', '2026-03-15'],
    ['2023-06-29', 'year', '2023-09-28', '2023-06-29', '2024-06-29'],
  ];
  for (const [anchor, every, day, start, end] of table) {
    it(`${every} from ${anchor} holds ${day} in ${start} to ${end}`, () => {
      assert.deepEqual(cycleContaining(anchor, every, day), { start, end });
    });
  }

  it('a bill day belongs to the cycle it opens, or to the one it closes', () => {
    const open = { start: '2026-12-01', end: '2027-01-01' };
    const closing = { start: '2026-11-01', end: '2026-12-01' };
    assert.deepEqual(cycleContaining('2026-11-01', 'month', '2026-12-01'), open);
    assert.deepEqual(cycleEndingOnOrAfter('2026-11-01', 'month', '2026-12-01'), closing);
    assert.deepEqual(cycleEndingOnOrAfter('2026-11-01', 'month', '2026-12-02'), open);
  });

  it('hold their date, and follow one another without a gap', () => {
    fc.assert(
      fc.property(date, interval, date, (anchor, every, day) => {
        const containing = cycleContaining(anchor, every, day);
        assert.ok(containing.start <= day && day < containing.end);
        assert.deepEqual(cycleContaining(anchor, every, containing.start), containing);
        assert.equal(cycleContaining(anchor, every, containing.end).start, containing.end);
        assert.equal(cycleContaining(anchor, every, addDays(containing.start, -1)).end, containing.start);
        const ending = cycleEndingOnOrAfter(anchor, every, day);
        assert.ok(ending.start < day && day <= ending.end);
      }),
    );
  });

  it('never drift from the anchor: each month bills on min(anchor day, last day)', () => {
    fc.assert(
      fc.property(fc.integer({ min: 28, max: 31 }), fc.integer({ min: 0, max: 600 }), (day, months) => {
        const anchor = `2020-01-${day}`;
        let cycle = cycleContaining(anchor, 'month', anchor);
        for (let month = 0; month < months; month += 1) {
          assert.equal(cycle.start, billDayIn(anchor, 2020 + Math.floor(month / 12), (month % 12) + 1));
          cycle = cycleContaining(anchor, 'month', cycle.end);
        }
      }),
      { numRuns: 8 },
    );
  });

  it('never drift from 29 February: every leap year bills on it again', () => {
    let cycle = cycleContaining('2024-02-29', 'year', '2024-02-29');
    for (let year = 2024; year <= 2104; year += 1) {
      assert.equal(cycle.start, billDayIn('2024-02-29', year, 2));
      cycle = cycleContaining('2024-02-29', 'year', cycle.end);
    }
  });
});
