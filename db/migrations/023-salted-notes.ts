import type { Knex } from 'knex';
import { PATH } from './018-functions.ts';

const MEMBERS = `note.id, note.customer_id, note.sequence, note.kind, note.body, note.author_type, note.author_id,
        note.plan_change_id, note.revision, extract(epoch FROM note.created_at)::text`;

/** As migration 018 made it, with `salted` before the hash is worked out. */
const chainNote = (salted: string): string => `
    CREATE OR REPLACE FUNCTION chain_account_note() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER ${PATH} AS $$
    BEGIN
      -- One writer at a time per account: the chain has no forks.
      PERFORM pg_advisory_xact_lock(hashtextextended(NEW.customer_id::text, 7));
      SELECT n.sequence + 1, n.hash INTO NEW.sequence, NEW.previous_hash
        FROM public.account_notes n WHERE n.customer_id = NEW.customer_id ORDER BY n.sequence DESC LIMIT 1;
      IF NEW.sequence IS NULL THEN
        NEW.sequence := 1;
        NEW.previous_hash := repeat('0', 64);
      END IF;
      NEW.created_at := clock_timestamp();${salted}
      NEW.hash := public.account_note_hash(NEW);
      RETURN NEW;
    END $$;`;

/**
 * Who is shown a note masked is shown the hash of its row, and could try words until one fits. So a row has a random
 * salt that no writer chooses and that goes only with the clear text. Notes from before have none, and keep their hash.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE account_notes ADD salt uuid;
    COMMENT ON COLUMN account_notes.salt IS 'of the hash of the row, given only with the clear text; null: from before migration 023';
    CREATE OR REPLACE FUNCTION account_note_row(note account_notes) RETURNS text LANGUAGE sql IMMUTABLE AS $$
      SELECT (CASE WHEN note.salt IS NULL THEN jsonb_build_array(
        ${MEMBERS})
      ELSE jsonb_build_array(
        ${MEMBERS}, note.salt) END)::text
    $$;
    COMMENT ON FUNCTION account_note_row IS 'the row as a JSON array, with its salt at the end if it has one';
    ${chainNote('\n      NEW.salt := gen_random_uuid();')}
  `);
}

/** Refused once a note has its salt: without it the hash would no longer be that of the row. */
export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    DO $$ BEGIN
      IF EXISTS (SELECT 1 FROM account_notes WHERE salt IS NOT NULL) THEN
        RAISE EXCEPTION 'notes are hashed with their salt' USING ERRCODE = 'object_in_use';
      END IF;
    END $$;
    ${chainNote('')}
    CREATE OR REPLACE FUNCTION account_note_row(note account_notes) RETURNS text LANGUAGE sql IMMUTABLE AS $$
      SELECT jsonb_build_array(
        ${MEMBERS})::text
    $$;
    COMMENT ON FUNCTION account_note_row IS 'the row as a JSON array';
    ALTER TABLE account_notes DROP salt;
  `);
}
