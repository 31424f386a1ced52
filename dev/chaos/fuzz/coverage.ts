import type { Operation } from '../documented-answers.ts';
import { table } from '../report.ts';

interface Unprovokable {
  readonly statuses: readonly string[];
  readonly operations: readonly string[] | 'all';
  readonly why: string;
}

/** Documented statuses that no input leads to. */
const NOT_BY_INPUT: readonly Unprovokable[] = [
  {
    statuses: ['503'],
    operations: 'all',
    why: 'a part of the system has to be away: test/api/unreachable.test.ts, kills, network',
  },
  {
    statuses: ['202'],
    operations: [
      'openPlanChange',
      'revertPlanChange',
      'recordConsent',
      'declinePlanChange',
      'cancelPlanChange',
      'requotePlanChange',
      'reschedulePlanChange',
      'answerConsentPage',
    ],
    why: 'the worker has to take longer than five seconds: test/api/temporal-outcomes.test.ts',
  },
  {
    statuses: ['410'],
    operations: [
      'recordConsent',
      'declinePlanChange',
      'cancelPlanChange',
      'requotePlanChange',
      'reschedulePlanChange',
      'sendConsentLink',
    ],
    why: 'a quote has to expire, after a day, or the time to agree, after a week: test/workflows/times-out.test.ts',
  },
];

export interface Missing {
  readonly operation: Operation;
  readonly status: string;
  /** How many requests went for it. */
  readonly tries: number;
}

/** Which documented answers have come. */
export interface Coverage {
  readonly answers: number;
  count(operation: Operation, status: number): void;
  countCode(code: string): void;
  tried(operation: Operation, status: string): void;
  /** Documented, to be had by input, and not answered yet. */
  missing(): readonly Missing[];
  /** Operations without any success yet. */
  withoutSuccess(): readonly Operation[];
  /** A row for each operation, a column for each status: how often; 0 missing, - not by input, blank not documented. */
  format(): string;
  /** The codes of the problems that came, each with how often. */
  formatCodes(): string;
  /** How many answers had a status like this one, `5xx` for one. */
  total(like: RegExp): number;
}

/** Throws when the document does not have what is declared as not to be had by input. */
export function createCoverage(operations: readonly Operation[]): Coverage {
  requireDeclared(operations);
  const counts = new Map<string, number>();
  const tries = new Map<string, number>();
  const codes = new Map<string, number>();
  const cell = ({ operationId }: Operation, status: string): string => `${operationId} ${status}`;
  const count = (operation: Operation, status: string): number => counts.get(cell(operation, status)) ?? 0;
  const isWanted = (operation: Operation, status: string): boolean =>
    status in operation.responses && whyNot(operation, status) === undefined;
  const pairs = operations.flatMap((operation) =>
    Object.keys(operation.responses)
      .filter((status) => isWanted(operation, status))
      .map((status) => ({ operation, status })),
  );
  const hasSuccess = (operation: Operation): boolean =>
    Object.keys(operation.responses).some((status) => /^2/.test(status) && count(operation, status) > 0);

  return {
    get answers() {
      return sum(counts.values());
    },
    count(operation, status) {
      counts.set(cell(operation, String(status)), count(operation, String(status)) + 1);
    },
    countCode(code) {
      codes.set(code, (codes.get(code) ?? 0) + 1);
    },
    tried(operation, status) {
      const key = cell(operation, status);
      tries.set(key, (tries.get(key) ?? 0) + 1);
    },
    missing: () =>
      pairs
        .filter(({ operation, status }) => count(operation, status) === 0)
        .map((pair) => ({ ...pair, tries: tries.get(cell(pair.operation, pair.status)) ?? 0 })),
    withoutSuccess: () => operations.filter((operation) => !hasSuccess(operation)),
    total: (like) =>
      sum([...counts].filter(([key]) => like.test(key.split(' ')[1] ?? '')).map(([, times]) => times)),
    formatCodes: () =>
      [...codes]
        .toSorted(([, a], [, b]) => b - a)
        .map(([code, times]) => `${code} ${times}`)
        .join(', '),
    format() {
      const documented = operations.flatMap(({ responses }) => Object.keys(responses));
      const answered = [...counts.keys()].map((key) => key.split(' ')[1] ?? '');
      const columns = [...new Set([...documented, ...answered])].toSorted();
      const rows = operations.map((operation) => [
        operation.operationId,
        ...columns.map((status) => {
          const times = count(operation, status);
          if (times > 0) return String(times);
          if (!(status in operation.responses)) return '';
          return isWanted(operation, status) ? '0' : '-';
        }),
      ]);
      const legend = NOT_BY_INPUT.map(({ statuses, why }) => `  - ${statuses.join(', ')}: ${why}`);
      return `${table([['operation', ...columns], ...rows])}\n\nNot by input\n${legend.join('\n')}`;
    },
  };
}

/**
 * What the fuzz did not reach: an operation without a success, and, where everything is wanted, a documented status
 * that input leads to. A sentence for each.
 */
export function notReached(coverage: Coverage, wants: 'successes' | 'everything'): string[] {
  const successes = coverage.withoutSuccess().map(({ operationId }) => `${operationId} never had a 2xx`);
  if (wants === 'successes') return successes;
  const statuses = coverage
    .missing()
    .map(({ operation, status }) => `${operation.operationId} never answered ${status}, which is documented`);
  return [...successes, ...statuses];
}

function requireDeclared(operations: readonly Operation[]): void {
  for (const { statuses, operations: names } of NOT_BY_INPUT) {
    if (names === 'all') continue;
    for (const name of names) {
      const found = operations.find(({ operationId }) => operationId === name);
      if (!found || !statuses.every((status) => status in found.responses))
        throw new Error(`the document has no ${statuses.join(', ')} of ${name}: declare it no more`);
    }
  }
}

function whyNot({ operationId }: Operation, status: string): string | undefined {
  return NOT_BY_INPUT.find(
    ({ statuses, operations }) =>
      statuses.includes(status) && (operations === 'all' || operations.includes(operationId)),
  )?.why;
}

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
