import type { Knex } from 'knex';
import type { PlanSwitch } from '../../activities/ports.ts';
import { row, rows } from '../sql.ts';

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

/** Takes a switch back: the period that the change opened goes, the one before it runs on. */
export async function restorePlan(trx: Knex.Transaction, planChangeId: string): Promise<boolean> {
  const [removed] = await rows<{ subscription_id: string; began_at: string }>(
    trx,
    `DELETE FROM subscription_periods WHERE plan_change_id = :planChangeId AND upper_inf(valid)
     RETURNING subscription_id, lower(valid)::text AS began_at`,
    { planChangeId },
  );
  if (removed === undefined) return false;
  await row(
    trx,
    `UPDATE subscription_periods SET valid = tstzrange(lower(valid), NULL)
     WHERE subscription_id = :subscriptionId AND upper(valid) = :beganAt::timestamptz
     RETURNING subscription_id`,
    { subscriptionId: removed.subscription_id, beganAt: removed.began_at },
  );
  return true;
}
