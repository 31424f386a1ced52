import type { Knex } from 'knex';

/**
 * Daily anchors of the notes' chains, and fewer rights for the app (ADR 0011). An anchor is signed outside of the
 * database and shipped out of it; the rows here are for lookup, and to catch up a file that was away. The app may
 * no longer delete periods, move them, rewrite a mail, or close accounts.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE note_anchors (
      number integer PRIMARY KEY CHECK (number >= 1),
      anchored_on date NOT NULL,
      sealed text NOT NULL
    );
    COMMENT ON TABLE note_anchors IS 'signed digests over the chain heads of all accounts';
    COMMENT ON COLUMN note_anchors.sealed IS 'the signed anchor as RFC 8785 canonical JSON, byte for byte as in the file outside';
    CREATE TABLE note_anchor_heads (
      number integer NOT NULL REFERENCES note_anchors,
      customer_id uuid NOT NULL REFERENCES customers,
      sequence bigint NOT NULL CHECK (sequence >= 1),
      hash text NOT NULL CHECK (hash ~ '^[0-9a-f]{64}$'),
      PRIMARY KEY (customer_id, number)
    );
    COMMENT ON TABLE note_anchor_heads IS 'the heads that moved since the anchor before; the last one of each account counts';
    CREATE INDEX note_anchor_heads_by_number ON note_anchor_heads (number);
    CREATE TRIGGER note_anchors_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON note_anchors
      FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
    CREATE TRIGGER note_anchor_heads_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON note_anchor_heads
      FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
    GRANT SELECT ON note_anchors, note_anchor_heads TO app, auditor;
    GRANT INSERT ON note_anchors, note_anchor_heads TO app;

    CREATE FUNCTION take_back_period(taken_back uuid) RETURNS boolean
      LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
    DECLARE
      gone subscription_periods;
    BEGIN
      DELETE FROM subscription_periods p USING plan_changes pc
        WHERE p.plan_change_id = taken_back AND upper_inf(p.valid) AND pc.id = taken_back AND pc.status = 'activating'
        RETURNING p.* INTO gone;
      IF NOT FOUND THEN
        RETURN false;
      END IF;
      UPDATE subscription_periods SET valid = tstzrange(lower(valid), NULL)
        WHERE subscription_id = gone.subscription_id AND upper(valid) = lower(gone.valid);
      IF NOT FOUND THEN
        RAISE EXCEPTION 'the period before is missing' USING ERRCODE = 'no_data_found';
      END IF;
      RETURN true;
    END $$;
    COMMENT ON FUNCTION take_back_period IS 'the one way in which the app removes a period: the running one of a change that is being activated';
    REVOKE ALL ON FUNCTION take_back_period FROM PUBLIC;
    GRANT EXECUTE ON FUNCTION take_back_period TO app;
    REVOKE DELETE ON subscription_periods FROM app;

    CREATE FUNCTION refuse_moved_period() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF NOT upper_inf(OLD.valid) OR upper_inf(NEW.valid) OR lower(NEW.valid) <> lower(OLD.valid) THEN
        RAISE EXCEPTION 'a period is closed once and never moved' USING ERRCODE = 'insufficient_privilege';
      END IF;
      RETURN NEW;
    END $$;
    CREATE TRIGGER subscription_periods_only_close BEFORE UPDATE ON subscription_periods
      FOR EACH ROW WHEN (current_user = 'app') EXECUTE FUNCTION refuse_moved_period();

    CREATE FUNCTION refuse_closing_account() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      RAISE EXCEPTION 'only the owner closes or reopens an account' USING ERRCODE = 'insufficient_privilege';
    END $$;
    CREATE TRIGGER customers_closed_by_owner BEFORE UPDATE OF status ON customers
      FOR EACH ROW WHEN (current_user = 'app' AND 'closed' IN (OLD.status, NEW.status))
      EXECUTE FUNCTION refuse_closing_account();

    REVOKE UPDATE ON email_outbox FROM app;
    GRANT UPDATE (status, claimed_at, attempts, possible_duplicates, provider_message_id, accepted_at)
      ON email_outbox TO app;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    REVOKE UPDATE (status, claimed_at, attempts, possible_duplicates, provider_message_id, accepted_at)
      ON email_outbox FROM app;
    GRANT UPDATE ON email_outbox TO app;
    DROP TRIGGER customers_closed_by_owner ON customers;
    DROP TRIGGER subscription_periods_only_close ON subscription_periods;
    DROP FUNCTION refuse_closing_account, refuse_moved_period, take_back_period;
    GRANT DELETE ON subscription_periods TO app;
    DROP TABLE note_anchor_heads, note_anchors;
  `);
}
