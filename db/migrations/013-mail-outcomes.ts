import type { Knex } from 'knex';

/**
 * A mail that is overtaken has an outcome of its own, notices that are given up a note of their own; customers hear
 * that a change was replaced or failed.
 */
const ADDED = {
  email_kind: ['replaced', 'failed'],
  email_status: ['superseded', 'unknown'],
  note_kind: ['notice_given_up', 'notice_superseded'],
} as const;

const COLUMNS = {
  email_kind: { table: 'email_outbox', column: 'kind', byDefault: null },
  email_status: { table: 'email_outbox', column: 'status', byDefault: `'queued'` },
  note_kind: { table: 'account_notes', column: 'kind', byDefault: null },
} as const;

const TYPES = ['email_kind', 'email_status', 'note_kind'] as const;

export async function up(knex: Knex): Promise<void> {
  for (const type of TYPES)
    for (const name of ADDED[type]) await knex.raw(`ALTER TYPE ${type} ADD VALUE '${name}'`);
}

/** Enums do not shrink: each is made anew. Refused while a row has one of the names, for notes never change. */
export async function down(knex: Knex): Promise<void> {
  for (const type of TYPES) {
    const { table, column, byDefault } = COLUMNS[type];
    const { rows } = await knex.raw<{ rows: { name: string }[] }>(
      `SELECT unnest(enum_range(NULL::${type}))::text AS name`,
    );
    const kept = rows
      .map(({ name }) => name)
      .filter((name) => !(ADDED[type] as readonly string[]).includes(name));
    await knex.raw(`ALTER TYPE ${type} RENAME TO ${type}_before`);
    await knex.raw(`CREATE TYPE ${type} AS ENUM (${kept.map((name) => `'${name}'`).join(', ')})`);
    if (byDefault !== null) await knex.raw(`ALTER TABLE ${table} ALTER COLUMN ${column} DROP DEFAULT`);
    await knex.raw(`ALTER TABLE ${table} ALTER COLUMN ${column} TYPE ${type} USING ${column}::text::${type}`);
    if (byDefault !== null)
      await knex.raw(`ALTER TABLE ${table} ALTER COLUMN ${column} SET DEFAULT ${byDefault}`);
    await knex.raw(`DROP TYPE ${type}_before`);
  }
}
