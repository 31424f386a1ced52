import { readFile } from 'node:fs/promises';
import { SCHEMA_STATEMENTS } from '../../../db/schema-dump.ts';
import { POSTGRES_MAJOR } from '../../stack/postgres-binaries.ts';
import type { Check, CheckContext, Finding } from '../check.ts';
import { applyRules, finding } from '../check.ts';
import { readStatements, schemaDifferences } from '../schema-differences.ts';

const ID = 'I21';
const SCHEMA = new URL('../../../db/schema.sql', import.meta.url);

/** Rights that are not on a table: with one of them a role gets round those that are. */
const RIGHTS_OF_ROLES = `
  SELECT NULL::uuid, NULL::uuid, CASE WHEN has THEN format('the role %s %s', r.rolname, what) END
  FROM pg_roles r
  CROSS JOIN LATERAL (VALUES
    (has_database_privilege(r.oid, current_database(), 'TEMPORARY'), 'may make temporary tables, which are found before real ones'),
    (r.rolname <> 'migrator' AND has_database_privilege(r.oid, current_database(), 'CREATE'), 'may make schemas'),
    (r.rolname <> 'migrator' AND has_schema_privilege(r.oid, 'public', 'CREATE'), 'may make tables and functions'),
    (r.rolsuper OR r.rolcreaterole OR r.rolbypassrls OR r.rolreplication, 'has rights over the whole server'),
    (r.rolname <> 'migrator' AND (
       EXISTS (SELECT 1 FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relowner = r.oid)
       OR EXISTS (SELECT 1 FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace AND p.proowner = r.oid)),
     'owns tables or functions'),
    (EXISTS (SELECT 1 FROM pg_auth_members m WHERE m.member = r.oid), 'has the rights of another role')
  ) AS rule (has, what)
  WHERE r.rolname IN ('app', 'auditor', 'migrator')`;

/**
 * Every rule of the database is the one that the migrations make: a trigger that is there by name and does nothing
 * guards nothing. db/schema.sql says what they make.
 */
export const schemaAsMigrated: Check = {
  id: ID,
  title: 'tables, constraints, functions, triggers and rights are those of the migrations',
  run: async (context) => [
    ...(await asMigrated(context)),
    ...(await applyRules(context, ID, [{ sql: RIGHTS_OF_ROLES }], context.guarded)),
  ],
};

async function asMigrated(context: CheckContext): Promise<Finding[]> {
  const expected = readStatements(await readFile(SCHEMA, 'utf8'));
  const [server] = await context.query<{ major: number }>(
    `SELECT current_setting('server_version_num')::int / 10000 AS major`,
  );
  if (server?.major !== POSTGRES_MAJOR) {
    // Another major version words the same definitions in its own way.
    context.unchecked(
      `definitions of the schema: they are known as PostgreSQL ${POSTGRES_MAJOR} words them`,
      expected.length,
      'definitions',
    );
    return [];
  }
  const found = await context.query<{ statement: string }>(SCHEMA_STATEMENTS);
  context.looked(found.length);
  context.guarded(expected.length);
  const differences = schemaDifferences(
    expected,
    found.map(({ statement }) => statement),
  );
  return differences.map((what) => finding(ID, what));
}
