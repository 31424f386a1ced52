import type { Knex } from 'knex';
import type { AccountQuery, LockedAccount } from '../../activities/ports.ts';
import type { BillingInterval } from '../../domain/billing-cycle.ts';
import type { Technology } from '../../domain/plan-change-terms.ts';
import { isoInstant, row } from '../sql.ts';

interface FactsRow {
  customer_id: string;
  subscription_id: string;
  account_status: LockedAccount['accountStatus'];
  currency: string;
  time_zone: string;
  anchor_date: string;
  current: {
    plan_code: string;
    plan_name: string;
    version: number;
    price_minor: string;
    billing_interval: BillingInterval;
    technology: Technology;
    valid_from: string;
    sold_until: string | null;
    opening_charge: { effective_date: string; days: number; amount_minor: string } | null;
  };
  offered: {
    plan_code: string;
    plan_name: string;
    version: number;
    price_minor: string;
    currency: string;
    billing_interval: BillingInterval;
    technology: Technology;
    features: string[];
    available_from: string;
    available_until: string | null;
  } | null;
  promotion: {
    promotion_code: string;
    plan_code: string;
    percent_off: number | null;
    amount_off_minor: string | null;
    valid_from: string;
    valid_until: string;
    withdrawn: boolean;
  } | null;
  terms: { version: string; sha256: string };
  periods: {
    from: string;
    until: string | null;
    price_minor: string;
    interval: BillingInterval;
    opened_immediately: boolean;
  }[];
  balance_entries: { date: string; amount_minor: string; dated: boolean }[];
  open_plan_change_id: string | null;
  identification_expires_at: string;
}

/**
 * Everything a quote depends on in one statement. Amounts leave as text inside JSON, so none passes through a float.
 */
const ACCOUNT_FACTS = `
  SELECT
    c.id AS customer_id, s.id AS subscription_id, c.status AS account_status, c.currency, c.time_zone, s.anchor_date,
    (SELECT jsonb_build_object(
        'plan_code', p.plan_code, 'plan_name', v.plan_name, 'version', p.plan_version,
        'price_minor', p.price_minor::text, 'billing_interval', v.billing_interval, 'technology', v.technology,
        'valid_from', ${isoInstant('lower(p.valid)')},
        'sold_until', (SELECT o.available_until FROM current_plan_versions o WHERE o.plan_code = p.plan_code),
        'opening_charge', (SELECT jsonb_build_object('effective_date', ch.effective_date, 'days', ch.days, 'amount_minor', ch.amount_minor::text)
           FROM charges ch WHERE ch.plan_change_id = p.plan_change_id AND ch.kind = 'charge' AND NOT ch.reversal
           ORDER BY ch.quote_revision DESC LIMIT 1))
      FROM subscription_periods p JOIN plan_versions v ON (v.plan_code, v.version) = (p.plan_code, p.plan_version)
      WHERE p.subscription_id = s.id AND upper_inf(p.valid)) AS current,
    (SELECT jsonb_build_object(
        'plan_code', o.plan_code, 'plan_name', o.plan_name, 'version', o.version, 'price_minor', o.price_minor::text,
        'currency', o.currency, 'billing_interval', o.billing_interval, 'technology', o.technology, 'features', o.features,
        'available_from', o.available_from, 'available_until', o.available_until)
      FROM current_plan_versions o WHERE o.plan_code = :planCode) AS offered,
    (SELECT jsonb_build_object(
        'promotion_code', r.promotion_code, 'plan_code', r.plan_code, 'percent_off', r.percent_off,
        'amount_off_minor', r.amount_off_minor::text, 'valid_from', r.valid_from, 'valid_until', r.valid_until,
        'withdrawn', r.withdrawn_at IS NOT NULL)
      FROM promotions r WHERE r.promotion_code = :promotionCode) AS promotion,
    (SELECT jsonb_build_object('version', t.version, 'sha256', t.sha256)
      FROM terms t WHERE t.published_at <= now() ORDER BY t.published_at DESC, t.version DESC LIMIT 1) AS terms,
    (SELECT jsonb_agg(jsonb_build_object(
        'from', ${isoInstant('lower(p.valid)')}, 'until', ${isoInstant('upper(p.valid)')},
        'price_minor', p.price_minor::text, 'interval', v.billing_interval,
        'opened_immediately', coalesce(o.activation_when = 'immediately', false)) ORDER BY lower(p.valid))
      FROM subscription_periods p JOIN plan_versions v ON (v.plan_code, v.version) = (p.plan_code, p.plan_version)
      LEFT JOIN plan_changes o ON o.id = p.plan_change_id
      WHERE p.subscription_id = s.id) AS periods,
    coalesce((SELECT jsonb_agg(jsonb_build_object('date', b.effective_date, 'amount_minor', b.amount_minor::text,
        'dated', o.activation_when <> 'immediately') ORDER BY b.effective_date, b.id)
      FROM balance_entries b JOIN plan_changes o ON o.id = b.plan_change_id WHERE b.customer_id = c.id), '[]') AS balance_entries,
    (SELECT pc.id FROM plan_changes pc WHERE pc.subscription_id = s.id AND pc.closed_at IS NULL AND pc.status <> 'activated') AS open_plan_change_id,
    (SELECT ${isoInstant('i.expires_at')} FROM identifications i WHERE i.id = :identificationId) AS identification_expires_at
  FROM subscriptions s JOIN customers c ON c.id = s.customer_id WHERE s.customer_id = :customerId`;

