/** What decides in the name of the owner finds its tables in `public`: a temporary one of the caller comes last. */
export const PATH = 'SET search_path = pg_catalog, public, pg_temp';

/** The functions of before, with their tables named in full. */
export const FUNCTIONS = `
    CREATE OR REPLACE FUNCTION chain_account_note() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER ${PATH} AS $$
    BEGIN
      -- One writer at a time per account: the chain has no forks.
      PERFORM pg_advisory_xact_lock(hashtextextended(NEW.customer_id::text, 7));
      SELECT n.sequence + 1, n.hash INTO NEW.sequence, NEW.previous_hash
        FROM public.account_notes n WHERE n.customer_id = NEW.customer_id ORDER BY n.sequence DESC LIMIT 1;
      IF NEW.sequence IS NULL THEN
        NEW.sequence := 1;
        NEW.previous_hash := repeat('0', 64);
      END IF;
      NEW.created_at := clock_timestamp();
      NEW.hash := public.account_note_hash(NEW);
      RETURN NEW;
    END $$;

    CREATE OR REPLACE FUNCTION broken_account_notes(account uuid) RETURNS SETOF bigint LANGUAGE sql STABLE ${PATH} AS $$
      SELECT sequence FROM (
        SELECT n.sequence, n.hash, n.previous_hash, public.account_note_hash(n) AS computed,
               row_number() OVER w AS position, lag(n.hash, 1, repeat('0', 64)) OVER w AS hash_before
        FROM public.account_notes n WHERE n.customer_id = account WINDOW w AS (ORDER BY n.sequence)) AS chain
      WHERE hash <> computed OR previous_hash <> hash_before OR sequence <> position
      ORDER BY sequence
    $$;

    CREATE OR REPLACE FUNCTION refuse_late_consent() RETURNS trigger LANGUAGE plpgsql ${PATH} AS $$
    BEGIN
      IF NOT EXISTS (SELECT 1 FROM public.quotes q WHERE q.plan_change_id = NEW.plan_change_id
                     AND q.hash = NEW.quote_hash AND NEW.accepted_at < q.expires_at) THEN
        RAISE EXCEPTION 'consent after the quote expired' USING ERRCODE = 'check_violation';
      END IF;
      RETURN NEW;
    END $$;

    CREATE OR REPLACE FUNCTION record_plan_change_transition() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER ${PATH} AS $$
    BEGIN
      IF TG_OP = 'INSERT' OR NEW.status <> OLD.status THEN
        INSERT INTO public.plan_change_transitions (plan_change_id, status) VALUES (NEW.id, NEW.status);
        PERFORM pg_notify('plan_change_status', NEW.id::text);
      END IF;
      RETURN NULL;
    END $$;

    CREATE OR REPLACE FUNCTION guard_plan_change_status() RETURNS trigger LANGUAGE plpgsql ${PATH} AS $$
    BEGIN
      IF NEW.status <> OLD.status AND NOT public.plan_change_may_follow(OLD.status, NEW.status) THEN
        RAISE EXCEPTION 'plan change % is % and cannot become %', OLD.id, OLD.status, NEW.status USING ERRCODE = 'check_violation';
      END IF;
      RETURN NEW;
    END $$;

    CREATE OR REPLACE FUNCTION take_back_period(taken_back uuid) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER ${PATH} AS $$
    DECLARE
      gone public.subscription_periods;
    BEGIN
      DELETE FROM public.subscription_periods p USING public.plan_changes pc
        WHERE p.plan_change_id = taken_back AND upper_inf(p.valid) AND pc.id = taken_back AND pc.status = 'activating'
        RETURNING p.* INTO gone;
      IF NOT FOUND THEN
        RETURN false;
      END IF;
      UPDATE public.subscription_periods SET valid = tstzrange(lower(valid), NULL)
        WHERE subscription_id = gone.subscription_id AND upper(valid) = lower(gone.valid);
      IF NOT FOUND THEN
        RAISE EXCEPTION 'the period before is missing' USING ERRCODE = 'no_data_found';
      END IF;
      RETURN true;
    END $$;

    ALTER FUNCTION refuse_change() ${PATH};
    ALTER FUNCTION refuse_closing_account() ${PATH};
    REVOKE ALL ON FUNCTION chain_account_note, refuse_late_consent, record_plan_change_transition,
      guard_plan_change_status, refuse_change, refuse_closing_account FROM PUBLIC;`;

/** The functions as migrations 004 to 014 made them: what 018 goes back to. */
export const FORMER_FUNCTIONS = `
    GRANT EXECUTE ON FUNCTION chain_account_note, refuse_late_consent, record_plan_change_transition,
      guard_plan_change_status, refuse_change, refuse_closing_account TO PUBLIC;
    ALTER FUNCTION refuse_closing_account() RESET search_path;
    ALTER FUNCTION refuse_change() RESET search_path;

    CREATE OR REPLACE FUNCTION chain_account_note() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
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

    CREATE OR REPLACE FUNCTION broken_account_notes(account uuid) RETURNS SETOF bigint LANGUAGE sql STABLE AS $$
      SELECT sequence FROM (
        SELECT n.sequence, n.hash, n.previous_hash, account_note_hash(n) AS computed,
               row_number() OVER w AS position, lag(n.hash, 1, repeat('0', 64)) OVER w AS hash_before
        FROM account_notes n WHERE n.customer_id = account WINDOW w AS (ORDER BY n.sequence)) AS chain
      WHERE hash <> computed OR previous_hash <> hash_before OR sequence <> position
      ORDER BY sequence
    $$;

    CREATE OR REPLACE FUNCTION refuse_late_consent() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF NOT EXISTS (SELECT 1 FROM quotes q WHERE q.plan_change_id = NEW.plan_change_id AND q.hash = NEW.quote_hash
                     AND NEW.accepted_at < q.expires_at) THEN
        RAISE EXCEPTION 'consent after the quote expired' USING ERRCODE = 'check_violation';
      END IF;
      RETURN NEW;
    END $$;

    CREATE OR REPLACE FUNCTION guard_plan_change_status() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF NEW.status <> OLD.status AND NOT plan_change_may_follow(OLD.status, NEW.status) THEN
        RAISE EXCEPTION 'plan change % is % and cannot become %', OLD.id, OLD.status, NEW.status USING ERRCODE = 'check_violation';
      END IF;
      RETURN NEW;
    END $$;

    CREATE OR REPLACE FUNCTION take_back_period(taken_back uuid) RETURNS boolean
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

    CREATE OR REPLACE FUNCTION record_plan_change_transition() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
    BEGIN
      IF TG_OP = 'INSERT' OR NEW.status <> OLD.status THEN
        INSERT INTO plan_change_transitions (plan_change_id, status) VALUES (NEW.id, NEW.status);
        PERFORM pg_notify('plan_change_status', NEW.id::text);
      END IF;
      RETURN NULL;
    END $$;
`;

/** The app closed and opened periods itself. */
export const FORMER_PERIODS = `
    CREATE FUNCTION refuse_moved_period() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF NOT upper_inf(OLD.valid) OR upper_inf(NEW.valid) OR lower(NEW.valid) <> lower(OLD.valid) THEN
        RAISE EXCEPTION 'a period is closed once and never moved' USING ERRCODE = 'insufficient_privilege';
      END IF;
      RETURN NEW;
    END $$;
    CREATE TRIGGER subscription_periods_only_close BEFORE UPDATE ON subscription_periods
      FOR EACH ROW WHEN (current_user = 'app') EXECUTE FUNCTION refuse_moved_period();
    GRANT INSERT, UPDATE (valid) ON subscription_periods TO app;
`;
