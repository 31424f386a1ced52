import type { Knex } from 'knex';
import type { BillingInterval } from '../../domain/billing-cycle.ts';
import { isoInstant, row } from '../sql.ts';

/** What an agent sees of an identified customer. */
export interface AccountOverview {
  readonly customerId: string;
  readonly accountNumber: string;
  readonly fullName: string;
  readonly email: string;
  readonly timeZone: string;
  readonly currency: string;
  readonly anchorDate: string;
  readonly planCode: string;
  readonly planName: string;
  readonly priceMinor: bigint;
  readonly interval: BillingInterval;
  readonly since: string;
  /** ISO instant of the read, and its date in the customer's zone. */
  readonly now: string;
  readonly today: string;
  readonly usage: readonly {
    readonly metric: string;
    readonly used: number;
    /** Of the plan in force; null: without limit, 0: not included. */
    readonly allowance: number | null;
    readonly unit: string;
  }[];
  readonly openPlanChangeId: string | null;
}

/** What is used beside what the plan in force includes: a record keeps the allowance of the plan it began under. */
const USAGE = `
  SELECT coalesce(jsonb_agg(jsonb_build_object('metric', u.metric, 'used', u.used,
      'allowance', CASE WHEN jsonb_exists(v.allowances, u.metric) THEN v.allowances -> u.metric -> 'amount' ELSE to_jsonb(0) END,
      'unit', u.unit) ORDER BY u.metric), '[]')
  FROM usage_records u WHERE u.subscription_id = s.id`;

export async function accountOverview(knex: Knex, customerId: string): Promise<AccountOverview> {
  return row<AccountOverview>(
    knex,
    `SELECT c.id AS "customerId", c.account_number AS "accountNumber", c.full_name AS "fullName", c.email,
       c.time_zone AS "timeZone", c.currency, s.anchor_date AS "anchorDate",
       p.plan_code AS "planCode", v.plan_name AS "planName", p.price_minor AS "priceMinor",
       v.billing_interval AS interval, ${isoInstant('lower(p.valid)')} AS since,
       ${isoInstant('now()')} AS now, (now() AT TIME ZONE c.time_zone)::date AS today,
       (${USAGE}) AS usage,
       (SELECT pc.id FROM plan_changes pc WHERE pc.subscription_id = s.id AND pc.closed_at IS NULL AND pc.status <> 'activated') AS "openPlanChangeId"
     FROM customers c
     JOIN subscriptions s ON s.customer_id = c.id
     JOIN subscription_periods p ON p.subscription_id = s.id AND upper_inf(p.valid)
     JOIN plan_versions v ON (v.plan_code, v.version) = (p.plan_code, p.plan_version)
     WHERE c.id = :customerId`,
    { customerId },
  );
}
