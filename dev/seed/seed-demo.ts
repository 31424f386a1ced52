import { fileURLToPath } from 'node:url';
import { openDatabase } from '../../db/knex.ts';
import { importAccounts } from '../import/import-accounts.ts';
import { readRows, type FileRow } from '../import/read-rows.ts';
import { seedAgents, type AgentRole } from './seed-agents.ts';
import { seedCatalogue } from './seed-catalogue.ts';

/** The real accounts that come with the project; data/README.md says where they are from. */
export const ACCOUNTS_FILE = fileURLToPath(new URL('../../data/telco-customer-churn.csv', import.meta.url));

export interface SeedOptions {
  readonly migratorUrl: string;
  /** How many accounts of the file, from its beginning. */
  readonly accounts: number;
  readonly keys: Readonly<Record<AgentRole, string>>;
  /** Told after each committed batch how many accounts are in place. */
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * Fills a migrated database with what a demonstration needs: the catalogue, one agent per role with the given
 * API keys, and the first accounts of the file. A second call adds nothing and leaves the keys valid; a key
 * that changed revokes the one before.
 * @throws Error for an unreachable database or a malformed key
 */
export async function seedDemo(options: SeedOptions): Promise<void> {
  const { accounts, onProgress } = options;
  const knex = openDatabase({
    url: options.migratorUrl,
    maxConnections: 1,
    applicationName: 'plan-change seed',
  });
  try {
    await seedCatalogue(knex);
    await seedAgents(knex, options.keys);
    await importAccounts(knex, first(accounts, readRows(ACCOUNTS_FILE)), {
      batchSize: 100,
      onProgress: (done) => onProgress?.(done, accounts),
    });
  } finally {
    await knex.destroy();
  }
}

async function* first(count: number, rows: AsyncIterable<FileRow>): AsyncGenerator<FileRow, void, undefined> {
  if (count <= 0) return;
  let taken = 0;
  for await (const row of rows) {
    yield row;
    taken += 1;
    if (taken >= count) return;
  }
}

/** An account to try things with, as written to demo-customers.json: what a caller would tell an agent. */
export interface DemoCustomer {
  readonly accountNumber: string;
  readonly fullName: string;
  readonly serviceAddress: string;
  readonly email: string;
  readonly planCode: string;
  readonly timeZone: string;
}

const MOST = 200;

/**
 * Accounts that can order any plan on sale: active, no change open, on a plan that is itself on sale. At most
 * 200, always in the same order: monthly plans first, then in turn from each time zone.
 * @param databaseUrl the app's role is enough
 */
export async function demoCustomers(databaseUrl: string): Promise<DemoCustomer[]> {
  const knex = openDatabase({ url: databaseUrl, maxConnections: 1, applicationName: 'plan-change seed' });
  try {
    const { rows } = await knex.raw<{ rows: DemoCustomer[] }>(ELIGIBLE, [MOST]);
    return rows;
  } finally {
    await knex.destroy();
  }
}

const ELIGIBLE = `
  SELECT customers.account_number AS "accountNumber", customers.full_name AS "fullName",
         customers.service_address AS "serviceAddress", customers.email, plans.plan_code AS "planCode",
         customers.time_zone AS "timeZone"
  FROM customers
  JOIN subscriptions ON subscriptions.customer_id = customers.id
  JOIN subscription_periods periods ON periods.subscription_id = subscriptions.id AND periods.valid @> now()
  JOIN current_plan_versions plans ON plans.plan_code = periods.plan_code
  WHERE customers.status = 'active'
    AND plans.available_from <= (now() AT TIME ZONE customers.time_zone)::date
    AND coalesce(plans.available_until > (now() AT TIME ZONE customers.time_zone)::date, true)
    AND NOT EXISTS (
      SELECT FROM plan_changes WHERE plan_changes.subscription_id = subscriptions.id AND plan_changes.closed_at IS NULL)
  ORDER BY plans.billing_interval,
           row_number() OVER (PARTITION BY plans.billing_interval, customers.time_zone ORDER BY customers.account_number),
           customers.account_number
  LIMIT ?`;
