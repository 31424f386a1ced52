import type { Knex } from 'knex';
import { FORMER_FUNCTIONS, FORMER_PERIODS, FUNCTIONS, PATH } from './018-functions.ts';

const PERIODS = `
    DROP TRIGGER subscription_periods_only_close ON subscription_periods;
    DROP FUNCTION refuse_moved_period;
    REVOKE INSERT, UPDATE (valid) ON subscription_periods FROM app;

    CREATE UNIQUE INDEX subscription_periods_one_first ON subscription_periods (subscription_id)
      WHERE plan_change_id IS NULL;
    COMMENT ON INDEX subscription_periods_one_first IS 'the first period of a subscription came with it; each later one belongs to a change';
    CREATE UNIQUE INDEX subscription_periods_one_per_change ON subscription_periods (plan_change_id)
      WHERE plan_change_id IS NOT NULL;

    CREATE FUNCTION refuse_period_without_change() RETURNS trigger LANGUAGE plpgsql ${PATH} AS $$
    BEGIN
      IF NOT EXISTS (
        SELECT 1 FROM public.plan_changes pc
        JOIN public.quotes q ON q.plan_change_id = pc.id AND q.revision = pc.quote_revision
        JOIN public.consents k ON k.plan_change_id = pc.id AND k.quote_hash = q.hash
        WHERE pc.id = NEW.plan_change_id AND pc.subscription_id = NEW.subscription_id AND pc.status = 'activating') THEN
        RAISE EXCEPTION 'a plan is switched by a change of the subscription that was agreed to and is being activated'
          USING ERRCODE = 'check_violation';
      END IF;
      RETURN NEW;
    END $$;
    CREATE TRIGGER subscription_periods_of_a_change BEFORE INSERT ON subscription_periods
      FOR EACH ROW WHEN (NEW.plan_change_id IS NOT NULL) EXECUTE FUNCTION refuse_period_without_change();

    CREATE FUNCTION switch_plan(applied uuid) RETURNS timestamptz LANGUAGE plpgsql SECURITY DEFINER ${PATH} AS $$
    DECLARE
      change public.plan_changes;
      switched_at timestamptz;
    BEGIN
      SELECT * INTO change FROM public.plan_changes pc
        WHERE pc.id = applied AND pc.status = 'activating' AND pc.applied_at IS NOT NULL;
      IF NOT FOUND THEN
        RAISE EXCEPTION 'plan change % is not being activated', applied USING ERRCODE = 'check_violation';
      END IF;
      -- At the wanted instant, but always after the running period began: an empty period is no period.
      UPDATE public.subscription_periods p SET valid = tstzrange(lower(p.valid),
          greatest(coalesce(change.activate_at, change.applied_at), lower(p.valid) + interval '1 microsecond'))
        WHERE p.subscription_id = change.subscription_id AND upper_inf(p.valid)
        RETURNING upper(p.valid) INTO switched_at;
      IF NOT FOUND THEN
        RAISE EXCEPTION 'the subscription has no running period' USING ERRCODE = 'no_data_found';
      END IF;
      INSERT INTO public.subscription_periods
          (subscription_id, valid, plan_code, plan_version, price_minor, promotion_code, plan_change_id)
        VALUES (change.subscription_id, tstzrange(switched_at, NULL), change.to_plan_code, change.to_plan_version,
          change.to_price_minor, change.promotion_code, change.id);
      RETURN switched_at;
    END $$;
    COMMENT ON FUNCTION switch_plan IS 'the one way in which the app switches a plan: to what a change that is being activated says, at its time';
    REVOKE ALL ON FUNCTION switch_plan, refuse_period_without_change FROM PUBLIC;
    GRANT EXECUTE ON FUNCTION switch_plan TO app;`;

