import assert from 'node:assert/strict';
import fc from 'fast-check';
import { addDays } from '../../domain/calendar.ts';
import { statementOf, type AccountLedger } from '../../domain/statement.ts';

type Posted = AccountLedger['posted'][number];
type Entry = AccountLedger['balanceEntries'][number];

const posted = (line: Partial<Posted>): Posted => ({
  ...{ date: '2026-11-16', planChangeId: 'a', kind: 'charge', reversal: false, dated: false },
  ...{ description: 'Charge', amountMinor: 1500n, postedAt: '2026-11-16T15:00:00.000000Z' },
  ...line,
});
const surplus = (entry: Partial<Entry>): Entry => ({
  ...{ date: '2026-11-16', planChangeId: 'a', amountMinor: 1000n, beforeBillOfTheDay: false },
  ...{ postedAt: '2026-11-16T15:00:00.000000Z' },
  ...entry,
});
const period = {
  from: '2026-01-01T06:00:00Z',
  until: null,
  interval: 'month',
  openedImmediately: false,
} as const;
const ledger: AccountLedger = {
  ...{ currency: 'USD', timeZone: 'America/Chicago', anchorDate: '2026-01-01', today: '2026-11-20' },
  ...{ posted: [], balanceEntries: [], periods: [{ ...period, priceMinor: 3000n }] },
};
const downgrade: Partial<AccountLedger> = {
  posted: [
    posted({ kind: 'credit', description: 'Credit', amountMinor: -2500n }),
    posted({ kind: 'charge', description: 'Charge', amountMinor: 1500n }),
    posted({ kind: 'fee', description: 'Fee', amountMinor: 0n }),
  ],
  balanceEntries: [surplus({})],
};

/** The lines as a reader sees them, in minor units. */
function read(change: Partial<AccountLedger>): string[] {
  return statementOf({ ...ledger, ...change }).lines.map(
    (line) => `${line.date} ${line.kind} ${line.amountMinor} (${line.balanceAfterMinor})`,
  );
}

