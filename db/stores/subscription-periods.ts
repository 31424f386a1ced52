import type { Knex } from 'knex';
import type { PlanSwitch } from '../../activities/ports.ts';
import { row } from '../sql.ts';

/**
 * Closes the running period and opens the next in one statement, so there is never a gap. The switch is at
 * the wanted instant, but always after the running period began: an empty period is no period.
 */
export async function switchPlan(trx: Knex.Transaction, change: PlanSwitch): Promise<void> {
  await row(
    trx,
    `WITH closed AS (
       UPDATE subscription_periods p
       SET valid = tstzrange(lower(p.valid), greatest(:from::timestamptz, lower(p.valid) + interval '1 microsecond'))
       WHERE p.subscription_id = :subscriptionId AND upper_inf(p.valid)
       RETURNING upper(p.valid) AS switched_at)
     INSERT INTO subscription_periods (subscription_id, valid, plan_code, plan_version, price_minor, promotion_code, plan_change_id)
     SELECT :subscriptionId, tstzrange(switched_at, NULL), :planCode, :planVersion, :priceMinor, :promotionCode, :planChangeId
     FROM closed
     RETURNING subscription_id`,
    { ...change },
  );
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