const CHANGES = `
    CREATE FUNCTION refuse_change_begun_elsewhere() RETURNS trigger LANGUAGE plpgsql ${PATH} AS $$
    BEGIN
      RAISE EXCEPTION 'a plan change begins by being quoted or rejected' USING ERRCODE = 'check_violation';
    END $$;
    CREATE TRIGGER plan_changes_begin_quoted BEFORE INSERT ON plan_changes FOR EACH ROW
      WHEN (NEW.status NOT IN ('quoting', 'awaiting_consent', 'rejected')
        OR NEW.applied_at IS NOT NULL OR NEW.confirmed_at IS NOT NULL)
      EXECUTE FUNCTION refuse_change_begun_elsewhere();

    CREATE FUNCTION refuse_rewriting_ended_change() RETURNS trigger LANGUAGE plpgsql ${PATH} AS $$
    DECLARE
      allowed public.plan_changes := OLD;
    BEGIN
      allowed.confirmed_at := coalesce(OLD.confirmed_at, NEW.confirmed_at);
      IF OLD.status = 'activated' THEN
        allowed.status := NEW.status;
        allowed.closed_at := NEW.closed_at;
      END IF;
      IF NEW IS DISTINCT FROM allowed THEN
        RAISE EXCEPTION 'plan change % is % and not rewritten', OLD.id, OLD.status USING ERRCODE = 'check_violation';
      END IF;
      RETURN NEW;
    END $$;
    COMMENT ON FUNCTION refuse_rewriting_ended_change IS 'once in force or closed, a change is only completed and confirmed, each once';
    CREATE TRIGGER plan_changes_ended_stay BEFORE UPDATE ON plan_changes FOR EACH ROW
      WHEN (OLD.status = 'activated' OR OLD.closed_at IS NOT NULL) EXECUTE FUNCTION refuse_rewriting_ended_change();

    REVOKE UPDATE ON plan_changes FROM app;
    GRANT UPDATE (status, activation_when, promotion_code, from_plan_code, from_plan_version, from_price_minor,
      from_valid_from, to_plan_code, to_plan_version, to_price_minor, effective_date, activate_at, quote_revision,
      consent_deadline_at, hold_reason, hold_details, applied_at, closed_at, confirmed_at) ON plan_changes TO app;

    CREATE FUNCTION refuse_another_answer() RETURNS trigger LANGUAGE plpgsql ${PATH} AS $$
    BEGIN
      RAISE EXCEPTION 'the answer to a request is stored once' USING ERRCODE = 'check_violation';
    END $$;
    CREATE TRIGGER idempotency_keys_answered_once BEFORE UPDATE ON idempotency_keys FOR EACH ROW
      WHEN (OLD.answered_at IS NOT NULL AND OLD IS DISTINCT FROM NEW) EXECUTE FUNCTION refuse_another_answer();
    REVOKE UPDATE ON idempotency_keys FROM app;
    GRANT UPDATE (answer_status, answer_headers, answer_body, answered_at) ON idempotency_keys TO app;

    REVOKE ALL ON FUNCTION refuse_change_begun_elsewhere, refuse_rewriting_ended_change, refuse_another_answer
      FROM PUBLIC;`;

