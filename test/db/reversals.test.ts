import assert from 'node:assert/strict';
import { openDatabase } from '../../db/knex.ts';
import { migrationSource } from '../../db/migrations/index.ts';
import { createRig, type Rig } from '../support/plan-change-rig.ts';
import {
  DOWNGRADE,
  stageApplied,
  stageChange,
  stageVerified,
  type StagedChange,
} from '../support/staged-change.ts';

/** SQLSTATEs of the refusals. */
const CHECK = '23514';
const FOREIGN_KEY = '23503';
const UNIQUE = '23505';

/** A reversal is money: it takes back what was posted, whole, or the database refuses it, whoever asks. */
describe('reversals in the database', () => {
  let rig: Rig;
  before(async () => {
    rig = await createRig('reversals');
  });
  after(() => rig.close());

  const refused = (attempt: PromiseLike<unknown>, code: string): Promise<void> =>
    assert.rejects(Promise.resolve(attempt), (error: Error & { code?: string }) => {
      assert.equal(error.code, code, error.message);
      return true;
    });
  /** The reversal as the compensation writes it, with something else in it. */
  const reverse = (
    { planChangeId }: StagedChange,
    table: 'charges' | 'balance_entries',
    other: object = {},
  ) =>
    rig.knex.raw(
      `INSERT INTO ${table} SELECT (jsonb_populate_record(o, jsonb_build_object('id', uuidv7(), 'reversal', true,
         'amount_minor', -o.amount_minor) || ?::jsonb)).*
       FROM ${table} o WHERE plan_change_id = ? AND NOT reversal AND amount_minor <> 0 LIMIT 1`,
      [JSON.stringify(other), planChangeId],
    );
  const addToBalance = (change: StagedChange, columns: object = {}) =>
    rig.knex('balance_entries').insert({
      ...{ customer_id: change.customerId, plan_change_id: change.planChangeId, amount_minor: 100 },
      ...{ quote_revision: change.quote.revision, currency: 'USD', effective_date: '2026-11-16' },
      ...columns,
    });

  const others: readonly (readonly [what: string, table: 'charges' | 'balance_entries', other: object])[] = [
    ['a line that was never posted', 'charges', { line_no: 9 }],
    ['another amount of a line', 'charges', { amount_minor: 0 }],
    ['a line in another currency', 'charges', { currency: 'EUR' }],
    ['a line of another date', 'charges', { effective_date: '2026-01-01' }],
    ['a line as one of another kind', 'charges', { kind: 'fee', amount_minor: 0 }],
    ['another amount of the surplus', 'balance_entries', { amount_minor: -99900 }],
    ['the surplus in another currency', 'balance_entries', { currency: 'EUR' }],
    ['the surplus of another date', 'balance_entries', { effective_date: '2026-01-01' }],
  ];
  for (const [what, table, other] of others) {
    it(`do not take back ${what}`, async () => {
      await refused(reverse(await stageApplied(rig, DOWNGRADE), table, other), CHECK);
    });
  }

  it('do not take the surplus from another customer', async () => {
    const change = await stageApplied(rig, DOWNGRADE);
    const { customerId } = await stageChange(rig);
    await refused(reverse(change, 'balance_entries', { customer_id: customerId }), CHECK);
  });

  for (const table of ['charges', 'balance_entries'] as const) {
    it(`take back each of the ${table} once, and only while the activation is stopped`, async () => {
      const change = await stageApplied(rig, DOWNGRADE);
      await reverse(change, table);
      await refused(reverse(change, table), UNIQUE);
      await refused(reverse(await stageVerified(rig), table), CHECK);
    });
  }

  it('take nothing from a balance by a quote that was agreed to and gave way to the one applied', async () => {
    const change = await stageChange(rig, DOWNGRADE);
    const { planChangeId, author, now, quote } = change;
    const { evidenceId, acceptedAt } = await change.consent();
    await rig.knex('consents').insert({
      ...{ plan_change_id: planChangeId, quote_hash: quote.hash, evidence_id: evidenceId },
      ...{ method: 'verbal', given_at: now, accepted_at: acceptedAt },
    });
    const expected = change.expected('awaiting_consent');
    const asked = { planChangeId, messageId: 'm', activation: null, expected, author, now };
    const requoted = await change.run('requotePlanChange', asked);
    assert.ok(requoted.outcome === 'quoted');
    const again = change.with(requoted.quote);
    await again.run('activatePlan', again.activation(await again.consent()));
    await refused(addToBalance(change, { reversal: true, amount_minor: -99900 }), CHECK);
    const { customerId } = await stageChange(rig);
    const credited = { reversal: true, amount_minor: -1, customer_id: customerId };
    await refused(addToBalance(change, credited), CHECK);
  });

  it('nor is anything put on a balance without a consent, or on that of another customer', async () => {
    const change = await stageChange(rig, DOWNGRADE);
    await refused(addToBalance(change), FOREIGN_KEY);
    const applied = await stageApplied(rig, DOWNGRADE);
    await refused(addToBalance(applied, { customer_id: change.customerId }), CHECK);
    await refused(addToBalance(applied, { quote_hash: change.quote.hash, quote_revision: 2 }), FOREIGN_KEY);
  });

  it('find the consent of entries from before, and the release before may go on posting', async () => {
    const change = await stageApplied(rig, DOWNGRADE);
    const entries = () => rig.knex('balance_entries').where({ plan_change_id: change.planChangeId });
    const before = await entries().first<object>();
    const migrator = openDatabase({ url: rig.database.migratorUrl, maxConnections: 1 });
    try {
      const one = { migrationSource, name: '021-reversals' };
      await migrator.migrate.down(one);
      await migrator.migrate.up(one);
    } finally {
      await migrator.destroy();
    }
    assert.deepEqual(await entries(), [before]);
    await rig.knex.raw(
      `INSERT INTO balance_entries (customer_id, plan_change_id, quote_revision, reversal, amount_minor, currency, effective_date)
       SELECT customer_id, plan_change_id, quote_revision, true, -amount_minor, currency, effective_date
       FROM balance_entries WHERE plan_change_id = ?`,
      [change.planChangeId],
    );
    assert.deepEqual(await entries().pluck('quote_hash'), [change.quote.hash, change.quote.hash]);
  });
});
