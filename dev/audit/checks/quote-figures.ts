/**
 * Rules of I4 that work every figure out again, by nothing of the product's: whole numbers and the database's own
 * calendar (docs/ARCHITECTURE.md, money rules 2 to 4 and 7).
 */

/** JSON text as a date or a number; null where it is none. A quote is the app's word: nothing in it may stop a check. */
const date = (text: string): string =>
  `CASE WHEN ${text} ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' AND pg_input_is_valid(${text}, 'date') THEN (${text})::date END`;
const whole = (text: string, digits: number): string =>
  `CASE WHEN ${text} ~ '^-?[0-9]{1,${digits}}$' THEN (${text})::numeric END`;
/** A decimal has exactly the decimals of its currency, so it is minor units without its point. */
const minor = (side: string): string =>
  `CASE WHEN q.basis->'${side}'->'price'->>'amount' ~ '^[0-9]{1,18}([.][0-9]{1,3})?$'
    THEN replace(q.basis->'${side}'->'price'->>'amount', '.', '')::numeric END`;

/** To the nearest whole minor unit once, a half away from zero; nothing here is negative. */
const share = (price: string, line: string): string =>
  `div(2 * ${price} * ${line}.days + ${line}.of_days, nullif(2 * ${line}.of_days, 0))`;

/** Of a quote `q`, whatever stands there. */
export const LIST_OF_LINES = `CASE jsonb_typeof(q.lines) WHEN 'array' THEN q.lines ELSE '[]' END`;

/** Line of a kind with its cycle: the days of the whole end where the line ends. */
const line = (kind: string): string => `
  CROSS JOIN LATERAL (SELECT count(*) AS n, min(amount) AS amount, min(days) AS days, min(of_days) AS of_days,
      min(starts) AS starts, min(ends) AS ends, min(ends - of_days::int) AS cycle_starts
    FROM (SELECT ${whole(`value->>'amountMinor'`, 18)} AS amount, ${whole(`value->>'days'`, 5)} AS days,
        ${whole(`value->>'ofDays'`, 5)} AS of_days, ${date(`value->>'start'`)} AS starts, ${date(`value->>'end'`)} AS ends
      FROM jsonb_array_elements(${LIST_OF_LINES}) AS line (value)
      WHERE value->>'kind' = '${kind}') AS read) AS ${kind}`;

/** The plan of one side: of the quote in force as the change has it, of an earlier one as the quote keeps it. */
const side = (name: 'from' | 'to'): string => `
  CROSS JOIN LATERAL (SELECT q.basis->'${name}'->>'planCode' AS plan_code, ${whole(`q.basis->'${name}'->>'version'`, 9)} AS version,
    ${minor(name)} AS price) AS ${name}_kept
  CROSS JOIN LATERAL (SELECT
    CASE WHEN q.revision = pc.quote_revision THEN pc.${name}_plan_code ELSE ${name}_kept.plan_code END AS plan_code,
    CASE WHEN q.revision = pc.quote_revision THEN pc.${name}_plan_version ELSE ${name}_kept.version END AS version,
    CASE WHEN q.revision = pc.quote_revision THEN pc.${name}_price_minor ELSE ${name}_kept.price END AS price) AS ${name}_plan
  LEFT JOIN plan_versions ${name}_version
    ON (${name}_version.plan_code, ${name}_version.version) = (${name}_plan.plan_code, ${name}_plan.version)`;

/**
 * FROM clause. The plan before began with the change that opened its period, if one did, and that change's charge is
 * what was billed for it, if it lies in the running cycle; one of no days leaves it to the bill of that day.
 */
const FIGURES = `
  quotes q
  JOIN plan_changes pc ON pc.id = q.plan_change_id
  JOIN subscriptions s ON s.id = pc.subscription_id
  ${side('from')} ${side('to')} ${line('credit')} ${line('charge')}
  LEFT JOIN subscription_periods p ON p.subscription_id = pc.subscription_id AND lower(p.valid) = pc.from_valid_from
  LEFT JOIN plan_changes opener ON opener.id = p.plan_change_id
  LEFT JOIN LATERAL (SELECT sum(c.amount_minor) AS amount FROM charges c
    WHERE (c.plan_change_id, c.quote_revision, c.kind, c.reversal) = (opener.id, opener.quote_revision, 'charge', false)
      AND c.days > 0 AND c.effective_date >= credit.cycle_starts) AS opening ON true
  CROSS JOIN LATERAL (SELECT ${share('from_plan.price', 'credit')} AS rest, coalesce(opening.amount, from_plan.price) AS billed) AS old
  CROSS JOIN LATERAL (SELECT -least(old.rest, old.billed) AS credit, ${share('to_plan.price', 'charge')} AS charge) AS due`;

const ONE_OF_EACH = `
  SELECT pc.id, pc.customer_id, CASE
    WHEN (credit.n, charge.n, fee.n) <> (1, 1, 1) OR CASE jsonb_typeof(q.lines) WHEN 'array' THEN jsonb_array_length(q.lines) <> 3 END
      THEN format('quote %s is not one credit, one charge and one fee', q.revision) END
  FROM quotes q JOIN plan_changes pc ON pc.id = q.plan_change_id ${line('credit')} ${line('charge')} ${line('fee')}`;

