import type { Knex } from 'knex';
import type { BillingInterval } from '../../domain/billing-cycle.ts';
import type { ComparablePlan } from '../../domain/nearest-plans.ts';
import type { Allowances } from '../../domain/plan-inclusions.ts';
import type { Technology } from '../../domain/plan-change-terms.ts';
import { rows } from '../sql.ts';

export interface PlanOnSale {
  readonly planCode: string;
  readonly planName: string;
  readonly version: number;
  readonly priceMinor: bigint;
  readonly currency: string;
  readonly interval: BillingInterval;
  readonly technology: Technology;
  readonly features: readonly string[];
  readonly allowances: Allowances;
  readonly availableFrom: string;
  readonly availableUntil: string | null;
  readonly promotions: readonly {
    readonly promotionCode: string;
    readonly description: string;
    readonly validFrom: string;
    readonly validUntil: string;
  }[];
}

/** The plans that may start on a date (today, UTC, when none is given), cheapest first. */
export async function plansOnSale(knex: Knex, on: string | undefined): Promise<PlanOnSale[]> {
  return rows<PlanOnSale>(
    knex,
    `WITH day AS (SELECT coalesce(:on::date, (now() AT TIME ZONE 'UTC')::date) AS on_date)
     SELECT v.plan_code AS "planCode", v.plan_name AS "planName", v.version, v.price_minor AS "priceMinor", v.currency,
       v.billing_interval AS interval, v.technology, v.features, v.allowances, v.available_from AS "availableFrom", v.available_until AS "availableUntil",
       coalesce((SELECT jsonb_agg(jsonb_build_object('promotionCode', p.promotion_code, 'description', p.description,
           'validFrom', p.valid_from, 'validUntil', p.valid_until) ORDER BY p.promotion_code)
         FROM promotions p
         WHERE p.plan_code = v.plan_code AND p.withdrawn_at IS NULL AND p.valid_from <= on_date AND on_date < p.valid_until),
         '[]') AS promotions
     FROM current_plan_versions v, day
     WHERE v.available_from <= on_date AND (v.available_until IS NULL OR on_date < v.available_until)
     ORDER BY v.price_minor, v.plan_code`,
    { on: on ?? null },
  );
}

/** The newest version of a plan, whether it is still sold or not. */
export async function findPlan(knex: Knex, planCode: string): Promise<ComparablePlan | undefined> {
  const [found] = await rows<ComparablePlan>(
    knex,
    `SELECT v.plan_code AS "planCode", v.technology, v.allowances, v.price_minor AS "priceMinor", v.billing_interval AS interval
     FROM current_plan_versions v WHERE v.plan_code = :planCode`,
    { planCode },
  );
  return found;
}

export interface Terms {
  readonly version: string;
  readonly sha256: string;
  readonly body: string;
}

export async function findTerms(knex: Knex, version: string): Promise<Terms | undefined> {
  const [found] = await rows<Terms>(
    knex,
    'SELECT version, sha256, body FROM terms WHERE version = :version',
    { version },
  );
  return found;
}
