import type { Knex } from 'knex';
import { row } from '../sql.ts';

/**
 * Closes the running period and opens the next, so there is never a gap: plan, price and time are those of the
 * change, which must be activating and agreed to. The app's role has no right to write periods, only to this.
 */
export async function switchPlan(trx: Knex.Transaction, planChangeId: string): Promise<void> {
  await row(trx, 'SELECT switch_plan(:planChangeId)', { planChangeId });
}

/**
 * Takes a switch back: the period that the change opened goes, the one before it runs on. The app's role has no
 * right to delete periods, only to this.
 * @returns false when the running period is not the one that the change opened
 */
export async function restorePlan(trx: Knex.Transaction, planChangeId: string): Promise<boolean> {
  const { restored } = await row<{ restored: boolean }>(
    trx,
    'SELECT take_back_period(:planChangeId) AS restored',
    { planChangeId },
  );
  return restored;
}
