import type { Knex } from 'knex';
import { rows } from '../../../db/sql.ts';
import { readBack } from '../../../db/stores/applied-change.ts';
import type { PlanChangeStatus } from '../../../domain/plan-change-status.ts';
import { mismatchesOf } from '../../../domain/read-back.ts';
import { HAS_COME, QUIET_SECONDS } from '../checks/quiet.ts';

/** What the database holds of a change, as far as a repair depends on it. */
export interface ChangeFacts {
  readonly planChangeId: string;
  readonly customerId: string;
  readonly status: PlanChangeStatus;
  readonly revision: number;
  /** Whether nothing was written to it for some seconds. */
  readonly isQuiet: boolean;
  readonly isApplied: boolean;
  /** Lines and balance entries of it that are in force: posted and not reversed. */
  readonly posted: number;
  /** Whether it opened a period of the subscription that is there. */
  readonly hasPeriod: boolean;
  /** What an applied change's read-back finds other than agreed; names of checks, never values. */
  readonly mismatches: readonly string[];
}

const FACTS = `
  SELECT pc.id AS "planChangeId", pc.customer_id AS "customerId", pc.status, pc.quote_revision AS revision, pc.applied_at IS NOT NULL AS "isApplied",
    coalesce(greatest((SELECT max(at) FROM plan_change_transitions WHERE plan_change_id = pc.id),
                      (SELECT max(committed_at) FROM step_receipts WHERE workflow_id = 'plan-change-' || pc.id AND ${HAS_COME('committed_at')}))
             < now() - make_interval(secs => ${QUIET_SECONDS}), true) AS "isQuiet",
    ((SELECT count(*) FROM charges c WHERE c.plan_change_id = pc.id AND NOT c.reversal AND NOT EXISTS (
        SELECT 1 FROM charges r WHERE r.reversal AND (r.plan_change_id, r.quote_revision, r.line_no) =
          (c.plan_change_id, c.quote_revision, c.line_no)))
     + (SELECT count(*) FROM balance_entries b WHERE b.plan_change_id = pc.id AND NOT b.reversal AND NOT EXISTS (
        SELECT 1 FROM balance_entries r WHERE r.reversal AND (r.plan_change_id, r.quote_revision) =
          (b.plan_change_id, b.quote_revision))))::int AS posted,
    EXISTS (SELECT 1 FROM subscription_periods p WHERE p.plan_change_id = pc.id) AS "hasPeriod"
  FROM plan_changes pc WHERE pc.id = :planChangeId`;

export async function factsOf(knex: Knex, planChangeId: string): Promise<ChangeFacts | undefined> {
  const [found] = await rows<Omit<ChangeFacts, 'mismatches'>>(knex, FACTS, { planChangeId });
  if (!found) return undefined;
  return { ...found, mismatches: found.isApplied ? mismatchesOf(await readBack(knex, planChangeId)) : [] };
}

export interface ChangeOpened {
  readonly planChangeId: string;
  readonly openedAt: Date;
}

/** The oldest first. */
export async function openChanges(knex: Knex): Promise<ChangeOpened[]> {
  return rows(
    knex,
    `SELECT id AS "planChangeId", opened_at AS "openedAt" FROM plan_changes WHERE closed_at IS NULL ORDER BY opened_at, id`,
    {},
  );
}

/** The changes that ended last: their workflows are remembered longest. */
export async function lastEnded(knex: Knex, limit: number): Promise<ChangeOpened[]> {
  return rows(
    knex,
    `SELECT id AS "planChangeId", opened_at AS "openedAt" FROM plan_changes WHERE closed_at IS NOT NULL
     ORDER BY closed_at DESC LIMIT :limit`,
    { limit },
  );
}
