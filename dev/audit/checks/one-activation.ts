import type { Check, CheckContext, Finding } from '../check.ts';
import { applyRules, finding } from '../check.ts';
import { STANDING_CHARGES } from './charges-as-quoted.ts';
import { guardsInForce } from './guards.ts';
import { asCount, CHANGE_OF_RECEIPT } from './stored-ids.ts';

const ONE_OF_EACH = `
  SELECT pc.id, pc.customer_id, CASE
    WHEN n.sets > 1 THEN format('%s sets of charges stand', n.sets)
    WHEN n.periods > 1 THEN format('%s periods were opened', n.periods)
    WHEN n.entries > 1 THEN format('%s balance entries stand', n.entries)
    WHEN n.transitions > 1 THEN format('it became activated %s times', n.transitions)
    WHEN n.sets <> (pc.applied_at IS NOT NULL)::int OR n.periods <> n.sets
      THEN format('applied %s, sets of charges %s, periods %s', pc.applied_at IS NOT NULL, n.sets, n.periods) END
  FROM plan_changes pc
  LEFT JOIN (SELECT plan_change_id, count(DISTINCT quote_revision) AS n FROM (${STANDING_CHARGES}) AS standing
    GROUP BY plan_change_id) AS charged ON charged.plan_change_id = pc.id
  LEFT JOIN (SELECT plan_change_id, count(*) AS n FROM subscription_periods
    GROUP BY plan_change_id) AS period ON period.plan_change_id = pc.id
  LEFT JOIN (SELECT plan_change_id, count(*) FILTER (WHERE NOT reversal) - count(*) FILTER (WHERE reversal) AS n
    FROM balance_entries GROUP BY plan_change_id) AS balance ON balance.plan_change_id = pc.id
  LEFT JOIN (SELECT plan_change_id, count(*) AS n FROM plan_change_transitions WHERE status = 'activated'
    GROUP BY plan_change_id) AS activated ON activated.plan_change_id = pc.id
  CROSS JOIN LATERAL (SELECT coalesce(charged.n, 0) AS sets, coalesce(period.n, 0) AS periods,
    coalesce(balance.n, 0) AS entries, coalesce(activated.n, 0) AS transitions) AS n`;

const APPLIED_RECEIPTS = `
  (SELECT ${CHANGE_OF_RECEIPT} AS plan_change_id, ${asCount(`split_part(t.step, ':', 2)`)} AS quote_revision, t.step
   FROM step_receipts t WHERE t.step ~ '^activatePlan(:|$)' AND t.result->>'outcome' = 'applied'
     AND t.workflow_id LIKE 'plan-change-%')`;

const READABLE_RECEIPTS = `
  SELECT r.plan_change_id, NULL::uuid, CASE WHEN r.plan_change_id IS NULL OR r.step IS DISTINCT FROM 'activatePlan:' || r.quote_revision
    THEN 'a receipt of activatePlan names no change or no quote' END
  FROM ${APPLIED_RECEIPTS} AS r`;

/** Charges are posted by the step alone: each set has its receipt, each applied receipt its set. */
const RECEIPT_OF_CHARGES = `
  SELECT coalesce(c.plan_change_id, r.plan_change_id), pc.customer_id, CASE
    WHEN r.plan_change_id IS NULL THEN format('charges of quote %s were posted without the step activatePlan', c.quote_revision)
    WHEN c.plan_change_id IS NULL THEN format('activatePlan of quote %s committed without charges', r.quote_revision) END
  FROM (SELECT DISTINCT plan_change_id, quote_revision FROM charges) AS c
  FULL JOIN (SELECT * FROM ${APPLIED_RECEIPTS} AS each
             WHERE plan_change_id IS NOT NULL AND quote_revision IS NOT NULL) AS r
    ON (r.plan_change_id, r.quote_revision) = (c.plan_change_id, c.quote_revision)
  LEFT JOIN plan_changes pc ON pc.id = coalesce(c.plan_change_id, r.plan_change_id)`;

export const oneActivation: Check = {
  id: 'I5',
  title: 'at most one activation and one set of charges per change',
  run: async (context) => [
    ...(await guardsInForce(context, 'I5', [
      {
        kind: 'constraint',
        table: 'charges',
        name: 'charges_plan_change_id_quote_revision_line_no_reversal_key',
      },
      {
        kind: 'constraint',
        table: 'balance_entries',
        name: 'balance_entries_plan_change_id_quote_revision_reversal_key',
      },
      { kind: 'constraint', table: 'step_receipts', name: 'step_receipts_pkey' },
      { kind: 'trigger', table: 'step_receipts', name: 'step_receipts_append_only' },
    ])),
    ...(await applyRules(context, 'I5', [
      { sql: ONE_OF_EACH },
      { sql: READABLE_RECEIPTS },
      { sql: RECEIPT_OF_CHARGES },
    ])),
    ...activationsInHistories(context),
  ],
};

/** In a history an activation may come again only after the one before was taken back. */
function activationsInHistories(context: CheckContext): Finding[] {
  const digests = context.histories?.digests ?? [];
  context.looked(digests.length);
  return digests.flatMap((digest) => {
    let standing = 0;
    let most = 0;
    for (const step of digest.steps) {
      if (step.name === 'activatePlan' && step.result?.['outcome'] === 'applied') standing += 1;
      if (step.name === 'compensateActivation') standing = 0;
      most = Math.max(most, standing);
    }
    const about = { plan_change_id: digest.planChangeId, customer_id: digest.customerId };
    return most > 1 ? [finding('I5', `the history holds ${most} activations, none taken back`, about)] : [];
  });
}
