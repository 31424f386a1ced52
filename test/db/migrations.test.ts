import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import type { Knex } from 'knex';
import { openDatabase } from '../../db/knex.ts';
import { migrationSource } from '../../db/migrations/index.ts';
import { dumpSchema } from '../../db/schema-dump.ts';
import { seedCatalogue } from '../../dev/seed/seed-catalogue.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-stack.ts';

describe('migrations', function () {
  this.timeout(60_000);
  let database: TestDatabase;
  let migrator: Knex;

  before(async () => {
    database = await createTestDatabase('migrations');
    migrator = openDatabase({ url: database.migratorUrl, maxConnections: 2 });
  });
  after(async () => {
    await migrator.destroy();
    await database.drop();
  });

  it('lead to the schema that is committed', async () => {
    const committed = await readFile(new URL('../../db/schema.sql', import.meta.url), 'utf8');
    assert.equal(await dumpSchema(migrator), committed, 'run `npm run schema` and review the difference');
  });

  it('go down one by one and up again to the same schema, and down to nothing', async function () {
    this.timeout(180_000);
    const config = { migrationSource };
    const dumps = [await dumpSchema(migrator)];
    const names = await migrationSource.getMigrations([]);
    for (const name of names.toReversed()) {
      const [, undone] = (await migrator.migrate.down(config)) as [number, string[]];
      assert.deepEqual(undone, [name]);
      dumps.push(await dumpSchema(migrator));
    }
    assert.doesNotMatch(dumps.at(-1) ?? '', /CREATE (TABLE|TYPE|FUNCTION|VIEW|TRIGGER)/);
    for (const name of names) {
      const [, done] = (await migrator.migrate.up(config)) as [number, string[]];
      assert.deepEqual(done, [name]);
      dumps.pop();
      assert.equal(await dumpSchema(migrator), dumps.at(-1) ?? (await dumpSchema(migrator)), name);
    }
  });

  it('keep the rows of tables they do not touch', async () => {
    await seedCatalogue(migrator);
    const plans = await migrator('plan_versions').orderBy(['plan_code', 'version']);
    await migrator.migrate.down({ migrationSource });
    await migrator.migrate.up({ migrationSource });
    assert.deepEqual(await migrator('plan_versions').orderBy(['plan_code', 'version']), plans);
    assert.ok(plans.length > 0);
  });

  it('strike out a row that was slipped in among the anchors before their shape was asked for', async () => {
    const only = { migrationSource, name: '022-anchor-shape' };
    await migrator.migrate.down(only);
    const none = JSON.stringify({ anchor: { number: 1, date: '2026-11-24', previous: '0'.repeat(64) } });
    await migrator.raw(`INSERT INTO note_anchors (number, anchored_on, sealed) VALUES (1, '2026-11-24', ?)`, [
      none,
    ]);
    await migrator.migrate.up(only);
    assert.deepEqual(await migrator('note_anchors'), []);
    const struck = await migrator<{ sealed: string; reason: string }>('struck_note_anchors');
    assert.deepEqual(
      struck.map(({ sealed }) => sealed),
      [none],
    );
    assert.match(struck[0]?.reason ?? '', /^migration 022/);
    await assert.rejects(migrator.migrate.down(only), /must stay on record/);
  });

  it('go on beside a time that nobody can read, and leave its rule open: the audit tells of both', async () => {
    const only = { migrationSource, name: '025-dated-by-the-database' };
    const isValid = async () => {
      const { rows } = await migrator.raw<{ rows: { convalidated: boolean }[] }>(
        `SELECT convalidated FROM pg_constraint WHERE conname = 'step_receipts_readable_times'`,
      );
      return rows.map(({ convalidated }) => convalidated);
    };
    await migrator.migrate.down(only);
    const receipt = { workflow_id: 'none', step: 'none', result: '{}', committed_at: 'infinity' };
    await migrator('step_receipts').insert(receipt);
    await migrator.migrate.up(only);
    assert.deepEqual(await isValid(), [false]);
    assert.deepEqual(await migrator('step_receipts').pluck('workflow_id'), ['none']);
  });

  it('wait for each other instead of failing', async () => {
    const { migrate } = await import('../../db/migrate.ts');
    const password = new URL(database.migratorUrl).password;
    const passwords = {
      migrator: password,
      app: new URL(database.appUrl).password,
      auditor: new URL(database.auditorUrl).password,
    };
    await Promise.all([1, 2, 3].map(() => migrate({ ownerUrl: database.ownerUrl, passwords })));
  });
});