describe('statement', () => {
  it('of an account that never changed is empty', () => {
    assert.deepEqual(statementOf(ledger), { lines: [], balanceMinor: 0n });
  });

  it('shows what was charged; what is due now never touches the balance', () => {
    assert.deepEqual(read({ posted: [posted({ amountMinor: 2500n })] }), ['2026-11-16 charge 2500 (0)']);
  });

  it('shows each line of a change, and the surplus on its way to the balance', () => {
    assert.deepEqual(read(downgrade), [
      '2026-11-16 credit -2500 (0)',
      '2026-11-16 charge 1500 (0)',
      '2026-11-16 fee 0 (0)',
      '2026-11-16 to_balance 1000 (1000)',
    ]);
  });

  it('shows which bills used the balance up, in part and for the rest', () => {
    const cheap = [{ ...period, priceMinor: 600n }];
    assert.deepEqual(read({ ...downgrade, today: '2027-03-15', periods: cheap }).slice(3), [
      '2026-11-16 to_balance 1000 (1000)',
      '2026-12-01 balance_used -600 (400)',
      '2027-01-01 balance_used -400 (0)',
    ]);
  });

  it('knows no bill after today', () => {
    assert.equal(read({ ...downgrade, today: '2026-11-30' }).length, 4);
    assert.equal(read({ ...downgrade, today: '2026-12-01' }).length, 5);
  });

  const LATER = { postedAt: '2026-11-16T15:00:00.000001Z' };
  it('shows what was taken back after what it took back', () => {
    const reversed = {
      posted: [posted({}), posted({ reversal: true, amountMinor: -1500n, ...LATER })],
      balanceEntries: [surplus({}), surplus({ amountMinor: -1000n, ...LATER })],
    };
    assert.deepEqual(read(reversed), [
      '2026-11-16 charge 1500 (0)',
      '2026-11-16 to_balance 1000 (1000)',
      '2026-11-16 reversal -1500 (1000)',
      '2026-11-16 reversal -1000 (0)',
    ]);
    assert.equal(statementOf({ ...ledger, ...reversed }).balanceMinor, 0n);
  });

  it('shows the surplus of a change before another change of the same day', () => {
    const next = posted({ planChangeId: 'b', amountMinor: 700n, ...LATER });
    assert.deepEqual(read({ ...downgrade, posted: [...(downgrade.posted ?? []), next] }).slice(2), [
      '2026-11-16 fee 0 (0)',
      '2026-11-16 to_balance 1000 (1000)',
      '2026-11-16 charge 700 (1000)',
    ]);
  });

  const onBillDay = { date: '2026-12-01', today: '2026-12-01' };
  it('puts an immediate change after the bill of its day, so that the next one uses its surplus', () => {
    const { date, today } = onBillDay;
    const lines = read({
      today,
      posted: [posted({ date })],
      balanceEntries: [surplus({ planChangeId: 'b' }), surplus({ date })],
    });
    assert.deepEqual(lines, [
      '2026-11-16 to_balance 1000 (1000)',
      '2026-12-01 balance_used -1000 (0)',
      '2026-12-01 charge 1500 (0)',
      '2026-12-01 to_balance 1000 (1000)',
    ]);
  });

  it('puts a dated change before the bill of its day, which uses its surplus', () => {
    const { date, today } = onBillDay;
    const lines = read({
      today,
      posted: [posted({ date, dated: true })],
      balanceEntries: [surplus({ date, beforeBillOfTheDay: true })],
    });
    assert.deepEqual(lines, [
      '2026-12-01 charge 1500 (0)',
      '2026-12-01 to_balance 1000 (1000)',
      '2026-12-01 balance_used -1000 (0)',
    ]);
  });

  it('puts a dated change without a surplus before the bill of its day too', () => {
    const { date, today } = onBillDay;
    const lines = read({
      today,
      posted: [posted({ date, dated: true })],
      balanceEntries: [surplus({ planChangeId: 'b' })],
    });
    assert.deepEqual(lines, [
      '2026-11-16 to_balance 1000 (1000)',
      '2026-12-01 charge 1500 (1000)',
      '2026-12-01 balance_used -1000 (0)',
    ]);
  });

  it('bills by the plan that was in force, in the zone of the account', () => {
    // Midnight in Chicago: the new plan owns 1 December and is billed there.
    const at = '2026-12-01T06:00:00Z';
    const periods = [
      { ...period, until: at, priceMinor: 3000n },
      { ...period, from: at, priceMinor: 700n },
    ];
    assert.equal(
      read({ ...downgrade, today: '2026-12-01', periods }).at(-1),
      '2026-12-01 balance_used -700 (300)',
    );
  });

  it('never owes, and its last balance is what went in less what was used', () => {
    const entries = fc.array(
      fc.record({ ahead: fc.nat(300), amountMinor: fc.bigInt(1n, 10n ** 5n), dated: fc.boolean() }),
      { minLength: 1, maxLength: 8 },
    );
    fc.assert(
      fc.property(entries, fc.bigInt(0n, 10n ** 5n), (made, priceMinor) => {
        const balanceEntries = made
          .map(({ ahead, amountMinor, dated }, index) =>
            surplus({
              ...{ date: addDays('2026-01-01', ahead), planChangeId: String(index), amountMinor },
              beforeBillOfTheDay: dated,
            }),
          )
          .sort((a, b) => (a.date < b.date ? -1 : 1));
        const periods = [{ ...period, priceMinor }];
        const { lines, balanceMinor } = statementOf({
          ...ledger,
          today: '2027-01-01',
          balanceEntries,
          periods,
        });
        const sum = lines.reduce((total, line) => total + line.amountMinor, 0n);
        assert.equal(balanceMinor, sum);
        assert.ok(lines.every((line) => line.balanceAfterMinor >= 0n));
        assert.deepEqual(
          lines.map((line) => line.date),
          lines.map((line) => line.date).sort(),
        );
      }),
    );
  });
});
