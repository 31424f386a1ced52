import type { Knex } from 'knex';

/** What was charged and what went to the account balance: append-only, a mistake is mended by a reversal. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TYPE line_kind AS ENUM ('credit', 'charge', 'fee');

    CREATE TABLE charges (
      id uuid PRIMARY KEY DEFAULT uuidv7(),
      plan_change_id uuid NOT NULL,
      quote_revision integer NOT NULL,
      quote_hash text NOT NULL,
      line_no integer NOT NULL CHECK (line_no >= 1),
      reversal boolean NOT NULL DEFAULT false,
      kind line_kind NOT NULL,
      description text NOT NULL,
      service_start date NOT NULL,
      service_end date NOT NULL,
      days integer NOT NULL CHECK (days >= 0),
      of_days integer NOT NULL CHECK (of_days >= days),
      amount_minor bigint NOT NULL,
      currency text NOT NULL,
      effective_date date NOT NULL,
      posted_at timestamptz NOT NULL DEFAULT now(),
      UNIQUE (plan_change_id, quote_revision, line_no, reversal),
      FOREIGN KEY (plan_change_id, quote_revision, quote_hash) REFERENCES quotes (plan_change_id, revision, hash),
      FOREIGN KEY (plan_change_id, quote_hash) REFERENCES consents (plan_change_id, quote_hash),
      CHECK (CASE WHEN kind = 'fee' THEN amount_minor = 0
                  WHEN (kind = 'credit') <> reversal THEN amount_minor <= 0
                  ELSE amount_minor >= 0 END)
    );
    COMMENT ON COLUMN charges.quote_hash IS 'nothing is charged without a consent to exactly this quote: both foreign keys hold it';
    CREATE TRIGGER charges_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON charges
      FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

    CREATE TABLE balance_entries (
      id uuid PRIMARY KEY DEFAULT uuidv7(),
      customer_id uuid NOT NULL REFERENCES customers,
      plan_change_id uuid NOT NULL,
      quote_revision integer NOT NULL,
      reversal boolean NOT NULL DEFAULT false,
      amount_minor bigint NOT NULL CHECK (amount_minor <> 0 AND (amount_minor < 0) = reversal),
      currency text NOT NULL,
      effective_date date NOT NULL,
      posted_at timestamptz NOT NULL DEFAULT now(),
      UNIQUE (plan_change_id, quote_revision, reversal),
      FOREIGN KEY (plan_change_id, quote_revision) REFERENCES quotes (plan_change_id, revision)
    );
    COMMENT ON TABLE balance_entries IS 'surplus credits; their use on later bills is computed from the billing cycles';
    CREATE INDEX balance_entries_by_customer ON balance_entries (customer_id, effective_date);
    CREATE TRIGGER balance_entries_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON balance_entries
      FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

    GRANT SELECT, INSERT ON charges, balance_entries TO app;
    GRANT SELECT ON charges, balance_entries TO auditor;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    DROP TABLE balance_entries, charges;
    DROP TYPE line_kind;
  `);
}
