import type { Check } from '../check.ts';
import { applyRules } from '../check.ts';
import { appendOnlyForApp, guardsInForce } from './guards.ts';

/** Charges without those that were reversed: what stands. */
export const STANDING_CHARGES = `
  SELECT c.* FROM charges c WHERE NOT c.reversal AND NOT EXISTS (SELECT 1 FROM charges r
    WHERE (r.plan_change_id, r.quote_revision, r.line_no) = (c.plan_change_id, c.quote_revision, c.line_no) AND r.reversal)`;

/** What is no list fails where the quote's hash is worked out again (I4). */
const LINES = `CASE WHEN jsonb_typeof(q.lines) = 'array' THEN q.lines ELSE '[]' END`;

const LINE_BY_LINE = `
  SELECT pc.id, pc.customer_id, CASE
    WHEN charge.id IS NULL THEN format('line %s was quoted but is not charged', line.line_no)
    WHEN charge.kind::text <> line.value->>'kind' OR charge.amount_minor::text <> line.value->>'amountMinor'
      OR charge.description <> line.value->>'description'
      OR charge.service_start::text <> line.value->>'start' OR charge.service_end::text <> line.value->>'end'
      OR charge.days::text <> line.value->>'days' OR charge.of_days::text <> line.value->>'ofDays'
      OR charge.currency <> pc.currency OR charge.effective_date <> q.effective_date
      THEN format('charge %s is not the line that was quoted', charge.line_no) END
  FROM plan_changes pc
  JOIN quotes q ON q.plan_change_id = pc.id AND q.revision = pc.quote_revision
  CROSS JOIN LATERAL jsonb_array_elements(${LINES}) WITH ORDINALITY AS line (value, line_no)
  LEFT JOIN (${STANDING_CHARGES}) AS charge
    ON (charge.plan_change_id, charge.quote_revision, charge.line_no) = (pc.id, q.revision, line.line_no)
  WHERE pc.applied_at IS NOT NULL`;

const NOTHING_ELSE_CHARGED = `
  SELECT pc.id, pc.customer_id,
    CASE WHEN pc.applied_at IS NOT NULL AND charge.quote_revision = pc.quote_revision AND charge.line_no > jsonb_array_length(${LINES})
         THEN format('charge %s stands but was not quoted', charge.line_no) END
  FROM (${STANDING_CHARGES}) AS charge
  JOIN plan_changes pc ON pc.id = charge.plan_change_id
  JOIN quotes q ON q.plan_change_id = pc.id AND q.revision = charge.quote_revision`;

const BALANCE_AS_QUOTED = `
  SELECT pc.id, pc.customer_id,
    CASE WHEN coalesce(sum(b.amount_minor), 0) <> q.to_balance_minor THEN 'the balance entry is not the quoted surplus'
         WHEN bool_or(b.customer_id <> pc.customer_id OR b.currency <> pc.currency OR b.effective_date <> q.effective_date)
         THEN 'the balance entry is for another account, currency or date' END
  FROM plan_changes pc
  JOIN quotes q ON q.plan_change_id = pc.id AND q.revision = pc.quote_revision
  LEFT JOIN balance_entries b ON b.plan_change_id = pc.id AND b.quote_revision = q.revision
  WHERE pc.applied_at IS NOT NULL
  GROUP BY pc.id, q.plan_change_id, q.revision`;

const PLAN_AS_QUOTED = `
  SELECT pc.id, pc.customer_id,
    CASE WHEN p.subscription_id <> pc.subscription_id THEN 'the period is of another subscription'
         WHEN (p.plan_code, p.plan_version, p.price_minor) IS DISTINCT FROM (pc.to_plan_code, pc.to_plan_version, pc.to_price_minor)
           OR p.promotion_code IS DISTINCT FROM pc.promotion_code
         THEN 'plan, version, price or promotion in force is not what was agreed' END
  FROM subscription_periods p JOIN plan_changes pc ON pc.id = p.plan_change_id`;

export const chargesAsQuoted: Check = {
  id: 'I3',
  title: 'applied charges, balance and plan equal the quote, line by line',
  run: async (context) => [
    ...(await guardsInForce(context, 'I3', [
      { kind: 'trigger', table: 'charges', name: 'charges_append_only' },
      { kind: 'trigger', table: 'balance_entries', name: 'balance_entries_append_only' },
      { kind: 'trigger', table: 'quotes', name: 'quotes_append_only' },
    ])),
    ...(await appendOnlyForApp(context, 'I3', ['charges', 'balance_entries', 'quotes'])),
    ...(await applyRules(context, 'I3', [
      { sql: LINE_BY_LINE },
      { sql: NOTHING_ELSE_CHARGED },
      { sql: BALANCE_AS_QUOTED },
      { sql: PLAN_AS_QUOTED },
    ])),
  ],
};
