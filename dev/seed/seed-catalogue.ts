import { createHash } from 'node:crypto';
import type { Knex } from 'knex';
import { parseDecimal } from '../../domain/money.ts';
import { PLAN_VERSIONS, PROMOTIONS, type CataloguePlan, type CataloguePromotion } from './catalogue.ts';
import { TERMS, type Terms } from './terms.ts';

const CURRENCY = 'USD';

/**
 * Publishes the plans, promotions and terms of the development catalogue, in one transaction. What is there
 * already stays as it is, so a second call adds nothing.
 * @param knex a connection of the migrator: the app may not write the catalogue
 */
export async function seedCatalogue(knex: Knex): Promise<void> {
  const planCodes = new Set(PLAN_VERSIONS.map(({ planCode }) => planCode));
  const plans = [...planCodes].map((planCode) => ({ plan_code: planCode }));
  await knex.transaction(async (trx) => {
    await trx('plans').insert(plans).onConflict().ignore();
    await trx('plan_versions').insert(PLAN_VERSIONS.map(planVersionRow)).onConflict().ignore();
    await trx('promotions').insert(PROMOTIONS.map(promotionRow)).onConflict().ignore();
    await trx('terms').insert(TERMS.map(termsRow)).onConflict().ignore();
  });
}

function planVersionRow(version: CataloguePlan): Record<string, unknown> {
  return {
    plan_code: version.planCode,
    version: version.version,
    plan_name: version.planName,
    price_minor: parseDecimal(version.price, CURRENCY),
    currency: CURRENCY,
    billing_interval: version.interval,
    technology: version.technology,
    features: version.features,
    allowances: version.allowances,
    available_from: version.availableFrom,
    available_until: version.availableUntil,
    published_at: `${version.publishedOn}T00:00:00Z`,
  };
}

function promotionRow(promotion: CataloguePromotion): Record<string, unknown> {
  const { off } = promotion;
  return {
    promotion_code: promotion.promotionCode,
    plan_code: promotion.planCode,
    description: promotion.description,
    percent_off: 'percent' in off ? off.percent : null,
    amount_off_minor: 'amount' in off ? parseDecimal(off.amount, CURRENCY) : null,
    valid_from: promotion.validFrom,
    valid_until: promotion.validUntil,
  };
}

function termsRow({ version, body, publishedOn }: Terms): Record<string, unknown> {
  return {
    version,
    body,
    sha256: createHash('sha256').update(body, 'utf8').digest('hex'),
    published_at: `${publishedOn}T00:00:00Z`,
  };
}
