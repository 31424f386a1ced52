import type { Knex } from 'knex';

/**
 * Account notes: "All interactions and customer approvals are documented in the account notes" (the
 * procedure). Append-only, numbered per account, each row chained to the one before by SHA-256. The trigger
 * alone gives sequence, time and hash, so no writer can choose them.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TYPE note_kind AS ENUM (
      'identified', 'identification_failed', 'options_discussed',
      'quoted', 'rejected', 'requoted', 'rescheduled',
      'consent_requested', 'consent_reminder', 'consent_accepted', 'consent_refused',
      'scheduled', 'plan_applied', 'verified', 'held', 'compensated',
      'declined', 'cancelled', 'replaced', 'expired', 'failed', 'cancellation_ignored',
      'confirmed', 'email_delivered', 'email_undeliverable', 'email_given_up',
      'completed', 'repaired', 'remark');
    CREATE TYPE author_type AS ENUM ('agent', 'customer', 'ops', 'system');

    CREATE TABLE account_notes (
      id uuid PRIMARY KEY DEFAULT uuidv7(),
      customer_id uuid NOT NULL REFERENCES customers,
      sequence bigint NOT NULL CHECK (sequence >= 1),
      kind note_kind NOT NULL,
      body text NOT NULL CHECK (body <> ''),
      author_type author_type NOT NULL,
      author_id text,
      plan_change_id uuid,
      revision integer NOT NULL DEFAULT 1,
      created_at timestamptz NOT NULL,
      previous_hash text NOT NULL,
      hash text NOT NULL,
      request_id uuid UNIQUE,
      UNIQUE (customer_id, sequence),
      UNIQUE (plan_change_id, kind, revision)
    );

    COMMENT ON COLUMN account_notes.request_id IS 'the idempotency row of the request that wrote it: a repeat leaves one note';

    CREATE FUNCTION account_note_hash(note account_notes) RETURNS text LANGUAGE sql IMMUTABLE AS $$
      SELECT encode(sha256(convert_to(note.previous_hash || jsonb_build_array(
        note.id, note.customer_id, note.sequence, note.kind, note.body, note.author_type, note.author_id,
        note.plan_change_id, note.revision, extract(epoch FROM note.created_at)::text)::text, 'UTF8')), 'hex')
    $$;
    COMMENT ON FUNCTION account_note_hash IS 'sha256(previous hash, then the row as a JSON array)';

    CREATE FUNCTION chain_account_note() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
    BEGIN
      -- One writer at a time per account: the chain has no forks.
      PERFORM pg_advisory_xact_lock(hashtextextended(NEW.customer_id::text, 7));
      SELECT n.sequence + 1, n.hash INTO NEW.sequence, NEW.previous_hash
        FROM account_notes n WHERE n.customer_id = NEW.customer_id ORDER BY n.sequence DESC LIMIT 1;
      IF NEW.sequence IS NULL THEN
        NEW.sequence := 1;
        NEW.previous_hash := repeat('0', 64);
      END IF;
      NEW.created_at := clock_timestamp();
      NEW.hash := account_note_hash(NEW);
      RETURN NEW;
    END $$;
    CREATE TRIGGER account_notes_chain BEFORE INSERT ON account_notes
      FOR EACH ROW EXECUTE FUNCTION chain_account_note();
    CREATE TRIGGER account_notes_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON account_notes
      FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

    CREATE FUNCTION broken_account_notes(account uuid) RETURNS SETOF bigint LANGUAGE sql STABLE AS $$
      SELECT sequence FROM (
        SELECT n.sequence, n.hash, n.previous_hash, account_note_hash(n) AS computed,
               row_number() OVER w AS position, lag(n.hash, 1, repeat('0', 64)) OVER w AS hash_before
        FROM account_notes n WHERE n.customer_id = account WINDOW w AS (ORDER BY n.sequence)) AS chain
      WHERE hash <> computed OR previous_hash <> hash_before OR sequence <> position
      ORDER BY sequence
    $$;
    COMMENT ON FUNCTION broken_account_notes IS 'sequences at which the chain of an account does not verify; none: verified';

    GRANT SELECT, INSERT ON account_notes TO app;
    GRANT SELECT ON account_notes TO auditor;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    DROP FUNCTION broken_account_notes;
    DROP TRIGGER account_notes_chain ON account_notes;
    DROP FUNCTION chain_account_note;
    DROP FUNCTION account_note_hash;
    DROP TABLE account_notes;
    DROP TYPE author_type, note_kind;
  `);
}
