import type { Knex } from 'knex';

/**
 * Notes name the hash of what they tell of (ADR 0011). For it is kept what the figures of a quote rest on, and a random
 * salt for what is of a person, so that nobody finds a name by trying names against the hash. And a link of the chain
 * becomes the hash of the hash before and of the hash of its row: who is shown of a note only the hash of its row can
 * follow the chain through it. Links from before stay as they are.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE quotes ADD basis jsonb;
    COMMENT ON COLUMN quotes.basis IS 'when, and from which plan at which price to which; null: from before it was kept';
    ALTER TABLE consent_evidence ADD salt uuid NOT NULL DEFAULT gen_random_uuid();
    ALTER TABLE email_outbox ADD salt uuid NOT NULL DEFAULT gen_random_uuid();
    COMMENT ON COLUMN consent_evidence.salt IS 'of the hash that the note of the consent names';
    COMMENT ON COLUMN email_outbox.salt IS 'of the hash that the note of the mail names; given to nobody';

    CREATE FUNCTION account_note_row(note account_notes) RETURNS text LANGUAGE sql IMMUTABLE AS $$
      SELECT jsonb_build_array(
        note.id, note.customer_id, note.sequence, note.kind, note.body, note.author_type, note.author_id,
        note.plan_change_id, note.revision, extract(epoch FROM note.created_at)::text)::text
    $$;
    COMMENT ON FUNCTION account_note_row IS 'the row as a JSON array';
    CREATE FUNCTION account_note_row_hash(note account_notes) RETURNS text LANGUAGE sql IMMUTABLE AS $$
      SELECT encode(sha256(convert_to(public.account_note_row(note), 'UTF8')), 'hex')
    $$;
    CREATE FUNCTION former_account_note_hash(note account_notes) RETURNS text LANGUAGE sql IMMUTABLE AS $$
      SELECT encode(sha256(convert_to(note.previous_hash || public.account_note_row(note), 'UTF8')), 'hex')
    $$;
    COMMENT ON FUNCTION former_account_note_hash IS 'sha256(previous hash, then the row): of notes from before migration 019';
    CREATE OR REPLACE FUNCTION account_note_hash(note account_notes) RETURNS text LANGUAGE sql IMMUTABLE AS $$
      SELECT CASE WHEN note.hash = public.former_account_note_hash(note) THEN note.hash
        ELSE encode(sha256(convert_to(note.previous_hash || public.account_note_row_hash(note), 'UTF8')), 'hex') END
    $$;
    COMMENT ON FUNCTION account_note_hash IS 'sha256(previous hash, then the hash of the row)';
  `);
}

/** Refused once notes are chained by the hashes of their rows: they would no longer verify. */
export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    DO $$ BEGIN
      IF EXISTS (SELECT 1 FROM account_notes n WHERE n.hash <> former_account_note_hash(n)) THEN
        RAISE EXCEPTION 'notes are chained by the hashes of their rows' USING ERRCODE = 'object_in_use';
      END IF;
    END $$;
    CREATE OR REPLACE FUNCTION account_note_hash(note account_notes) RETURNS text LANGUAGE sql IMMUTABLE AS $$
      SELECT encode(sha256(convert_to(note.previous_hash || jsonb_build_array(
        note.id, note.customer_id, note.sequence, note.kind, note.body, note.author_type, note.author_id,
        note.plan_change_id, note.revision, extract(epoch FROM note.created_at)::text)::text, 'UTF8')), 'hex')
    $$;
    COMMENT ON FUNCTION account_note_hash IS 'sha256(previous hash, then the row as a JSON array)';
    DROP FUNCTION former_account_note_hash, account_note_row_hash, account_note_row;
    ALTER TABLE email_outbox DROP salt;
    ALTER TABLE consent_evidence DROP salt;
    ALTER TABLE quotes DROP basis;
  `);
}
