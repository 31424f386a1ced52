import type { Knex } from 'knex';
import type { PlanChangeStatus } from '../../domain/plan-change-status.ts';
import { isoInstant, rows } from '../sql.ts';

export interface Transition {
  readonly id: bigint;
  readonly status: PlanChangeStatus;
  readonly at: string;
}

/** The statuses of a change in order, after one already seen. */
export async function transitionsAfter(
  knex: Knex,
  planChangeId: string,
  after: bigint,
): Promise<Transition[]> {
  return rows<Transition>(
    knex,
    `SELECT id, status, ${isoInstant('at')} AS at FROM plan_change_transitions
     WHERE plan_change_id = :planChangeId AND id > :after ORDER BY id`,
    { planChangeId, after: after.toString() },
  );
}
