import type { Knex } from 'knex';

/** Mail to send (one row per mail, claimed before it is sent), what the provider reported, and request keys. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TYPE email_kind AS ENUM ('summary', 'consent_request', 'consent_reminder', 'held', 'expired', 'cancelled');
    CREATE TYPE email_status AS ENUM ('queued', 'sending', 'accepted', 'delivered', 'bounced', 'dropped', 'given_up');

    CREATE TABLE email_outbox (
      id uuid PRIMARY KEY DEFAULT uuidv7(),
      plan_change_id uuid NOT NULL REFERENCES plan_changes,
      kind email_kind NOT NULL,
      revision integer NOT NULL DEFAULT 1,
      quote_revision integer NOT NULL,
      recipient text NOT NULL,
      subject text NOT NULL CHECK (subject !~ '[\\r\\n]'),
      body_text text NOT NULL,
      body_html text NOT NULL,
      status email_status NOT NULL DEFAULT 'queued',
      claimed_at timestamptz,
      attempts integer NOT NULL DEFAULT 0,
      possible_duplicates integer NOT NULL DEFAULT 0,
      provider_message_id text,
      accepted_at timestamptz,
      created_at timestamptz NOT NULL DEFAULT now(),
      UNIQUE (plan_change_id, kind, revision)
    );
    CREATE TABLE email_events (
      provider_event_id text PRIMARY KEY,
      outbox_id uuid NOT NULL REFERENCES email_outbox,
      event text NOT NULL,
      reason text,
      occurred_at timestamptz NOT NULL,
      received_at timestamptz NOT NULL DEFAULT now()
    );
    CREATE INDEX email_events_by_mail ON email_events (outbox_id);

    CREATE TABLE idempotency_keys (
      id uuid PRIMARY KEY DEFAULT uuidv7(),
      agent_id uuid NOT NULL REFERENCES agents,
      operation text NOT NULL,
      key_sha256 text NOT NULL,
      request_sha256 text NOT NULL,
      answer_status integer,
      answer_headers jsonb,
      answer_body text,
      created_at timestamptz NOT NULL DEFAULT now(),
      answered_at timestamptz,
      UNIQUE (agent_id, operation, key_sha256),
      CHECK ((answer_status IS NULL) = (answered_at IS NULL))
    );

    GRANT SELECT, INSERT, UPDATE ON email_outbox, idempotency_keys TO app;
    GRANT SELECT, INSERT ON email_events TO app;
    GRANT SELECT ON email_outbox, email_events, idempotency_keys TO auditor;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    DROP TABLE idempotency_keys, email_events, email_outbox;
    DROP TYPE email_status, email_kind;
  `);
}
