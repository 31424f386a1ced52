import type { Knex } from 'knex';
import { startOfLocalDate } from '../../domain/calendar.ts';

/** An account as it is put into the database: customer, subscription, open period and usage. */
export interface NewAccount {
  readonly accountNumber: string;
  readonly accountKey: string;
  readonly fullName: string;
  readonly serviceAddress: string;
  readonly email: string;
  /** IANA name. */
  readonly timeZone: string;
  /** First bill day, 'YYYY-MM-DD'. */
  readonly anchorDate: string;
  /** Local date on which the plan began; the period starts at its first instant. */
  readonly startDate: string;
  readonly planCode: string;
  readonly planVersion: number;
  /** What this account pays per interval of its plan, in minor units. */
  readonly priceMinor: bigint;
  readonly usage: readonly {
    readonly metric: string;
    readonly used: string;
    readonly allowance: number | null;
    readonly unit: string;
  }[];
}

export interface InsertedAccount {
  readonly accountNumber: string;
  readonly customerId: string;
  readonly subscriptionId: string;
}

const INSERT = `
  WITH input AS (
    SELECT * FROM jsonb_to_recordset(?::jsonb) AS row (
      account_number text, account_key text, full_name text, service_address text, email text, time_zone text,
      currency text, anchor_date date, valid_from timestamptz, plan_code text, plan_version integer,
      price_minor bigint, usage jsonb)
  ), new_customers AS (
    INSERT INTO customers (account_number, account_key, full_name, service_address, email, time_zone, currency)
    SELECT account_number, account_key, full_name, service_address, email, time_zone, currency FROM input
    ON CONFLICT DO NOTHING
    RETURNING id, account_number
  ), new_subscriptions AS (
    INSERT INTO subscriptions (customer_id, anchor_date)
    SELECT new_customers.id, input.anchor_date FROM new_customers JOIN input USING (account_number)
    RETURNING id, customer_id
  ), accounts AS (
    SELECT new_subscriptions.id AS subscription_id, new_subscriptions.customer_id, input.*
    FROM new_subscriptions
    JOIN new_customers ON new_customers.id = new_subscriptions.customer_id
    JOIN input USING (account_number)
  ), periods AS (
    INSERT INTO subscription_periods (subscription_id, valid, plan_code, plan_version, price_minor)
    SELECT subscription_id, tstzrange(valid_from, NULL), plan_code, plan_version, price_minor FROM accounts
  ), usages AS (
    INSERT INTO usage_records (subscription_id, metric, used, allowance, unit)
    SELECT accounts.subscription_id, usage.metric, usage.used, usage.allowance, usage.unit
    FROM accounts, jsonb_to_recordset(accounts.usage) AS usage (metric text, used numeric, allowance numeric, unit text)
  )
  SELECT account_number AS "accountNumber", customer_id AS "customerId", subscription_id AS "subscriptionId" FROM accounts`;

/**
 * Puts accounts into the database: one statement, so one transaction. An account whose number is there already
 * is left as it is.
 * @param knex a connection of the migrator: the app may not make customers
 * @returns the accounts that were added
 */
export async function insertAccounts(
  knex: Knex,
  accounts: readonly NewAccount[],
): Promise<InsertedAccount[]> {
  const rows = accounts.map((account) => ({
    account_number: account.accountNumber,
    account_key: account.accountKey,
    full_name: account.fullName,
    service_address: account.serviceAddress,
    email: account.email,
    time_zone: account.timeZone,
    currency: 'USD',
    anchor_date: account.anchorDate,
    valid_from: startOfLocalDate(account.startDate, account.timeZone),
    plan_code: account.planCode,
    plan_version: account.planVersion,
    price_minor: account.priceMinor.toString(),
    usage: account.usage,
  }));
  const result = await knex.raw<{ rows: InsertedAccount[] }>(INSERT, [JSON.stringify(rows)]);
  return result.rows;
}
