import type { Check } from '../check.ts';
import { applyRules } from '../check.ts';
import { guardsInForce } from './guards.ts';
import { LIST_OF_LINES } from './quote-figures.ts';
import { asAmount, asCount, asObject } from './stored-ids.ts';

/** A version or a withdrawal bears the time at which its transaction began: others see it a little later. */
const COMMITTING = `interval '5 seconds'`;

/** A customer who moved has another zone today: that of then, unless it was not kept or is none. */
const IS_ZONE = `lower(q.customer->>'timeZone') IN (SELECT lower(name) FROM pg_timezone_names)`;
const ZONE_OF_THEN = `coalesce(CASE WHEN ${IS_ZONE} THEN q.customer->>'timeZone' END, c.time_zone)`;

/**
 * FROM item: every quote with the plan version and the promotion that its JSON names, and the version that was
 * the newest when it was made. `created_at` is the instant of the transaction that read the catalogue.
 */
const QUOTES = `
  (SELECT q.*, pc.customer_id, pc.reverts_id, pc.to_price_minor, pc.quote_revision, pc.requested_plan_code,
     named.plan_code, named.version, named.promotion_code AS promotion,
     CASE WHEN pc.reverts_id IS NULL THEN 'quote ' ELSE 'revert quote ' END || q.revision AS name,
     (SELECT max(o.version) FROM plan_versions o WHERE o.plan_code = named.plan_code AND o.published_at <= q.created_at) AS newest,
     (SELECT max(o.version) FROM plan_versions o
      WHERE o.plan_code = named.plan_code AND o.published_at <= q.created_at - ${COMMITTING}) AS newest_before,
     q.customer IS NULL OR coalesce(${IS_ZONE}, false) AS has_zone, (q.created_at AT TIME ZONE ${ZONE_OF_THEN})::date AS made_on
   FROM quotes q
   JOIN plan_changes pc ON pc.id = q.plan_change_id
   JOIN customers c ON c.id = pc.customer_id
   CROSS JOIN LATERAL (SELECT ${asObject('q.canonical_json')} AS body) AS j
   CROSS JOIN LATERAL (SELECT j.body->'planVersion'->>'planCode' AS plan_code, ${asCount(`j.body->'planVersion'->>'version'`)} AS version,
     j.body->>'promotion' AS promotion_code) AS named) AS q`;

const AVAILABLE = `
  SELECT q.plan_change_id, q.customer_id, CASE
    WHEN NOT q.has_zone THEN format('%s was made in a time zone that is none', q.name)
    WHEN v.plan_code IS NULL THEN format('%s names a plan version that is not there', q.name)
    WHEN v.plan_code <> q.requested_plan_code THEN format('%s is for another plan than was asked for', q.name)
    WHEN v.version IS DISTINCT FROM q.newest AND v.version IS DISTINCT FROM q.newest_before
      THEN format('%s names version %s of the plan, the offer was version %s', q.name, v.version, coalesce(q.newest::text, 'none'))
    WHEN q.effective_date < v.available_from OR q.effective_date >= v.available_until
      THEN format('%s is for a date on which the plan is not on sale', q.name) END
  FROM ${QUOTES}
  LEFT JOIN plan_versions v ON (v.plan_code, v.version) = (q.plan_code, q.version)`;

/** A promotion runs on the day of the quote and on the day the plan starts; the former may be a day back at midnight. */
const PROMOTION_RUNS = `
  SELECT q.plan_change_id, q.customer_id, CASE
    WHEN p.promotion_code IS NULL THEN format('%s names a promotion that is not there', q.name)
    WHEN p.plan_code <> q.plan_code THEN format('%s has a promotion of another plan', q.name)
    WHEN p.withdrawn_at <= q.created_at - ${COMMITTING} THEN format('%s has a promotion that had been withdrawn', q.name)
    WHEN q.made_on < p.valid_from OR q.made_on - 1 >= p.valid_until
      OR q.effective_date < p.valid_from OR q.effective_date >= p.valid_until
      THEN format('%s has a promotion that did not run', q.name) END
  FROM ${QUOTES} LEFT JOIN promotions p ON p.promotion_code = q.promotion
  WHERE q.promotion IS NOT NULL`;

/** The price on offer: the version's, less what the promotion takes off, cut down to whole minor units. */
const PRICE = `
  SELECT q.plan_change_id, q.customer_id, CASE
    WHEN q.revision = q.quote_revision AND q.to_price_minor <> offer.price
      THEN format('%s is at %s, the price on offer was %s', q.name, q.to_price_minor, offer.price)
    WHEN EXISTS (SELECT 1 FROM jsonb_array_elements(${LIST_OF_LINES}) AS line
           CROSS JOIN LATERAL (SELECT ${asCount(`line->>'days'`)} AS days, ${asCount(`line->>'ofDays'`)} AS of_days, ${asAmount(`line->>'amountMinor'`)} AS amount) AS l
           WHERE line->>'kind' = 'charge'
             AND 2 * abs(l.amount * l.of_days - offer.price::numeric * l.days) > l.of_days)
      THEN format('the charge of %s does not follow from the price on offer, %s', q.name, offer.price) END
  FROM ${QUOTES}
  JOIN plan_versions v ON (v.plan_code, v.version) = (q.plan_code, q.version)
  LEFT JOIN promotions p ON p.promotion_code = q.promotion
  CROSS JOIN LATERAL (SELECT v.price_minor - CASE WHEN p.promotion_code IS NULL THEN 0
    ELSE least(v.price_minor, coalesce(p.amount_off_minor, v.price_minor * p.percent_off / 100)) END AS price) AS offer`;

const GOES_BACK = `
  SELECT pc.id, pc.customer_id, CASE
    WHEN reverted.id IS NULL THEN 'it takes back a change that is not there'
    WHEN (reverted.customer_id, reverted.subscription_id) <> (pc.customer_id, pc.subscription_id)
      THEN 'it takes back a change of another account'
    WHEN pc.requested_plan_code <> reverted.from_plan_code THEN 'it does not go back to the plan of before'
    WHEN pc.status <> 'rejected' AND reverted.applied_at IS NULL THEN 'it takes back a change that was never applied'
    WHEN pc.status <> 'rejected' AND q.revision IS NULL THEN 'it takes back a change without a quote of its own' END
  FROM plan_changes pc
  LEFT JOIN plan_changes reverted ON reverted.id = pc.reverts_id
  LEFT JOIN quotes q ON (q.plan_change_id, q.revision) = (pc.id, pc.quote_revision)
  WHERE pc.reverts_id IS NOT NULL`;

/** The catalogue keeps every version with the time at which it was published, so each quote can be judged again. */
export const quotedAsOffered: Check = {
  id: 'I20',
  title: "every quote, a revert's too, is of the plan, promotion and price then on offer",
  run: async (context) => {
    const findings = [
      ...(await guardsInForce(context, 'I20', [
        { kind: 'trigger', table: 'plan_versions', name: 'plan_versions_append_only' },
        { kind: 'constraint', table: 'plan_changes', name: 'plan_changes_reverts_id_fkey' },
      ])),
      ...(await applyRules(context, 'I20', [
        { sql: AVAILABLE },
        { sql: PROMOTION_RUNS },
        { sql: PRICE },
        { sql: GOES_BACK },
      ])),
    ];
    const [reverts] = await context.query<{ n: number }>(
      'SELECT count(*)::int AS n FROM plan_changes WHERE reverts_id IS NOT NULL',
    );
    context.counted('changes that take another one back', reverts?.n ?? 0);
    return findings;
  },
};
