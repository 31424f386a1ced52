import type { Knex } from 'knex';
import { isoInstant, row } from '../sql.ts';
import { EXPIRING_SOON, IN_FLIGHT, UNCONFIRMED, UNDELIVERED } from './worklist-conditions.ts';

/** Upper ends of the age groups, minutes; what is older comes after them. */
export const WAITING_GROUPS = [15, 60, 240, 1_440, 4_320] as const;
export const CONSENT_GROUPS = [2, 5, 15, 60, 1_440] as const;
/** Over how many days the time to consent is taken. */
export const CONSENT_DAYS = 7;

interface Counts {
  /** In-flight changes by status; statuses without one are left out. */
  readonly statuses: Readonly<Record<string, number>>;
  readonly held: number;
  readonly unconfirmed: number;
  readonly undelivered: number;
  readonly expiring: number;
}

export interface WorkSummary extends Counts {
  /** ISO instant of the read. */
  readonly asOf: string;
  /** The last 24 hours, oldest first, the running one last. */
  readonly hours: readonly { readonly start: string; readonly opened: number; readonly applied: number }[];
  /** How many wait for consent, by the age of their quote: one count for each group and one for the rest. */
  readonly waiting: readonly number[];
  /** How long consent took since its quote was made. */
  readonly toConsent: { readonly medianSeconds: number | null; readonly counts: readonly number[] };
}

/** `groups.length + 1` counts of the values (minutes) that a query gives as `minutes`, as a JSON array. */
function grouped(from: string, groups: readonly number[]): string {
  const ends = groups.join(', ');
  return `(SELECT jsonb_agg(coalesce(c.n, 0) ORDER BY g.i) FROM generate_series(0, ${groups.length}) AS g (i)
    LEFT JOIN (SELECT width_bucket(minutes, ARRAY[${ends}]::float8[]) AS i, count(*)::int AS n FROM ${from} GROUP BY 1) c USING (i))`;
}

const MINE = '(:agentId::uuid IS NULL OR pc.agent_id = :agentId)';

const count = (condition: string): string =>
  `(SELECT count(*)::int FROM plan_changes pc WHERE ${condition} AND ${MINE})`;

const COUNTS = `coalesce((SELECT jsonb_object_agg(s.status, s.n)
      FROM (SELECT pc.status, count(*)::int AS n FROM plan_changes pc WHERE ${IN_FLIGHT} AND ${MINE} GROUP BY 1) s), '{}') AS statuses,
    ${count(`pc.status = 'held'`)} AS held,
    ${count(UNCONFIRMED)} AS unconfirmed,
    ${count(UNDELIVERED)} AS undelivered,
    ${count(EXPIRING_SOON)} AS expiring`;

const SUMMARY = `
  WITH hours AS (
    SELECT start FROM generate_series(date_trunc('hour', now()) - interval '23 hours', date_trunc('hour', now()), interval '1 hour') AS h (start)
  ), opened AS (
    SELECT date_trunc('hour', pc.opened_at) AS start, count(*)::int AS n FROM plan_changes pc
    WHERE pc.opened_at >= date_trunc('hour', now()) - interval '23 hours' AND pc.status <> 'rejected' AND ${MINE} GROUP BY 1
  ), applied AS (
    SELECT date_trunc('hour', pc.applied_at) AS start, count(*)::int AS n FROM plan_changes pc
    WHERE pc.applied_at >= date_trunc('hour', now()) - interval '23 hours' AND ${MINE} GROUP BY 1
  ), waiting AS (
    SELECT greatest(extract(epoch FROM now() - q.created_at)::float8 / 60, 0) AS minutes
    FROM plan_changes pc JOIN quotes q ON (q.plan_change_id, q.revision) = (pc.id, pc.quote_revision)
    WHERE pc.status = 'awaiting_consent' AND ${MINE}
  ), consented AS (
    SELECT greatest(extract(epoch FROM k.accepted_at - q.created_at)::float8 / 60, 0) AS minutes
    FROM consents k
    JOIN quotes q ON (q.plan_change_id, q.hash) = (k.plan_change_id, k.quote_hash)
    JOIN plan_changes pc ON pc.id = k.plan_change_id
    WHERE k.accepted_at >= now() - interval '${CONSENT_DAYS} days' AND ${MINE}
  )
  SELECT ${isoInstant('now()')} AS "asOf",
    ${COUNTS},
    (SELECT jsonb_agg(jsonb_build_object('start', ${isoInstant('h.start')}, 'opened', coalesce(o.n, 0), 'applied', coalesce(a.n, 0)) ORDER BY h.start)
      FROM hours h LEFT JOIN opened o USING (start) LEFT JOIN applied a USING (start)) AS hours,
    ${grouped('waiting', WAITING_GROUPS)} AS waiting,
    jsonb_build_object(
      'medianSeconds', (SELECT round(percentile_cont(0.5) WITHIN GROUP (ORDER BY minutes) * 60) FROM consented),
      'counts', ${grouped('consented', CONSENT_GROUPS)}) AS "toConsent"`;

/**
 * What there is to do and how it goes, counted in one statement.
 * @param scope `agentId`: only changes of this agent, null: everybody's; `holdMs`: how long a hold lasts
 */
export async function workSummary(
  knex: Knex,
  scope: { readonly agentId: string | null; readonly holdMs: number },
): Promise<WorkSummary> {
  return row<WorkSummary>(knex, SUMMARY, { ...scope });
}

/** Everybody's counts, and how long ago the account notes were anchored; null: never. @param holdMs how long a hold lasts */
export async function workCounts(
  knex: Knex,
  holdMs: number,
): Promise<Counts & { readonly anchorAgeSeconds: number | null }> {
  const age = '(SELECT extract(epoch FROM now() - max(anchored_on)::timestamptz)::float8 FROM note_anchors)';
  return row(knex, `SELECT ${COUNTS}, ${age} AS "anchorAgeSeconds"`, { agentId: null, holdMs });
}
