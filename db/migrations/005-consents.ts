import type { Knex } from 'knex';

/**
 * Consent as evidence. `consent_evidence` is what was received, before anybody judged it; `consents` is the
 * part that was accepted for exactly one quote hash. Nothing is applied without a row in `consents`.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TYPE consent_method AS ENUM ('verbal', 'written');

    CREATE TABLE consent_evidence (
      id uuid PRIMARY KEY DEFAULT uuidv7(),
      plan_change_id uuid NOT NULL REFERENCES plan_changes,
      quote_hash text NOT NULL CHECK (quote_hash ~ '^[0-9a-f]{64}$'),
      method consent_method NOT NULL,
      details jsonb NOT NULL,
      agent_id uuid REFERENCES agents,
      request_id uuid UNIQUE,
      given_at timestamptz NOT NULL,
      received_at timestamptz NOT NULL DEFAULT now()
    );
    COMMENT ON COLUMN consent_evidence.request_id IS 'the idempotency row of the request: a repeated request leaves one row';
    CREATE INDEX consent_evidence_by_change ON consent_evidence (plan_change_id);

    CREATE TABLE consents (
      id uuid PRIMARY KEY DEFAULT uuidv7(),
      plan_change_id uuid NOT NULL,
      quote_hash text NOT NULL,
      evidence_id uuid NOT NULL UNIQUE REFERENCES consent_evidence,
      method consent_method NOT NULL,
      given_at timestamptz NOT NULL,
      accepted_at timestamptz NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now(),
      UNIQUE (plan_change_id, quote_hash),
      FOREIGN KEY (plan_change_id, quote_hash) REFERENCES quotes (plan_change_id, hash)
    );
    COMMENT ON COLUMN consents.accepted_at IS 'workflow time at which the message was accepted, before the quote expired';
    CREATE FUNCTION refuse_late_consent() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF NOT EXISTS (SELECT 1 FROM quotes q WHERE q.plan_change_id = NEW.plan_change_id AND q.hash = NEW.quote_hash
                     AND NEW.accepted_at < q.expires_at) THEN
        RAISE EXCEPTION 'consent after the quote expired' USING ERRCODE = 'check_violation';
      END IF;
      RETURN NEW;
    END $$;
    CREATE TRIGGER consents_in_time BEFORE INSERT ON consents FOR EACH ROW EXECUTE FUNCTION refuse_late_consent();
    CREATE TRIGGER consents_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON consents
      FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

    CREATE TABLE remarks (
      id uuid PRIMARY KEY DEFAULT uuidv7(),
      plan_change_id uuid NOT NULL REFERENCES plan_changes,
      agent_id uuid REFERENCES agents,
      body text NOT NULL,
      request_id uuid UNIQUE,
      created_at timestamptz NOT NULL DEFAULT now()
    );
    COMMENT ON TABLE remarks IS 'free text of a message (a reason): the workflow carries only the id';

    GRANT SELECT ON consent_evidence, consents, remarks TO app, auditor;
    GRANT INSERT ON consent_evidence, consents, remarks TO app;
    GRANT DELETE ON consent_evidence TO app; -- never-attached evidence is swept; the foreign key keeps the rest
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    DROP TABLE remarks, consents, consent_evidence;
    DROP FUNCTION refuse_late_consent;
    DROP TYPE consent_method;
  `);
}
