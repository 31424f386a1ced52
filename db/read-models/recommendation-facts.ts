import type { Knex } from 'knex';
import type { BillingInterval } from '../../domain/billing-cycle.ts';
import { usageOf } from '../../domain/customer-needs.ts';
import type { Allowances } from '../../domain/plan-inclusions.ts';
import type { Technology } from '../../domain/plan-change-terms.ts';
import type { PlanOffer, RecommendationFacts } from '../../domain/recommendation-candidate.ts';
import { isoInstant, row } from '../sql.ts';
import { readAccount } from '../stores/account-facts.ts';

interface ChoiceRow {
  now: string;
  allowances: Allowances;
  usage: { metric: string; used: number }[];
  offers: {
    plan_code: string;
    version: number;
    plan_name: string;
    price_minor: string;
    currency: string;
    billing_interval: BillingInterval;
    technology: Technology;
    features: string[];
    allowances: Allowances;
    available_from: string;
    available_until: string | null;
    promotions: {
      promotion_code: string;
      description: string;
      percent_off: number | null;
      amount_off_minor: string | null;
      valid_from: string;
      valid_until: string;
      withdrawn: boolean;
    }[];
  }[];
}

/** What the customer has and uses, and every plan with its promotions. Amounts leave as text inside JSON. */
const CHOICE = `
  SELECT ${isoInstant('now()')} AS now,
    (SELECT v.allowances
      FROM subscription_periods p JOIN plan_versions v ON (v.plan_code, v.version) = (p.plan_code, p.plan_version)
      WHERE p.subscription_id = s.id AND upper_inf(p.valid)) AS allowances,
    coalesce((SELECT jsonb_agg(jsonb_build_object('metric', u.metric, 'used', u.used))
      FROM usage_records u WHERE u.subscription_id = s.id), '[]') AS usage,
    (SELECT jsonb_agg(jsonb_build_object(
        'plan_code', o.plan_code, 'version', o.version, 'plan_name', o.plan_name, 'price_minor', o.price_minor::text,
        'currency', o.currency, 'billing_interval', o.billing_interval, 'technology', o.technology,
        'features', o.features, 'allowances', o.allowances,
        'available_from', o.available_from, 'available_until', o.available_until,
        'promotions', coalesce((SELECT jsonb_agg(jsonb_build_object(
            'promotion_code', r.promotion_code, 'description', r.description, 'percent_off', r.percent_off,
            'amount_off_minor', r.amount_off_minor::text, 'valid_from', r.valid_from, 'valid_until', r.valid_until,
            'withdrawn', r.withdrawn_at IS NOT NULL)) FROM promotions r WHERE r.plan_code = o.plan_code), '[]')))
      FROM current_plan_versions o) AS offers
  FROM subscriptions s WHERE s.customer_id = :customerId`;

/**
 * Everything a recommendation depends on, as of one instant: the facts of a quote, usage and the catalogue.
 * `now` is that instant, by the clock of the database. Throws when there is no such customer.
 */
export async function recommendationFacts(
  knex: Knex,
  customerId: string,
  identificationId: string,
): Promise<RecommendationFacts & { readonly now: string }> {
  return knex.transaction(
    async (trx) => {
      const account = await readAccount(trx, {
        customerId,
        identificationId,
        planCode: '',
        promotionCode: null,
      });
      const choice = await row<ChoiceRow>(trx, CHOICE, { customerId });
      return {
        account,
        now: choice.now,
        allowances: choice.allowances,
        usage: usageOf(choice.usage),
        offers: choice.offers.map(offerOf),
      };
    },
    { isolationLevel: 'repeatable read', readOnly: true },
  );
}

function offerOf(offer: ChoiceRow['offers'][number]): PlanOffer {
  return {
    planCode: offer.plan_code,
    version: offer.version,
    planName: offer.plan_name,
    priceMinor: BigInt(offer.price_minor),
    currency: offer.currency,
    interval: offer.billing_interval,
    technology: offer.technology,
    features: offer.features,
    allowances: offer.allowances,
    availableFrom: offer.available_from,
    availableUntil: offer.available_until,
    promotions: offer.promotions.map((promotion) => ({
      promotionCode: promotion.promotion_code,
      planCode: offer.plan_code,
      description: promotion.description,
      percentOff: promotion.percent_off,
      amountOffMinor: promotion.amount_off_minor === null ? null : BigInt(promotion.amount_off_minor),
      validFrom: promotion.valid_from,
      validUntil: promotion.valid_until,
      withdrawn: promotion.withdrawn,
    })),
  };
}