/**
 * Locks the subscription, so that two requests for one account are judged one after the other, and reads the
 * facts. Throws when there is no such customer.
 */
export async function lockAccount(trx: Knex.Transaction, query: AccountQuery): Promise<LockedAccount> {
  // A statement of its own: one that waits for a lock goes on with what it saw before the wait.
  await trx('subscriptions').where({ customer_id: query.customerId }).forUpdate().first('id');
  return readAccount(trx, query);
}

/** The facts without the lock, for what is only shown. Throws when there is no such customer. */
export async function readAccount(knex: Knex, query: AccountQuery): Promise<LockedAccount> {
  const facts = await row<FactsRow>(knex, ACCOUNT_FACTS, { ...query });
  const { current, offered, promotion } = facts;
  return {
    customerId: facts.customer_id,
    subscriptionId: facts.subscription_id,
    accountStatus: facts.account_status,
    currency: facts.currency,
    timeZone: facts.time_zone,
    anchorDate: facts.anchor_date,
    current: {
      planCode: current.plan_code,
      planName: current.plan_name,
      version: current.version,
      priceMinor: BigInt(current.price_minor),
      interval: current.billing_interval,
      technology: current.technology,
      validFrom: current.valid_from,
      soldUntil: current.sold_until,
      openingCharge: current.opening_charge && {
        effectiveDate: current.opening_charge.effective_date,
        days: current.opening_charge.days,
        amountMinor: BigInt(current.opening_charge.amount_minor),
      },
    },
    offered: offered && {
      planCode: offered.plan_code,
      planName: offered.plan_name,
      version: offered.version,
      priceMinor: BigInt(offered.price_minor),
      currency: offered.currency,
      interval: offered.billing_interval,
      technology: offered.technology,
      features: offered.features,
      availableFrom: offered.available_from,
      availableUntil: offered.available_until,
    },
    promotion: promotion && {
      promotionCode: promotion.promotion_code,
      planCode: promotion.plan_code,
      percentOff: promotion.percent_off,
      amountOffMinor: promotion.amount_off_minor === null ? null : BigInt(promotion.amount_off_minor),
      validFrom: promotion.valid_from,
      validUntil: promotion.valid_until,
      withdrawn: promotion.withdrawn,
    },
    terms: facts.terms,
    periods: facts.periods.map((period) => ({
      from: period.from,
      until: period.until,
      priceMinor: BigInt(period.price_minor),
      interval: period.interval,
      openedImmediately: period.opened_immediately,
    })),
    balanceEntries: facts.balance_entries.map((entry) => ({
      date: entry.date,
      amountMinor: BigInt(entry.amount_minor),
      beforeBillOfTheDay: entry.dated,
    })),
    openPlanChangeId: facts.open_plan_change_id,
    identificationExpiresAt: facts.identification_expires_at,
  };
}
