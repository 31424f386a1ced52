import type { Check } from '../check.ts';
import { applyRules } from '../check.ts';
import { appendOnlyForApp, guardsInForce } from './guards.ts';

const ONE_OPEN_PERIOD = `
  SELECT NULL::uuid, s.customer_id,
    CASE WHEN count(p.valid) = 0 THEN 'the subscription has no period at all'
         WHEN count(*) FILTER (WHERE upper_inf(p.valid)) <> 1
         THEN format('the subscription has %s open periods', count(*) FILTER (WHERE upper_inf(p.valid))) END
  FROM subscriptions s LEFT JOIN subscription_periods p ON p.subscription_id = s.id
  GROUP BY s.id`;

const CONSECUTIVE_PERIODS = `
  SELECT p.plan_change_id, s.customer_id,
    CASE WHEN p.ended_at < lower(p.valid) THEN 'there is a gap before the period'
         WHEN p.ended_at IS NULL OR p.ended_at > lower(p.valid) THEN 'the period overlaps the one before' END
  FROM (SELECT *, upper(lag(valid) OVER w) AS ended_at, row_number() OVER w AS position
        FROM subscription_periods WINDOW w AS (PARTITION BY subscription_id ORDER BY lower(valid))) AS p
  JOIN subscriptions s ON s.id = p.subscription_id
  WHERE p.position > 1`;

/** The first period came with the subscription; a later one is of a change that was applied, and begins as it was. */
const EACH_BY_A_CHANGE = `
  SELECT p.plan_change_id, s.customer_id, CASE
    WHEN p.position = 1 AND p.plan_change_id IS NOT NULL THEN 'the period before the one that the change opened is missing'
    WHEN p.position > 1 AND pc.id IS NULL THEN 'the plan was switched without a change'
    WHEN p.position > 1 AND pc.applied_at IS NULL THEN 'the plan was switched by a change that is not applied'
    WHEN p.position > 1 AND lower(p.valid) <>
      greatest(coalesce(pc.activate_at, pc.applied_at), p.began_before + interval '1 microsecond')
    THEN 'the plan was switched at another time than the change says' END
  FROM (SELECT *, lower(lag(valid) OVER w) AS began_before, row_number() OVER w AS position
        FROM subscription_periods WINDOW w AS (PARTITION BY subscription_id ORDER BY lower(valid))) AS p
  JOIN subscriptions s ON s.id = p.subscription_id
  LEFT JOIN plan_changes pc ON pc.id = p.plan_change_id`;

export const activePeriod: Check = {
  id: 'I1',
  title: 'one plan in force per subscription at every instant, no gap at a switch',
  run: async (context) => [
    ...(await guardsInForce(context, 'I1', [
      { kind: 'constraint', table: 'subscription_periods', name: 'subscription_periods_pkey' },
      { kind: 'unique index', table: 'subscription_periods', name: 'subscription_periods_one_open' },
      { kind: 'unique index', table: 'subscription_periods', name: 'subscription_periods_one_first' },
      { kind: 'unique index', table: 'subscription_periods', name: 'subscription_periods_one_per_change' },
      { kind: 'trigger', table: 'subscription_periods', name: 'subscription_periods_of_a_change' },
      { kind: 'unique index', table: 'plan_changes', name: 'plan_changes_one_open' },
    ])),
    ...(await appendOnlyForApp(context, 'I1', ['subscription_periods'])),
    ...(await applyRules(context, 'I1', [
      { sql: ONE_OPEN_PERIOD },
      { sql: CONSECUTIVE_PERIODS },
      { sql: EACH_BY_A_CHANGE },
    ])),
  ],
};
