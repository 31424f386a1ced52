import type { Knex } from 'knex';
import type { AccountLedger } from '../../domain/statement.ts';
import type { BillingInterval } from '../../domain/billing-cycle.ts';
import { isoInstant, row } from '../sql.ts';

interface LedgerRow {
  currency: string;
  time_zone: string;
  anchor_date: string;
  today: string;
  posted: {
    date: string;
    planChangeId: string;
    kind: 'credit' | 'charge' | 'fee';
    reversal: boolean;
    dated: boolean;
    description: string;
    amountMinor: string;
    postedAt: string;
  }[];
  balance_entries: {
    date: string;
    planChangeId: string;
    amountMinor: string;
    postedAt: string;
    dated: boolean;
  }[];
  periods: {
    from: string;
    until: string | null;
    priceMinor: string;
    interval: BillingInterval;
    openedImmediately: boolean;
  }[];
}

/** What a statement is made of. Amounts leave as text inside JSON, so none passes through a float. */
export async function accountLedger(knex: Knex, customerId: string): Promise<AccountLedger> {
  const ledger = await row<LedgerRow>(
    knex,
    `SELECT c.currency, c.time_zone, s.anchor_date, (now() AT TIME ZONE c.time_zone)::date AS today,
       coalesce((SELECT jsonb_agg(jsonb_build_object('date', ch.effective_date, 'planChangeId', ch.plan_change_id, 'kind', ch.kind,
           'reversal', ch.reversal, 'dated', pc.activation_when <> 'immediately',
           'description', ch.description, 'amountMinor', ch.amount_minor::text, 'postedAt', ${isoInstant('ch.posted_at')})
           ORDER BY ch.posted_at, ch.line_no)
         FROM charges ch JOIN plan_changes pc ON pc.id = ch.plan_change_id WHERE pc.customer_id = c.id), '[]') AS posted,
       coalesce((SELECT jsonb_agg(jsonb_build_object('date', b.effective_date, 'planChangeId', b.plan_change_id,
           'amountMinor', b.amount_minor::text, 'postedAt', ${isoInstant('b.posted_at')}, 'dated', pc.activation_when <> 'immediately') ORDER BY b.effective_date, b.posted_at)
         FROM balance_entries b JOIN plan_changes pc ON pc.id = b.plan_change_id WHERE b.customer_id = c.id), '[]') AS balance_entries,
       (SELECT jsonb_agg(jsonb_build_object('from', ${isoInstant('lower(p.valid)')}, 'until', ${isoInstant('upper(p.valid)')},
           'priceMinor', p.price_minor::text, 'interval', v.billing_interval,
           'openedImmediately', coalesce(o.activation_when = 'immediately', false)) ORDER BY lower(p.valid))
         FROM subscription_periods p
         JOIN plan_versions v ON (v.plan_code, v.version) = (p.plan_code, p.plan_version)
         LEFT JOIN plan_changes o ON o.id = p.plan_change_id
         WHERE p.subscription_id = s.id) AS periods
     FROM customers c JOIN subscriptions s ON s.customer_id = c.id WHERE c.id = :customerId`,
    { customerId },
  );
  const amount = <T extends { amountMinor: string }>(entry: T) => ({
    ...entry,
    amountMinor: BigInt(entry.amountMinor),
  });
  return {
    currency: ledger.currency,
    timeZone: ledger.time_zone,
    anchorDate: ledger.anchor_date,
    today: ledger.today,
    posted: ledger.posted.map(amount),
    balanceEntries: ledger.balance_entries.map((entry) => ({
      ...amount(entry),
      beforeBillOfTheDay: entry.dated,
    })),
    periods: ledger.periods.map((period) => ({ ...period, priceMinor: BigInt(period.priceMinor) })),
  };
}