const ANCHORS = `
    ALTER TABLE note_anchors ADD CONSTRAINT note_anchors_as_sealed CHECK (coalesce(
      (sealed::jsonb #>> '{anchor,number}') = number::text
      AND (sealed::jsonb #>> '{anchor,date}') = to_char(anchored_on, 'YYYY-MM-DD'), false));

    CREATE FUNCTION refuse_anchor_out_of_order() RETURNS trigger LANGUAGE plpgsql ${PATH} AS $$
    DECLARE
      latest public.note_anchors;
    BEGIN
      SELECT * INTO latest FROM public.note_anchors ORDER BY number DESC LIMIT 1;
      IF NEW.number <> coalesce(latest.number, 0) + 1 OR NEW.anchored_on < latest.anchored_on
        -- The clocks of the writer and of the database may differ around midnight.
        OR NEW.anchored_on > ((now() + interval '1 hour') AT TIME ZONE 'UTC')::date
        OR (NEW.sealed::jsonb #>> '{anchor,previous}') IS DISTINCT FROM
          coalesce(encode(sha256(convert_to(latest.sealed, 'UTF8')), 'hex'), repeat('0', 64)) THEN
        RAISE EXCEPTION 'anchor % does not follow the one before', NEW.number USING ERRCODE = 'check_violation';
      END IF;
      RETURN NEW;
    END $$;
    CREATE TRIGGER note_anchors_in_order BEFORE INSERT ON note_anchors
      FOR EACH ROW EXECUTE FUNCTION refuse_anchor_out_of_order();

    CREATE FUNCTION add_note_anchor(number integer, anchored_on date, sealed text, moved jsonb) RETURNS void
      LANGUAGE plpgsql SECURITY DEFINER ${PATH} AS $$
    BEGIN
      INSERT INTO public.note_anchors (number, anchored_on, sealed)
        VALUES (add_note_anchor.number, add_note_anchor.anchored_on, add_note_anchor.sealed);
      INSERT INTO public.note_anchor_heads (number, customer_id, sequence, hash)
        SELECT add_note_anchor.number, h."customerId", n.sequence, n.hash
        FROM jsonb_to_recordset(moved) AS h ("customerId" uuid, sequence bigint, hash text)
        LEFT JOIN public.account_notes n
          ON n.customer_id = h."customerId" AND n.sequence = h.sequence AND n.hash = h.hash;
    END $$;
    COMMENT ON FUNCTION add_note_anchor IS 'the one way in which the app adds an anchor: the next one, with heads that are in their chains';
    REVOKE ALL ON FUNCTION add_note_anchor, refuse_anchor_out_of_order FROM PUBLIC;
    GRANT EXECUTE ON FUNCTION add_note_anchor TO app;
    REVOKE INSERT ON note_anchors, note_anchor_heads FROM app;`;

/**
 * The app adds to history and cannot bend it: no temporary table of its own stands in for a real one, a plan is
 * switched by nothing but a change that is being activated, what has ended stays as it was, and an anchor follows
 * the one before. That nobody makes temporary tables is a right of the database: see `migrate`.
 */
export async function up(knex: Knex): Promise<void> {
  for (const part of [FUNCTIONS, PERIODS, CHANGES, ANCHORS]) await knex.raw(part);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    GRANT INSERT ON note_anchors, note_anchor_heads TO app;
    DROP FUNCTION add_note_anchor;
    DROP TRIGGER note_anchors_in_order ON note_anchors;
    DROP FUNCTION refuse_anchor_out_of_order;
    ALTER TABLE note_anchors DROP CONSTRAINT note_anchors_as_sealed;

    REVOKE UPDATE (answer_status, answer_headers, answer_body, answered_at) ON idempotency_keys FROM app;
    GRANT UPDATE ON idempotency_keys TO app;
    DROP TRIGGER idempotency_keys_answered_once ON idempotency_keys;
    REVOKE UPDATE (status, activation_when, promotion_code, from_plan_code, from_plan_version, from_price_minor,
      from_valid_from, to_plan_code, to_plan_version, to_price_minor, effective_date, activate_at, quote_revision,
      consent_deadline_at, hold_reason, hold_details, applied_at, closed_at, confirmed_at) ON plan_changes FROM app;
    GRANT UPDATE ON plan_changes TO app;
    DROP TRIGGER plan_changes_ended_stay ON plan_changes;
    DROP TRIGGER plan_changes_begin_quoted ON plan_changes;
    DROP FUNCTION refuse_another_answer, refuse_rewriting_ended_change, refuse_change_begun_elsewhere;

    DROP FUNCTION switch_plan;
    DROP TRIGGER subscription_periods_of_a_change ON subscription_periods;
    DROP FUNCTION refuse_period_without_change;
    DROP INDEX subscription_periods_one_per_change, subscription_periods_one_first;
  `);
  await knex.raw(FORMER_PERIODS);
  await knex.raw(FORMER_FUNCTIONS);
}
