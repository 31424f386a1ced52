import { minorOf } from '../money.ts';
import { notesOfChange } from '../notes-of-change.ts';
import type { BundleBalanceEntry, BundleCharge, EvidencePayload } from '../payload.ts';
import { problemsOf } from './check.ts';

/** What a reversal has as its original has it. */
const SAME_OF_A_LINE = [
  'quoteHash',
  'kind',
  'start',
  'end',
  'days',
  'ofDays',
  'effectiveDate',
] as const satisfies readonly (keyof BundleCharge)[];
const SAME_OF_AN_ENTRY = [
  'effectiveDate',
  'customerId',
] as const satisfies readonly (keyof BundleBalanceEntry)[];

/**
 * Whatever quote it was posted under: what was taken back was taken back whole, nothing is taken back that was not
 * posted, and only what was posted under the quote in force may stand. A note tells of each taking back.
 */
export function reversalProblems(payload: EvidencePayload): string[] {
  const { ledger, change, customer } = payload;
  const inForce = change.appliedAt === null ? null : change.quoteRevision;
  const lines = groups(
    ledger.charges,
    ({ quoteRevision, lineNo }) => `line ${lineNo} of quote ${quoteRevision}`,
  );
  const entries = groups(
    ledger.balance,
    ({ quoteRevision }) => `the balance entry of quote ${quoteRevision}`,
  );
  return [
    ...lines.flatMap(([name, posted]) => groupProblems(name, posted, SAME_OF_A_LINE, inForce)),
    ...entries.flatMap(([name, posted]) => groupProblems(name, posted, SAME_OF_AN_ENTRY, inForce)),
    ...entries.flatMap(([name, posted]) =>
      problemsOf([
        posted.some(({ customerId = customer.customerId }) => customerId !== customer.customerId),
        `${name} is of another customer`,
      ]),
    ),
    ...[...lines, ...entries].flatMap(([name, posted]) =>
      problemsOf([
        posted.some(({ amount }) => amount.currency !== change.currency),
        `${name} is in another currency than the change`,
      ]),
    ),
    ...noteProblems(payload),
  ];
}

type Posted = Pick<BundleCharge, 'amount' | 'reversal' | 'quoteRevision'>;

function groupProblems<T extends Posted>(
  name: string,
  posted: readonly T[],
  same: readonly (keyof T)[],
  inForce: number | null,
): string[] {
  const [originals, reversals] = [false, true].map((is) => posted.filter(({ reversal }) => reversal === is));
  const [original, ...more] = originals ?? [];
  const [reversal, ...again] = reversals ?? [];
  const isInForce = posted.some(({ quoteRevision }) => quoteRevision === inForce);
  if (reversal === undefined)
    return problemsOf(
      [more.length > 0, `${name} was posted more than once`],
      [!isInForce, `${name} stands, and that quote is not in force`],
    );
  const sum = posted.reduce((total, { amount }) => total + (minorOf(amount) ?? 0n), 0n);
  const isSame =
    original !== undefined &&
    same.every((member) => original[member] === reversal[member]) &&
    original.amount.currency === reversal.amount.currency;
  return problemsOf(
    [isInForce, `${name} was taken back, and that quote is in force`],
    [original === undefined, `${name} was taken back and had never been posted`],
    [more.length > 0 || again.length > 0, `${name} was posted or taken back more than once`],
    [original !== undefined && !isSame, `the reversal of ${name} is of something else`],
    [sum !== 0n, `${name} was not taken back whole`],
  );
}

/** Each taking back is noted, and nothing is noted as taken back that was not. */
function noteProblems(payload: EvidencePayload): string[] {
  const { ledger, change } = payload;
  const told = notesOfChange(payload, change.planChangeId)
    .filter(({ kind }) => kind === 'compensated')
    .map(({ revision }) => revision);
  const taken = [...ledger.charges, ...ledger.balance].flatMap(({ reversal, quoteRevision }) =>
    reversal ? [quoteRevision] : [],
  );
  return [
    ...[...new Set(taken)]
      .filter((revision) => !told.includes(revision))
      .map((revision) => `what was posted for quote ${revision} was taken back, and no note tells of it`),
    ...told
      .filter((revision) => !taken.includes(revision))
      .map((revision) => `a note tells that quote ${revision} was taken back, and nothing of it was`),
  ];
}

function groups<T>(all: readonly T[], nameOf: (one: T) => string): [string, T[]][] {
  const found = new Map<string, T[]>();
  for (const one of all) found.set(nameOf(one), [...(found.get(nameOf(one)) ?? []), one]);
  return [...found];
}
