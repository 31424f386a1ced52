import type { Knex } from 'knex';

/**
 * A change is open until it is activated: what remains is its summary mail, and a mail server that is away must
 * not keep the customer from changing again. The table of transitions is enforced here as in domain/, and a
 * compensation that finds another plan running has a hold reason of its own.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    DROP INDEX plan_changes_one_open;
    CREATE UNIQUE INDEX plan_changes_one_open ON plan_changes (subscription_id)
      WHERE status IN ('quoting', 'awaiting_consent', 'scheduled', 'activating', 'held');

    ALTER TYPE hold_reason ADD VALUE 'plan_not_restored';

    CREATE FUNCTION plan_change_may_follow(was plan_change_status, becomes plan_change_status) RETURNS boolean
    LANGUAGE sql STABLE AS $$
      SELECT CASE was::text
        WHEN 'quoting' THEN becomes::text IN ('awaiting_consent', 'rejected')
        WHEN 'awaiting_consent' THEN becomes::text IN ('scheduled', 'activating', 'held', 'failed', 'declined', 'cancelled', 'expired')
        WHEN 'scheduled' THEN becomes::text IN ('activating', 'held', 'failed', 'awaiting_consent', 'cancelled')
        WHEN 'activating' THEN becomes::text IN ('activated', 'held', 'failed')
        WHEN 'held' THEN becomes::text IN ('awaiting_consent', 'cancelled', 'expired')
        WHEN 'activated' THEN becomes::text = 'completed'
        ELSE false
      END
    $$;
    CREATE OR REPLACE FUNCTION guard_plan_change_status() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF NEW.status <> OLD.status AND NOT plan_change_may_follow(OLD.status, NEW.status) THEN
        RAISE EXCEPTION 'plan change % is % and cannot become %', OLD.id, OLD.status, NEW.status USING ERRCODE = 'check_violation';
      END IF;
      RETURN NEW;
    END $$;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE OR REPLACE FUNCTION guard_plan_change_status() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF OLD.status IN ('completed', 'rejected', 'declined', 'expired', 'cancelled', 'failed') AND NEW.status <> OLD.status THEN
        RAISE EXCEPTION 'plan change % is % for good', OLD.id, OLD.status USING ERRCODE = 'check_violation';
      END IF;
      RETURN NEW;
    END $$;
    DROP FUNCTION plan_change_may_follow;

    ALTER TABLE plan_changes ALTER COLUMN hold_reason TYPE text;
    UPDATE plan_changes SET hold_reason = 'read_back_mismatch' WHERE hold_reason = 'plan_not_restored';
    DROP TYPE hold_reason;
    CREATE TYPE hold_reason AS ENUM (
      'price_changed', 'plan_version_changed', 'plan_unavailable', 'promotion_unavailable', 'current_plan_changed',
      'account_not_active', 'quote_changed', 'activation_late', 'read_back_mismatch');
    ALTER TABLE plan_changes ALTER COLUMN hold_reason TYPE hold_reason USING hold_reason::hold_reason;

    DROP INDEX plan_changes_one_open;
    CREATE UNIQUE INDEX plan_changes_one_open ON plan_changes (subscription_id)
      WHERE status IN ('quoting', 'awaiting_consent', 'scheduled', 'activating', 'held', 'activated');
  `);
}
