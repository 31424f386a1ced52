import type { Check } from '../check.ts';
import { applyRules } from '../check.ts';
import { guardsInForce } from './guards.ts';
import { REVERSALS } from './reversals.ts';

/** Changes that are not applied, whatever was committed of them on the way. */
const NOTHING_LEFT = `
  SELECT pc.id, pc.customer_id, CASE
    WHEN period.plan_change_id IS NOT NULL THEN 'it is not applied, yet a period names it'
    WHEN charged.is_left THEN 'it is not applied, yet a charge is not reversed'
    WHEN balance.amount <> 0 THEN 'it is not applied, yet a balance entry is not reversed' END
  FROM plan_changes pc
  LEFT JOIN (SELECT DISTINCT plan_change_id FROM subscription_periods) AS period ON period.plan_change_id = pc.id
  LEFT JOIN (SELECT plan_change_id, bool_or(amount <> 0 OR n <> 2) AS is_left
    FROM (SELECT plan_change_id, sum(amount_minor) AS amount, count(*) AS n FROM charges
          GROUP BY plan_change_id, quote_revision, line_no) AS line
    GROUP BY plan_change_id) AS charged ON charged.plan_change_id = pc.id
  LEFT JOIN (SELECT plan_change_id, sum(amount_minor) AS amount FROM balance_entries
    GROUP BY plan_change_id) AS balance ON balance.plan_change_id = pc.id
  WHERE pc.applied_at IS NULL`;

/** The period of before runs on, or another change ended it later. */
const PLAN_AS_BEFORE = `
  SELECT pc.id, pc.customer_id,
    CASE WHEN p.subscription_id IS NULL THEN 'the plan of before the change is not back'
         WHEN NOT upper_inf(p.valid) AND NOT EXISTS (SELECT 1 FROM subscription_periods next
           WHERE next.subscription_id = p.subscription_id AND lower(next.valid) = upper(p.valid))
         THEN 'the plan of before the change ended and none follows' END
  FROM plan_changes pc
  LEFT JOIN subscription_periods p ON p.subscription_id = pc.subscription_id AND lower(p.valid) = pc.from_valid_from
    AND (p.plan_code, p.plan_version, p.price_minor) = (pc.from_plan_code, pc.from_plan_version, pc.from_price_minor)
  WHERE pc.status = 'failed' OR (pc.applied_at IS NULL AND EXISTS (SELECT 1 FROM charges c
    WHERE c.plan_change_id = pc.id AND c.quote_revision = pc.quote_revision))`;

const FAILED_IS_NOT_APPLIED = `
  SELECT id, customer_id, CASE WHEN applied_at IS NOT NULL THEN format('it is %s and yet applied', status) END
  FROM plan_changes WHERE status NOT IN ('activating', 'activated', 'completed')`;

export const takenBack: Check = {
  id: 'I8',
  title: 'what failed after partly applying left the state as before',
  run: async (context) => [
    ...(await guardsInForce(context, 'I8', [
      { kind: 'trigger', table: 'charges', name: 'charges_reversed_whole' },
      { kind: 'trigger', table: 'balance_entries', name: 'balance_entries_guarded' },
      {
        kind: 'constraint',
        table: 'balance_entries',
        name: 'balance_entries_plan_change_id_quote_hash_fkey',
      },
    ])),
    ...(await applyRules(context, 'I8', [
      { sql: NOTHING_LEFT },
      { sql: PLAN_AS_BEFORE },
      { sql: FAILED_IS_NOT_APPLIED },
      ...REVERSALS,
    ])),
  ],
};
