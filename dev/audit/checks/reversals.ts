/** Rules of I8 about what takes money back; a reversal is as much money as what it takes back. */

/** The database has one reversal for each original at most; here it is also the other way round, and whole. */
const CHARGES_REVERSED_WHOLE = `
  SELECT r.plan_change_id, pc.customer_id, CASE
    WHEN pc.applied_at IS NOT NULL AND pc.quote_revision = r.quote_revision
      THEN format('charge %s of quote %s is reversed, and that quote is in force', r.line_no, r.quote_revision)
    WHEN original.n <> 1 THEN format('the reversal of charge %s of quote %s has %s originals', r.line_no, r.quote_revision, original.n)
    WHEN NOT original.is_same THEN format('the reversal of charge %s of quote %s is not what was charged', r.line_no, r.quote_revision) END
  FROM charges r
  LEFT JOIN plan_changes pc ON pc.id = r.plan_change_id
  CROSS JOIN LATERAL (SELECT count(*) AS n, bool_and((o.quote_hash, o.kind, o.currency, o.effective_date, o.service_start,
      o.service_end, o.days, o.of_days, -o.amount_minor) = (r.quote_hash, r.kind, r.currency, r.effective_date, r.service_start,
      r.service_end, r.days, r.of_days, r.amount_minor)) AS is_same
    FROM charges o WHERE NOT o.reversal
      AND (o.plan_change_id, o.quote_revision, o.line_no) = (r.plan_change_id, r.quote_revision, r.line_no)) AS original
  WHERE r.reversal`;

const BALANCE_REVERSED_WHOLE = `
  SELECT r.plan_change_id, r.customer_id, CASE
    WHEN pc.applied_at IS NOT NULL AND pc.quote_revision = r.quote_revision
      THEN format('the balance entry of quote %s is reversed, and that quote is in force', r.quote_revision)
    WHEN original.n <> 1 THEN format('the reversal of the balance entry of quote %s has %s originals', r.quote_revision, original.n)
    WHEN NOT original.is_same THEN format('the reversal of the balance entry of quote %s is not what was entered', r.quote_revision) END
  FROM balance_entries r
  LEFT JOIN plan_changes pc ON pc.id = r.plan_change_id
  CROSS JOIN LATERAL (SELECT count(*) AS n, bool_and((o.customer_id, o.quote_hash, o.currency, o.effective_date, -o.amount_minor)
      = (r.customer_id, r.quote_hash, r.currency, r.effective_date, r.amount_minor)) AS is_same
    FROM balance_entries o WHERE NOT o.reversal
      AND (o.plan_change_id, o.quote_revision) = (r.plan_change_id, r.quote_revision)) AS original
  WHERE r.reversal`;

/** What was posted under any quote but the one in force comes to nothing. */
const EARLIER_QUOTES_COME_TO_NOTHING = `
  SELECT posted.plan_change_id, pc.customer_id, CASE
    WHEN posted.amount <> 0 THEN format('%s of quote %s, which is not in force, comes to %s', posted.what, posted.quote_revision, posted.amount) END
  FROM (SELECT plan_change_id, quote_revision, format('charge %s', line_no) AS what, sum(amount_minor) AS amount
        FROM charges GROUP BY plan_change_id, quote_revision, line_no
        UNION ALL
        SELECT plan_change_id, quote_revision, 'the balance entry', sum(amount_minor)
        FROM balance_entries GROUP BY plan_change_id, quote_revision) AS posted
  JOIN plan_changes pc ON pc.id = posted.plan_change_id
  WHERE NOT (pc.applied_at IS NOT NULL AND pc.quote_revision = posted.quote_revision)`;

/** Whose money it is does not depend on which quote is in force. */
const OF_THEIR_ACCOUNT = `
  SELECT posted.plan_change_id, posted.customer_id, CASE
    WHEN pc.id IS NULL OR posted.customer_id IS DISTINCT FROM pc.customer_id
      THEN format('the balance entry of quote %s is of another customer than the change', posted.quote_revision)
    WHEN posted.currency <> pc.currency
      THEN format('%s of quote %s is in another currency than the change', posted.what, posted.quote_revision)
    WHEN posted.quote_hash IS DISTINCT FROM q.hash
      THEN format('%s of quote %s names another quote', posted.what, posted.quote_revision) END
  FROM (SELECT b.plan_change_id, b.quote_revision, b.quote_hash, b.customer_id, b.currency, 'the balance entry' AS what FROM balance_entries b
        UNION ALL
        SELECT c.plan_change_id, c.quote_revision, c.quote_hash, pc.customer_id, c.currency, format('charge %s', c.line_no)
        FROM charges c LEFT JOIN plan_changes pc ON pc.id = c.plan_change_id) AS posted
  LEFT JOIN plan_changes pc ON pc.id = posted.plan_change_id
  LEFT JOIN quotes q ON (q.plan_change_id, q.revision) = (posted.plan_change_id, posted.quote_revision)`;

/** Only one step takes back, and it leaves its receipt. */
const RECEIPT_OF_REVERSALS = `
  SELECT taken.plan_change_id, pc.customer_id, CASE
    WHEN r.step IS NULL THEN format('quote %s was taken back without the step compensateActivation', taken.revision) END
  FROM (SELECT plan_change_id, quote_revision AS revision FROM charges WHERE reversal
        UNION SELECT plan_change_id, quote_revision FROM balance_entries WHERE reversal
        UNION SELECT plan_change_id, revision FROM account_notes WHERE kind = 'compensated') AS taken
  LEFT JOIN plan_changes pc ON pc.id = taken.plan_change_id
  LEFT JOIN step_receipts r ON r.workflow_id = 'plan-change-' || taken.plan_change_id
    AND r.step = 'compensateActivation:' || taken.revision`;

export const REVERSALS = [
  { sql: CHARGES_REVERSED_WHOLE },
  { sql: BALANCE_REVERSED_WHOLE },
  { sql: EARLIER_QUOTES_COME_TO_NOTHING },
  { sql: OF_THEIR_ACCOUNT },
  { sql: RECEIPT_OF_REVERSALS },
] as const;
