import type { Knex } from 'knex';
import { openDatabase } from './knex.ts';
import { migrationSource } from './migrations/index.ts';

/** Roles of the database: migrator owns it, app runs the product, auditor reads. */
export type DatabaseRole = 'migrator' | 'app' | 'auditor';

export interface MigrateOptions {
  /** A superuser, or a role that may create roles, on the database to migrate. */
  readonly ownerUrl: string;
  readonly passwords: Readonly<Record<DatabaseRole, string>>;
}

const ROLES: readonly DatabaseRole[] = ['migrator', 'app', 'auditor'];
const ADVISORY_LOCK = 7_261_018;

/** The same server and database as `ownerUrl`, as another role. */
export function roleUrl(ownerUrl: string, role: DatabaseRole, password: string): string {
  const url = new URL(ownerUrl);
  url.username = role;
  url.password = password;
  return url.href;
}

/**
 * Brings a database to the current schema: makes the three roles where they are missing, then runs the
 * migrations as the migrator. Knex's own lock fails instead of waiting, so an advisory lock makes parallel
 * starts queue up. Running it again changes nothing.
 */
export async function migrate(options: MigrateOptions): Promise<void> {
  const owner = openDatabase({
    url: options.ownerUrl,
    maxConnections: 1,
    applicationName: 'plan-change migrate',
    patient: true,
  });
  try {
    await owner.raw('SELECT pg_advisory_lock(?)', [ADVISORY_LOCK]);
    await prepareRoles(owner, options.passwords);
    await runMigrations(roleUrl(options.ownerUrl, 'migrator', options.passwords.migrator), (knex) =>
      knex.migrate.latest({ migrationSource }),
    );
  } finally {
    await owner.destroy();
  }
}

/** Runs `action` on a pool of the migrator; for the migration tests and the command line. */
export async function runMigrations<T>(migratorUrl: string, action: (knex: Knex) => Promise<T>): Promise<T> {
  const knex = openDatabase({
    url: migratorUrl,
    maxConnections: 2,
    applicationName: 'plan-change migrate',
    patient: true,
  });
  try {
    return await action(knex);
  } finally {
    await knex.destroy();
  }
}

/**
 * The rights on a database itself, as SQL; a copy of a database comes without them. Nobody makes temporary tables:
 * one of the name of a real table would be found first.
 * @param name the database, quoted as an identifier where it needs to be
 */
export function rightsOnDatabase(name: string): string {
  return `
    GRANT CREATE, CONNECT ON DATABASE ${name} TO migrator;
    GRANT CONNECT ON DATABASE ${name} TO app, auditor;
    REVOKE TEMPORARY ON DATABASE ${name} FROM PUBLIC, app, auditor, migrator;`;
}

async function prepareRoles(owner: Knex, passwords: MigrateOptions['passwords']): Promise<void> {
  for (const role of ROLES) {
    const exists = await owner<{ rolname: string }>('pg_roles').where({ rolname: role }).first('rolname');
    const verb = exists ? 'ALTER' : 'CREATE';
    const { rows } = await owner.raw<{ rows: { statement: string }[] }>(
      `SELECT format('${verb} ROLE %I LOGIN PASSWORD %L', ?::text, ?::text) AS statement`,
      [role, passwords[role]],
    );
    const statement = rows[0]?.statement;
    if (statement !== undefined) await owner.raw(statement.replaceAll('?', '\\?'));
  }
  const { rows } = await owner.raw<{ rows: { name: string }[] }>(
    'SELECT quote_ident(current_database()) AS name',
  );
  for (const { name } of rows) await owner.raw(rightsOnDatabase(name).replaceAll('?', '\\?'));
  await owner.raw(`
    GRANT USAGE, CREATE ON SCHEMA public TO migrator;
    GRANT USAGE ON SCHEMA public TO app, auditor;
    REVOKE CREATE ON SCHEMA public FROM PUBLIC;
  `);
}
