import type { BalanceEntry } from './account-balance.ts';
import { billsBetween } from './account-balance.ts';
import { addDays } from './calendar.ts';
import type { PlanHistoryEntry } from './plan-history.ts';
import { periodsInLocalDates } from './plan-history.ts';

/** Everything on record about an account's money that plan changes caused. */
export interface AccountLedger {
  readonly currency: string;
  readonly timeZone: string;
  readonly anchorDate: string;
  /** The present local date: bills after it are not made yet. */
  readonly today: string;
  readonly posted: readonly {
    readonly date: string;
    readonly planChangeId: string;
    readonly kind: 'credit' | 'charge' | 'fee';
    readonly reversal: boolean;
    /** Posted by a dated change, which takes effect before the bill of its day. */
    readonly dated: boolean;
    readonly description: string;
    readonly amountMinor: bigint;
    readonly postedAt: string;
  }[];
  /** `postedAt` here and there: ISO instant with microseconds; what one step posts has the same. */
  readonly balanceEntries: readonly (BalanceEntry & {
    readonly planChangeId: string;
    readonly postedAt: string;
  })[];
  readonly periods: readonly PlanHistoryEntry[];
}

export interface StatementLine {
  readonly date: string;
  readonly planChangeId: string | null;
  readonly kind: 'credit' | 'charge' | 'fee' | 'reversal' | 'to_balance' | 'balance_used';
  readonly description: string;
  readonly amountMinor: bigint;
  /** The account balance after the line. */
  readonly balanceAfterMinor: bigint;
}

/**
 * Explains every line (money rules 7 and 9): what each change credited and charged, what of it went to the
 * account balance, and which bills used the balance. Oldest first; on one date a bill comes before the lines
 * of an immediate change and after those of a dated one, and the surplus of a change right after its lines.
 */
export function statementOf(ledger: AccountLedger): {
  readonly lines: StatementLine[];
  readonly balanceMinor: bigint;
} {
  let balanceMinor = 0n;
  const lines: StatementLine[] = [];
  for (const event of eventsOf(ledger)) {
    const movedMinor = event.use ? -least(balanceMinor, event.amountMinor) : event.balanceMinor;
    if (event.use && movedMinor === 0n) continue;
    balanceMinor += movedMinor;
    lines.push({
      date: event.date,
      planChangeId: event.planChangeId,
      kind: event.kind,
      description: event.description,
      amountMinor: event.use ? movedMinor : event.amountMinor,
      balanceAfterMinor: balanceMinor,
    });
  }
  return { lines, balanceMinor };
}

interface LedgerEvent extends Omit<StatementLine, 'balanceAfterMinor'> {
  /** Order on one date, then among what was posted in one turn. */
  readonly turn: 0 | 1 | 2;
  readonly postedAt: string;
  /** A bill that may use the balance. */
  readonly use: boolean;
  /** What the line itself adds to the balance. */
  readonly balanceMinor: bigint;
}

function eventsOf(ledger: AccountLedger): LedgerEvent[] {
  const turnOf = (dated: boolean | undefined): 0 | 2 => (dated === true ? 0 : 2);
  const posted = ledger.posted.map((line) => ({
    date: line.date,
    planChangeId: line.planChangeId,
    kind: line.reversal ? ('reversal' as const) : line.kind,
    description: line.description,
    amountMinor: line.amountMinor,
    turn: turnOf(line.dated),
    postedAt: line.postedAt,
    use: false,
    balanceMinor: 0n,
  }));
  const surpluses = ledger.balanceEntries.map((entry) => ({
    date: entry.date,
    planChangeId: entry.planChangeId,
    kind: entry.amountMinor < 0n ? ('reversal' as const) : ('to_balance' as const),
    description:
      entry.amountMinor < 0n ? 'Taken back from the account balance' : 'Surplus to the account balance',
    amountMinor: entry.amountMinor,
    turn: turnOf(entry.beforeBillOfTheDay),
    postedAt: entry.postedAt,
    use: false,
    balanceMinor: entry.amountMinor,
  }));
  return [...posted, ...surpluses, ...billsOf(ledger)].sort(
    (a, b) => order(a.date, b.date) || a.turn - b.turn || order(a.postedAt, b.postedAt),
  );
}

function billsOf(ledger: AccountLedger): LedgerEvent[] {
  const first = ledger.balanceEntries[0]?.date;
  if (first === undefined) return [];
  const periods = periodsInLocalDates(ledger.periods, ledger.timeZone);
  return billsBetween(periods, ledger.anchorDate, first, addDays(ledger.today, 1)).map((bill) => ({
    date: bill.date,
    planChangeId: null,
    kind: 'balance_used',
    description: 'Account balance used on the bill of this date',
    amountMinor: bill.amountMinor,
    turn: 1,
    postedAt: '',
    use: true,
    balanceMinor: 0n,
  }));
}

function order(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
