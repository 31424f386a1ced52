import { writeFile } from 'node:fs/promises';
import { openDatabase } from '../db/knex.ts';
import { dumpSchema } from '../db/schema-dump.ts';
import { createTestDatabase } from '../test/support/test-stack.ts';
import { mochaGlobalTeardown } from '../test/support/global-setup.ts';

/** `npm run schema`: writes db/schema.sql from a freshly migrated database. */
const database = await createTestDatabase('schema');
const knex = openDatabase({ url: database.ownerUrl, maxConnections: 1 });
try {
  await writeFile(new URL('../db/schema.sql', import.meta.url), await dumpSchema(knex));
  console.log('db/schema.sql is written.');
} finally {
  await knex.destroy();
  await mochaGlobalTeardown();
}
