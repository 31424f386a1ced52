import type { WorkflowBundleOption } from '@temporalio/worker';
import type { Histories } from './histories.ts';

/** A thing that breaks an invariant. Ids are opaque; `what` never quotes personal data. */
export interface Finding {
  /** Id of the invariant, `I1`. */
  readonly check: string;
  readonly planChangeId?: string;
  readonly customerId?: string;
  readonly what: string;
}

/** One invariant of docs/ARCHITECTURE.md, as far as database and histories can show it. */
export interface Check {
  readonly id: string;
  readonly title: string;
  run(context: CheckContext): Promise<Finding[]>;
}

/** Runs one read-only statement with `$1` parameters. Dates and int8 are to be cast: drivers differ on them. */
export type Query = <T extends object>(sql: string, parameters?: readonly unknown[]) => Promise<T[]>;

/** What an audit compares with, beside the tables; left out unasked, it is not done. */
export const SOURCES = ['histories', 'anchors', 'signatures', 'definitions'] as const;
export type Source = (typeof SOURCES)[number];

/** Instants, the second one not within. */
export interface TimeRange {
  readonly from: Date;
  readonly until: Date;
}

export interface CheckContext {
  readonly query: Query;
  /** Undefined when no Temporal server was given. */
  readonly histories: Histories | undefined;
  /** Workflows of then may be gone although the server keeps them for longer; undefined: of no time. */
  readonly lostHistories: TimeRange | undefined;
  /** The current workflow code. */
  readonly workflowBundle: () => Promise<WorkflowBundleOption>;
  /** Counts the things that a check looked at: zero findings say little without it. */
  readonly looked: (n: number) => void;
  /** Counts the rules of the schema that were asked for, apart from the facts: they are there before any fact. */
  readonly guarded: (n: number) => void;
  /** What could not be checked, and how often; nothing is noted for 0. `source`: because it was not there. */
  readonly unchecked: (what: string, n: number, source?: Source) => void;
  /** What is no finding but worth a number. */
  readonly counted: (what: string, n: number) => void;
}

interface RuleResult {
  readonly looked: number;
  readonly found: readonly {
    readonly plan_change_id: string | null;
    readonly customer_id: string | null;
    readonly what: string;
  }[];
}

/** More of one kind add nothing: the first ones show what is wrong. */
const FINDINGS_PER_RULE = 500;

/**
 * Applies rules to the database, one statement each. A rule is a SELECT with one row per thing it looks at and
 * the columns `plan_change_id`, `customer_id` (either may be null) and `what`: null where the rule holds, else
 * the words of the finding. `count` is told how many rows there were.
 */
export async function applyRules(
  context: CheckContext,
  check: string,
  rules: readonly { readonly sql: string; readonly parameters?: readonly unknown[] }[],
  count: (n: number) => void = context.looked,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const { sql, parameters } of rules) {
    const [result] = await context.query<RuleResult>(
      `WITH seen (plan_change_id, customer_id, what) AS MATERIALIZED (${sql})
       SELECT (SELECT count(*)::int FROM seen) AS looked,
              (SELECT coalesce(jsonb_agg(to_jsonb(bad)), '[]')
               FROM (SELECT * FROM seen WHERE what IS NOT NULL LIMIT ${FINDINGS_PER_RULE}) AS bad) AS found`,
      parameters,
    );
    if (!result) continue;
    count(result.looked);
    for (const bad of result.found) findings.push(finding(check, bad.what, bad));
  }
  return findings;
}

/** A finding about a change, a customer, both or neither. */
export function finding(
  check: string,
  what: string,
  about: { readonly plan_change_id?: string | null; readonly customer_id?: string | null } = {},
): Finding {
  const { plan_change_id: planChangeId, customer_id: customerId } = about;
  return { check, what, ...(planChangeId && { planChangeId }), ...(customerId && { customerId }) };
}
