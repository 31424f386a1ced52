import type { Knex } from 'knex';

/** One row per plan change, its quotes, and the rule that a terminal status is never left. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TYPE plan_change_status AS ENUM (
      'quoting', 'awaiting_consent', 'scheduled', 'activating', 'held', 'activated',
      'completed', 'rejected', 'declined', 'expired', 'cancelled', 'failed');
    CREATE TYPE activation_when AS ENUM ('immediately', 'on_date', 'end_of_cycle');
    CREATE TYPE hold_reason AS ENUM (
      'price_changed', 'plan_version_changed', 'plan_unavailable', 'promotion_unavailable', 'current_plan_changed',
      'account_not_active', 'quote_changed', 'activation_late', 'read_back_mismatch');

    CREATE TABLE plan_changes (
      id uuid PRIMARY KEY,
      customer_id uuid NOT NULL REFERENCES customers,
      subscription_id uuid NOT NULL REFERENCES subscriptions,
      agent_id uuid NOT NULL REFERENCES agents,
      identification_id uuid NOT NULL REFERENCES identifications,
      status plan_change_status NOT NULL,
      requested_plan_code text NOT NULL,
      from_plan_code text NOT NULL,
      from_plan_version integer NOT NULL,
      from_price_minor bigint NOT NULL,
      from_valid_from timestamptz NOT NULL,
      to_plan_code text,
      to_plan_version integer,
      to_price_minor bigint,
      promotion_code text,
      currency text NOT NULL,
      activation_when activation_when NOT NULL,
      effective_date date,
      activate_at timestamptz,
      quote_revision integer NOT NULL DEFAULT 0,
      consent_deadline_at timestamptz,
      replaces_id uuid REFERENCES plan_changes,
      reverts_id uuid REFERENCES plan_changes,
      rejection_code text,
      hold_reason hold_reason,
      hold_details jsonb,
      run_id text NOT NULL,
      opened_at timestamptz NOT NULL,
      applied_at timestamptz,
      closed_at timestamptz,
      confirmed_at timestamptz,
      FOREIGN KEY (from_plan_code, from_plan_version) REFERENCES plan_versions,
      FOREIGN KEY (to_plan_code, to_plan_version) REFERENCES plan_versions,
      CHECK (status IN ('quoting', 'rejected') OR quote_revision >= 1),
      CHECK ((status = 'held') = (hold_reason IS NOT NULL)),
      CHECK ((status = 'rejected') = (rejection_code IS NOT NULL)),
      CHECK ((status IN ('completed', 'rejected', 'declined', 'expired', 'cancelled', 'failed')) = (closed_at IS NOT NULL))
    );
    COMMENT ON COLUMN plan_changes.id IS 'UUIDv5 of agent, operation and Idempotency-Key';
    CREATE UNIQUE INDEX plan_changes_one_open ON plan_changes (subscription_id)
      WHERE status IN ('quoting', 'awaiting_consent', 'scheduled', 'activating', 'held', 'activated');
    CREATE INDEX plan_changes_by_customer ON plan_changes (customer_id, id);
    CREATE INDEX plan_changes_by_status ON plan_changes (status, opened_at DESC, id DESC);

    CREATE TABLE plan_change_transitions (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      plan_change_id uuid NOT NULL REFERENCES plan_changes,
      status plan_change_status NOT NULL,
      at timestamptz NOT NULL DEFAULT now()
    );
    CREATE INDEX plan_change_transitions_by_change ON plan_change_transitions (plan_change_id, id);
    CREATE TRIGGER plan_change_transitions_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON plan_change_transitions
      FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

    CREATE FUNCTION guard_plan_change_status() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF OLD.status IN ('completed', 'rejected', 'declined', 'expired', 'cancelled', 'failed') AND NEW.status <> OLD.status THEN
        RAISE EXCEPTION 'plan change % is % for good', OLD.id, OLD.status USING ERRCODE = 'check_violation';
      END IF;
      RETURN NEW;
    END $$;
    CREATE TRIGGER plan_changes_terminal_is_final BEFORE UPDATE OF status ON plan_changes
      FOR EACH ROW EXECUTE FUNCTION guard_plan_change_status();

    CREATE FUNCTION record_plan_change_transition() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
    BEGIN
      IF TG_OP = 'INSERT' OR NEW.status <> OLD.status THEN
        INSERT INTO plan_change_transitions (plan_change_id, status) VALUES (NEW.id, NEW.status);
        PERFORM pg_notify('plan_change_status', NEW.id::text);
      END IF;
      RETURN NULL;
    END $$;
    CREATE TRIGGER plan_changes_transitions AFTER INSERT OR UPDATE OF status ON plan_changes
      FOR EACH ROW EXECUTE FUNCTION record_plan_change_transition();

    CREATE TABLE quotes (
      plan_change_id uuid NOT NULL REFERENCES plan_changes DEFERRABLE INITIALLY DEFERRED,
      revision integer NOT NULL CHECK (revision >= 1),
      hash text NOT NULL CHECK (hash ~ '^[0-9a-f]{64}$'),
      canonical_json text NOT NULL,
      effective_date date NOT NULL,
      activate_at timestamptz,
      terms_version text NOT NULL REFERENCES terms,
      lines jsonb NOT NULL,
      net_minor bigint NOT NULL,
      due_now_minor bigint NOT NULL CHECK (due_now_minor >= 0),
      to_balance_minor bigint NOT NULL CHECK (to_balance_minor >= 0),
      next_bill_date date NOT NULL,
      next_bill_minor bigint NOT NULL CHECK (next_bill_minor >= 0),
      script_version text NOT NULL,
      script_text text NOT NULL,
      interruptions text[] NOT NULL,
      expires_at timestamptz NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (plan_change_id, revision),
      UNIQUE (plan_change_id, hash),
      UNIQUE (plan_change_id, revision, hash),
      CHECK (hash = encode(sha256(convert_to(canonical_json, 'UTF8')), 'hex')),
      CHECK (due_now_minor = greatest(net_minor, 0) AND to_balance_minor = greatest(-net_minor, 0))
    );
    CREATE TRIGGER quotes_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON quotes
      FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

    ALTER TABLE subscription_periods ADD FOREIGN KEY (plan_change_id) REFERENCES plan_changes;

    CREATE TABLE step_receipts (
      workflow_id text NOT NULL,
      step text NOT NULL,
      result jsonb NOT NULL,
      committed_at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (workflow_id, step)
    );
    COMMENT ON TABLE step_receipts IS 'written in the transaction of the step: a retry after the commit returns this result';
    CREATE TRIGGER step_receipts_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON step_receipts
      FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

    GRANT SELECT ON plan_changes, plan_change_transitions, quotes, step_receipts TO app, auditor;
    GRANT INSERT, UPDATE ON plan_changes TO app;
    GRANT INSERT ON quotes, step_receipts TO app;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE subscription_periods DROP CONSTRAINT subscription_periods_plan_change_id_fkey;
    DROP TABLE step_receipts, quotes, plan_change_transitions, plan_changes;
    DROP FUNCTION record_plan_change_transition, guard_plan_change_status;
    DROP TYPE hold_reason, activation_when, plan_change_status;
  `);
}
