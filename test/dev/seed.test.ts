import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { Knex } from 'knex';
import { openDatabase } from '../../db/knex.ts';
import { cycleContaining } from '../../domain/billing-cycle.ts';
import { localDateOf } from '../../domain/calendar.ts';
import { planVersionOn } from '../../dev/seed/catalogue.ts';
import { seedAgents } from '../../dev/seed/seed-agents.ts';
import { demoCustomers, seedDemo } from '../../dev/seed/seed-demo.ts';
import { insertAccount } from '../../dev/seed/test-account.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-stack.ts';

const key = (prefix: string): string => `pc_${prefix}_0123456789abcdefABCDEF01`;
const keys = {
  agent: key('agentkey'),
  supervisor: key('superkey'),
  ops: key('opsopkey'),
  auditor: key('auditkey'),
};

describe('the demonstration data', () => {
  let database: TestDatabase;
  let knex: Knex;
  before(async () => {
    database = await createTestDatabase('seed');
    knex = openDatabase({ url: database.migratorUrl, maxConnections: 2 });
    await seedDemo({ migratorUrl: database.migratorUrl, accounts: 200, keys });
  });
  after(async () => {
    await knex.destroy();
    await database.drop();
  });

  async function everything(): Promise<string> {
    const tables = [
      'customers',
      'subscriptions',
      'subscription_periods',
      'usage_records',
      'agents',
      'api_keys',
    ];
    const rows = await Promise.all(
      [...tables, 'plans', 'plan_versions', 'promotions', 'terms'].map((table) => knex(table).select()),
    );
    return JSON.stringify(rows, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
  }
  async function validKeys(): Promise<string[]> {
    const rows = await knex('api_keys')
      .whereNull('revoked_at')
      .orderBy('prefix')
      .select<{ key_sha256: string }[]>('key_sha256');
    return rows.map((row) => row.key_sha256);
  }
  const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

  it('is complete after the first call, and the second changes nothing', async () => {
    assert.equal((await knex('customers').select()).length, 200);
    const before = await everything();
    const told: [number, number][] = [];
    await seedDemo({
      migratorUrl: database.migratorUrl,
      accounts: 200,
      keys,
      onProgress: (...progress) => told.push(progress),
    });
    assert.deepEqual(told.at(-1), [200, 200]);
    assert.equal(await everything(), before);
  });

  it('can be enlarged later', async () => {
    await seedDemo({ migratorUrl: database.migratorUrl, accounts: 250, keys });
    assert.equal((await knex('customers').select()).length, 250);
  });

  it('stores keys as prefix and hash, and revokes the one that was replaced', async () => {
    const all = [keys.agent, keys.auditor, keys.ops, keys.supervisor].map(sha256);
    assert.deepEqual(await validKeys(), all);
    assert.ok(!(await everything()).includes(keys.agent));
    const agents = await seedAgents(knex, { ...keys, agent: key('newagent') });
    assert.deepEqual((await validKeys()).toSorted(), [sha256(key('newagent')), ...all.slice(1)].toSorted());
    assert.deepEqual(await seedAgents(knex, keys), agents);
    assert.deepEqual(await validKeys(), all);
  });

  it('refuses keys of another form, and two keys with one prefix', async () => {
    for (const bad of ['', 'secret', 'pc_short_0123456789abcdef', `${keys.agent}\n`, 'pc_agentkey_short']) {
      await assert.rejects(seedAgents(knex, { ...keys, agent: bad }), /API key of agent is not pc_/);
    }
    await assert.rejects(seedAgents(knex, { ...keys, agent: `${keys.agent}x` }), /belongs to another key/);
    await assert.rejects(seedAgents(knex, { ...keys, agent: keys.ops }), /belongs to another key/);
    assert.ok((await validKeys()).includes(sha256(keys.agent)));
  });

  it('names customers who can order anything, always in the same order', async () => {
    const customers = await demoCustomers(database.appUrl);
    assert.ok(customers.length >= 20);
    assert.deepEqual(await demoCustomers(database.appUrl), customers);
    assert.ok(new Set(customers.slice(0, 20).map(({ timeZone }) => timeZone)).size >= 5);
    for (const customer of customers) {
      assert.deepEqual(Object.keys(customer), [
        'accountNumber',
        'fullName',
        'serviceAddress',
        'email',
        'planCode',
        'timeZone',
      ]);
      assert.equal(planVersionOn(customer.planCode, '9999-12-31').availableUntil, null);
    }
  });

  it('leaves out who is not active, and who is on a retired plan', async () => {
    const [first, second] = await demoCustomers(database.appUrl);
    await knex('customers').where({ account_number: first?.accountNumber }).update({ status: 'suspended' });
    const retired = await insertAccount(knex, { planCode: 'dsl-two-lines', timeZone: 'Pacific/Kiritimati' });
    const now = await demoCustomers(database.appUrl);
    assert.ok(
      !now.some(({ accountNumber }) => [first?.accountNumber, retired.accountNumber].includes(accountNumber)),
    );
    assert.ok(now.some(({ accountNumber }) => accountNumber === second?.accountNumber));
  });

  it('has every account in a cycle that contains today', async () => {
    const rows = await knex('subscriptions')
      .join('customers', 'customers.id', 'subscriptions.customer_id')
      .select<{ anchor_date: string; time_zone: string }[]>('anchor_date', 'time_zone');
    for (const { anchor_date, time_zone } of rows) {
      const today = localDateOf(new Date().toISOString(), time_zone);
      const cycle = cycleContaining(anchor_date, 'month', today);
      assert.ok(anchor_date <= cycle.start && cycle.start <= today && today < cycle.end);
    }
  });
});

describe('insertAccount', () => {
  let database: TestDatabase;
  let knex: Knex;
  before(async () => {
    database = await createTestDatabase('insert_account');
    knex = openDatabase({ url: database.migratorUrl, maxConnections: 2 });
    await seedDemo({ migratorUrl: database.migratorUrl, accounts: 0, keys });
  });
  after(async () => {
    await knex.destroy();
    await database.drop();
  });

  it('makes one account as told', async () => {
    const account = await insertAccount(knex, {
      accountNumber: '1234-ABCDE',
      timeZone: 'America/Santiago',
      anchorDate: '2023-09-03',
      planCode: 'fiber-plus',
      planVersion: 1,
      priceMinor: 3000n,
    });
    const row = await knex('customers')
      .join('subscriptions', 'subscriptions.customer_id', 'customers.id')
      .join('subscription_periods', 'subscription_periods.subscription_id', 'subscriptions.id')
      .first<Record<string, unknown>>(
        ...['account_number', 'account_key', 'customer_id', 'subscription_id', 'full_name', 'plan_code'],
        ...['plan_version', 'price_minor', 'anchor_date', knex.raw('valid::text')],
      );
    assert.deepEqual(row, {
      account_number: '1234-ABCDE',
      account_key: '1234ABCDE',
      customer_id: account.customerId,
      subscription_id: account.subscriptionId,
      full_name: account.fullName,
      plan_code: 'fiber-plus',
      plan_version: 1,
      price_minor: 3000n,
      anchor_date: '2023-09-03',
      // Daylight saving skipped midnight there: the date began at 01:00.
      valid: '["2023-09-03 04:00:00+00",)',
    });
    await assert.rejects(insertAccount(knex, { accountNumber: '1234 abcde' }), /is there already/);
  });

  it('makes as many ordinary ones as a test wants', async () => {
    const accounts = await Promise.all(Array.from({ length: 5 }, () => insertAccount(knex)));
    assert.equal(new Set(accounts.map(({ customerId }) => customerId)).size, 5);
  });
});
