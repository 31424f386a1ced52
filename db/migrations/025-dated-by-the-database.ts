import type { Knex } from 'knex';
import { PATH } from './018-functions.ts';

/** What tells when something moved is dated here, whatever the writer says. */
const DATED = { step_receipts: 'committed_at', email_outbox: 'created_at' } as const;

/** The instants and dates that the app may write. Those of notes and transitions are written by triggers. */
const INSTANTS = {
  agent_sessions: ['created_at', 'used_at', 'expires_at', 'ended_at'],
  api_keys: ['last_used_at'],
  balance_entries: ['posted_at', 'effective_date'],
  charges: ['posted_at', 'effective_date', 'service_start', 'service_end'],
  consent_evidence: ['given_at', 'received_at'],
  consent_links: ['created_at', 'used_at', 'expires_at'],
  consents: ['given_at', 'accepted_at', 'created_at'],
  email_events: ['occurred_at', 'received_at'],
  email_outbox: ['created_at', 'claimed_at', 'accepted_at'],
  idempotency_keys: ['created_at', 'answered_at'],
  identifications: ['verified_at', 'expires_at'],
  plan_changes: [
    ...['from_valid_from', 'activate_at', 'effective_date', 'consent_deadline_at'],
    ...['opened_at', 'applied_at', 'closed_at', 'confirmed_at'],
  ],
  quotes: ['created_at', 'expires_at', 'activate_at', 'effective_date', 'next_bill_date'],
  remarks: ['created_at'],
  step_receipts: ['committed_at'],
} as const;

/** Neither infinite nor of a year that is not written with four digits. */
const readable = (column: string): string =>
  `extract(year FROM ${column.endsWith('_at') || column === 'from_valid_from' ? `${column} AT TIME ZONE 'UTC'` : column}) BETWEEN 1 AND 9999`;

const isText = (member: string): string => `coalesce(jsonb_typeof(customer->'${member}'), '') = 'string'`;

/** What readers take apart. */
const SHAPES = {
  consent_evidence: `jsonb_typeof(details) = 'object'`,
  consents: `customer IS NULL OR ${['fullName', 'accountNumber', 'timeZone', 'salt'].map(isText).join(' AND ')}`,
  idempotency_keys: `jsonb_typeof(answer_headers) = 'object'`,
  quotes: `jsonb_typeof(lines) = 'array' AND (customer IS NULL OR ${['fullName', 'accountNumber', 'timeZone', 'salt'].map(isText).join(' AND ')})`,
} as const;

/**
 * The app cannot date a receipt or a mail, and writes nothing that a reader chokes on: an infinite time would be in a
 * table for good that only grows.
 */
export async function up(knex: Knex): Promise<void> {
  for (const [table, column] of Object.entries(DATED))
    await knex.raw(`
      CREATE FUNCTION date_${table}() RETURNS trigger LANGUAGE plpgsql ${PATH} AS $$
      BEGIN
        NEW.${column} := now();
        RETURN NEW;
      END $$;
      REVOKE ALL ON FUNCTION date_${table} FROM PUBLIC;
      CREATE TRIGGER ${table}_dated_here BEFORE INSERT ON ${table} FOR EACH ROW EXECUTE FUNCTION date_${table}();
    `);
  for (const [table, columns] of Object.entries(INSTANTS))
    await refuseFromNowOn(knex, table, `${table}_readable_times`, columns.map(readable).join(' AND '));
  for (const [table, shape] of Object.entries(SHAPES))
    await refuseFromNowOn(knex, table, `${table}_readable_parts`, shape);
}

/** A row that was slipped in before must not keep the schema from moving on: the audit tells of it and of the open rule. */
async function refuseFromNowOn(knex: Knex, table: string, name: string, rule: string): Promise<void> {
  await knex.raw(`
    ALTER TABLE ${table} ADD CONSTRAINT ${name} CHECK (${rule}) NOT VALID;
    DO $$ BEGIN
      ALTER TABLE ${table} VALIDATE CONSTRAINT ${name};
    EXCEPTION WHEN check_violation THEN
      RAISE WARNING 'a row of ${table} cannot be read: run the audit';
    END $$;
  `);
}

export async function down(knex: Knex): Promise<void> {
  for (const table of Object.keys(SHAPES))
    await knex.raw(`ALTER TABLE ${table} DROP CONSTRAINT ${table}_readable_parts`);
  for (const table of Object.keys(INSTANTS))
    await knex.raw(`ALTER TABLE ${table} DROP CONSTRAINT ${table}_readable_times`);
  for (const table of Object.keys(DATED))
    await knex.raw(`DROP TRIGGER ${table}_dated_here ON ${table}; DROP FUNCTION date_${table}`);
}
