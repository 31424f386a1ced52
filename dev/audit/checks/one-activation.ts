import type { Check, CheckContext, Finding } from '../check.ts';
import { applyRules, finding } from '../check.ts';
import { STANDING_CHARGES } from './charges-as-quoted.ts';
import { guardsInForce } from './guards.ts';

const ONE_OF_EACH = `
  SELECT pc.id, pc.customer_id, CASE
    WHEN charged.sets > 1 THEN format('%s sets of charges stand', charged.sets)
    WHEN period.n > 1 THEN format('%s periods were opened', period.n)
    WHEN balance.n > 1 THEN format('%s balance entries stand', balance.n)
    WHEN transition.n > 1 THEN format('it became activated %s times', transition.n)
    WHEN charged.sets <> (pc.applied_at IS NOT NULL)::int OR period.n <> charged.sets
      THEN format('applied %s, sets of charges %s, periods %s', pc.applied_at IS NOT NULL, charged.sets, period.n) END
  FROM plan_changes pc
  CROSS JOIN LATERAL (SELECT count(DISTINCT c.quote_revision)::int AS sets FROM (${STANDING_CHARGES}) AS c
    WHERE c.plan_change_id = pc.id) AS charged
  CROSS JOIN LATERAL (SELECT count(*)::int AS n FROM subscription_periods p WHERE p.plan_change_id = pc.id) AS period
  CROSS JOIN LATERAL (SELECT count(*) FILTER (WHERE NOT reversal) - count(*) FILTER (WHERE reversal) AS n
    FROM balance_entries b WHERE b.plan_change_id = pc.id) AS balance
  CROSS JOIN LATERAL (SELECT count(*)::int AS n FROM plan_change_transitions t
    WHERE t.plan_change_id = pc.id AND t.status = 'activated') AS transition`;

/** Charges are posted by the step alone: each set has its receipt, each applied receipt its set. */
const RECEIPT_OF_CHARGES = `
  SELECT coalesce(c.plan_change_id, r.plan_change_id), pc.customer_id, CASE
    WHEN r.plan_change_id IS NULL THEN format('charges of quote %s were posted without the step activatePlan', c.quote_revision)
    WHEN c.plan_change_id IS NULL THEN format('activatePlan of quote %s committed without charges', r.quote_revision) END
  FROM (SELECT DISTINCT plan_change_id, quote_revision FROM charges) AS c
  FULL JOIN (SELECT substr(workflow_id, length('plan-change-') + 1)::uuid AS plan_change_id,
                    split_part(step, ':', 2)::int AS quote_revision
             FROM step_receipts WHERE step ~ '^activatePlan:[0-9]+$' AND result->>'outcome' = 'applied'
               AND workflow_id ~ '^plan-change-[0-9a-f-]{36}$') AS r
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
    ...(await applyRules(context, 'I5', [{ sql: ONE_OF_EACH }, { sql: RECEIPT_OF_CHARGES }])),
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
