import type { Knex } from 'knex';

/** What can be ordered: plans with versions that are superseded and never edited, promotions, terms. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
    END $$;
    COMMENT ON FUNCTION refuse_change IS 'for statement triggers: a row trigger would not stop TRUNCATE';

    CREATE TYPE billing_interval AS ENUM ('month', 'year');
    CREATE TYPE technology AS ENUM ('none', 'dsl', 'fiber');

    CREATE TABLE plans (
      plan_code text PRIMARY KEY CHECK (plan_code ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
      created_at timestamptz NOT NULL DEFAULT now()
    );
    CREATE TABLE plan_versions (
      plan_code text NOT NULL REFERENCES plans,
      version integer NOT NULL CHECK (version >= 1),
      plan_name text NOT NULL,
      price_minor bigint NOT NULL CHECK (price_minor >= 0),
      currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
      billing_interval billing_interval NOT NULL,
      technology technology NOT NULL,
      features text[] NOT NULL,
      allowances jsonb NOT NULL DEFAULT '{}',
      available_from date NOT NULL,
      available_until date,
      published_at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (plan_code, version),
      CHECK (available_until IS NULL OR available_until >= available_from)
    );
    COMMENT ON COLUMN plan_versions.available_until IS 'the first date on which the plan can no longer start; null: no end';
    CREATE TRIGGER plan_versions_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON plan_versions
      FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

    CREATE VIEW current_plan_versions AS
      SELECT DISTINCT ON (plan_code) * FROM plan_versions WHERE published_at <= now() ORDER BY plan_code, version DESC;

    CREATE TABLE promotions (
      promotion_code text PRIMARY KEY CHECK (promotion_code ~ '^[A-Z0-9]+(-[A-Z0-9]+)*$'),
      plan_code text NOT NULL REFERENCES plans,
      description text NOT NULL,
      percent_off integer CHECK (percent_off BETWEEN 1 AND 100),
      amount_off_minor bigint CHECK (amount_off_minor > 0),
      valid_from date NOT NULL,
      valid_until date NOT NULL,
      withdrawn_at timestamptz,
      CHECK (valid_until > valid_from),
      CHECK (num_nonnulls(percent_off, amount_off_minor) = 1)
    );
    COMMENT ON COLUMN promotions.valid_until IS 'the first date on which it can no longer be used';

    CREATE TABLE terms (
      version text PRIMARY KEY,
      body text NOT NULL,
      sha256 text NOT NULL CHECK (sha256 = encode(sha256(convert_to(body, 'UTF8')), 'hex')),
      published_at timestamptz NOT NULL DEFAULT now()
    );
    CREATE TRIGGER terms_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON terms
      FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

    GRANT SELECT ON plans, plan_versions, current_plan_versions, promotions, terms TO app, auditor;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    DROP VIEW current_plan_versions;
    DROP TABLE terms, promotions, plan_versions, plans;
    DROP TYPE technology, billing_interval;
    DROP FUNCTION refuse_change;
  `);
}