const ROUNDED_ONCE = `
  SELECT pc.id, pc.customer_id, CASE
    WHEN charge.amount <> due.charge
      THEN format('the charge of quote %s is %s, price × R/D is %s', q.revision, charge.amount, due.charge)
    WHEN credit.amount <> due.credit
      THEN format('the credit of quote %s is %s, price × R/D or less if less was billed is %s', q.revision, credit.amount, due.credit)
    WHEN q.revision = pc.quote_revision AND q.basis IS NOT NULL
      AND (from_kept.plan_code, from_kept.version, from_kept.price, to_kept.plan_code, to_kept.version, to_kept.price) IS DISTINCT FROM
        (pc.from_plan_code, pc.from_plan_version, pc.from_price_minor, pc.to_plan_code, pc.to_plan_version, pc.to_price_minor)
      THEN format('quote %s is not from the plan and price, to the plan and price, of the change', q.revision) END
  FROM ${FIGURES}
  WHERE q.revision = pc.quote_revision OR q.basis IS NOT NULL`;

/** A bill day stays the same day of the month, or is the last one of a shorter month. */
const isCycle = (line: string, months: string): string => `(
  (extract(year FROM ${line}.ends) - extract(year FROM ${line}.cycle_starts)) * 12
    + extract(month FROM ${line}.ends) - extract(month FROM ${line}.cycle_starts) = ${months}
  AND (extract(day FROM ${line}.ends) = extract(day FROM ${line}.cycle_starts)
    OR extract(day FROM least_day.${line}_shorter + 1) = 1))`;
const shorter = (line: string): string => `
  CASE WHEN extract(day FROM ${line}.ends) < extract(day FROM ${line}.cycle_starts) THEN ${line}.ends ELSE ${line}.cycle_starts END
    AS ${line}_shorter`;
const months = (side: string): string =>
  `CASE ${side}_version.billing_interval WHEN 'year' THEN 12 ELSE 1 END`;

/** The date of the change is within the cycle: of a dated one never its first day, of another never its end. */
const daysOf = (line: string, side: string): string => `
    WHEN ${line}.starts <> q.effective_date OR ${line}.days <> ${line}.ends - ${line}.starts
      OR NOT CASE WHEN q.activate_at IS NULL THEN ${line}.starts >= ${line}.cycle_starts AND ${line}.starts < ${line}.ends
        ELSE ${line}.starts > ${line}.cycle_starts AND ${line}.starts <= ${line}.ends END
      OR (${side}_version.plan_code IS NOT NULL AND NOT ${isCycle(line, months(side))})
      THEN format('the days of the ${line} of quote %s are not from its date to the end of a cycle', q.revision)`;

const DAYS_OF_A_CYCLE = `
  SELECT pc.id, pc.customer_id, CASE ${daysOf('credit', 'from')} ${daysOf('charge', 'to')}
    WHEN q.next_bill_date <> charge.ends THEN format('the next bill of quote %s is not at the end of its cycle', q.revision) END
  FROM ${FIGURES}
  CROSS JOIN LATERAL (SELECT ${shorter('credit')}, ${shorter('charge')}) AS least_day
  WHERE q.revision = pc.quote_revision OR q.basis IS NOT NULL`;

/** The drift rule compares before the change is applied; afterwards it must still be so. */
const FROM_WHAT_WAS_IN_FORCE = `
  SELECT pc.id, pc.customer_id, CASE
    WHEN (p.plan_code_before, p.version_before, p.price_before, p.valid_from_before) IS DISTINCT FROM
      (pc.from_plan_code, pc.from_plan_version, pc.from_price_minor, pc.from_valid_from)
      THEN 'the plan, version, price or time that it changed from is not that of the period which it ended' END
  FROM (SELECT plan_change_id, lag(plan_code) OVER w AS plan_code_before, lag(plan_version) OVER w AS version_before,
      lag(price_minor) OVER w AS price_before, lag(lower(valid)) OVER w AS valid_from_before
    FROM subscription_periods WINDOW w AS (PARTITION BY subscription_id ORDER BY lower(valid))) AS p
  JOIN plan_changes pc ON pc.id = p.plan_change_id
  WHERE pc.applied_at IS NOT NULL`;

export const QUOTE_FIGURES = [
  { sql: ONE_OF_EACH },
  { sql: ROUNDED_ONCE },
  { sql: DAYS_OF_A_CYCLE },
  { sql: FROM_WHAT_WAS_IN_FORCE },
] as const;

/** The bill day n cycles after the anchor's, always from the anchor. */
const billDay = (n: string, step: string): string =>
  `(s.anchor_date + make_interval(months => ${n} * ${step}))::date`;
/** `age` would count whole months: here those between the two calendar months, as the bill day may be cut down. */
const cyclesTo = (ends: string, step: string): string =>
  `(((extract(year FROM ${ends}) - extract(year FROM s.anchor_date)) * 12 + extract(month FROM ${ends}) - extract(month FROM s.anchor_date)) / ${step})::int`;
const byAnchor = (line: string, side: string): string =>
  `${line}.ends IS DISTINCT FROM ${billDay(cyclesTo(`${line}.ends`, months(side)), months(side))}`;

/** What cannot be worked out again. A bill day may have been corrected: the drift rule holds what was quoted by the former. */
export const UNCHECKED_FIGURES = `
  SELECT count(*) FILTER (WHERE q.revision <> pc.quote_revision AND q.basis IS NULL)::int AS without_basis,
    count(*) FILTER (WHERE (q.revision = pc.quote_revision OR q.basis IS NOT NULL)
      AND (${byAnchor('credit', 'from')} OR ${byAnchor('charge', 'to')}))::int AS of_another_bill_day
  FROM ${FIGURES}`;
