import type { Knex } from 'knex';
import { PATH } from './018-functions.ts';

/** From which status a mail comes to which, but by its claim and its release: see `updateMail` and `recordEmailEvent`. */
const WAYS = `
      ('queued', 'accepted'), ('queued', 'given_up'), ('queued', 'superseded'),
      ('sending', 'accepted'), ('sending', 'given_up'), ('sending', 'unknown'),
      ('superseded', 'accepted'), ('unknown', 'accepted'),
      ('queued', 'delivered'), ('queued', 'bounced'), ('queued', 'dropped'),
      ('sending', 'delivered'), ('sending', 'bounced'), ('sending', 'dropped'),
      ('superseded', 'delivered'), ('superseded', 'bounced'), ('superseded', 'dropped'),
      ('unknown', 'delivered'), ('unknown', 'bounced'), ('unknown', 'dropped'),
      ('accepted', 'delivered'), ('accepted', 'bounced'), ('accepted', 'dropped'),
      ('given_up', 'delivered'), ('given_up', 'bounced'), ('given_up', 'dropped'),
      ('delivered', 'bounced'), ('delivered', 'dropped')`;

/**
 * A mail goes forward only, as the steps and the provider's events take it. The app's role may not take back that it was
 * accepted, count sends that were none, or put in a mail that has already left. An owner who mends something may.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE FUNCTION refuse_mail_begun_elsewhere() RETURNS trigger LANGUAGE plpgsql ${PATH} AS $$
    BEGIN
      RAISE EXCEPTION 'a mail begins in the queue' USING ERRCODE = 'check_violation';
    END $$;
    CREATE TRIGGER email_outbox_begins_queued BEFORE INSERT ON email_outbox FOR EACH ROW
      WHEN (current_user = 'app' AND (NEW.status <> 'queued' OR NEW.attempts <> 0 OR NEW.possible_duplicates <> 0
        OR num_nonnulls(NEW.claimed_at, NEW.provider_message_id, NEW.accepted_at) > 0))
      EXECUTE FUNCTION refuse_mail_begun_elsewhere();

    CREATE FUNCTION refuse_mail_going_back() RETURNS trigger LANGUAGE plpgsql ${PATH} AS $$
    DECLARE
      is_claim boolean := NEW.status = 'sending' AND OLD.status IN ('queued', 'sending')
        AND NEW.attempts = OLD.attempts + 1
        AND NEW.possible_duplicates = OLD.possible_duplicates + (OLD.status = 'sending')::integer
        AND NEW.claimed_at IS NOT DISTINCT FROM now()
        AND OLD.accepted_at IS NULL AND NEW.accepted_at IS NULL AND NEW.provider_message_id IS NULL;
      is_counted_as_before boolean := (NEW.attempts, NEW.possible_duplicates, NEW.claimed_at)
        IS NOT DISTINCT FROM (OLD.attempts, OLD.possible_duplicates, OLD.claimed_at);
      is_accepted_as_before boolean := (NEW.accepted_at, NEW.provider_message_id)
        IS NOT DISTINCT FROM (OLD.accepted_at, OLD.provider_message_id);
      -- The id comes with the acceptance by the step, or after one that an event told of; each is set once.
      is_acceptance boolean := NEW.accepted_at IS NOT DISTINCT FROM coalesce(OLD.accepted_at, now())
        AND (OLD.provider_message_id IS NULL OR NEW.provider_message_id IS NOT DISTINCT FROM OLD.provider_message_id)
        AND OLD.status NOT IN ('given_up', 'superseded');
      is_told boolean := NEW.accepted_at IS NOT DISTINCT FROM coalesce(OLD.accepted_at, now())
        AND NEW.provider_message_id IS NOT DISTINCT FROM OLD.provider_message_id;
    BEGIN
      IF is_claim THEN
        RETURN NEW;
      END IF;
      IF is_counted_as_before THEN
        IF NEW.status = OLD.status AND is_acceptance THEN
          RETURN NEW;
        END IF;
        IF OLD.status = 'sending' AND NEW.status = 'queued' AND is_accepted_as_before AND OLD.accepted_at IS NULL THEN
          RETURN NEW;
        END IF;
        IF (OLD.status::text, NEW.status::text) IN (VALUES ${WAYS}) THEN
          IF NEW.status IN ('given_up', 'superseded', 'unknown') THEN
            IF is_accepted_as_before AND OLD.accepted_at IS NULL THEN
              RETURN NEW;
            END IF;
          ELSIF is_told THEN
            RETURN NEW;
          END IF;
        END IF;
      END IF;
      RAISE EXCEPTION 'mail % is % and does not become % so', OLD.id, OLD.status, NEW.status
        USING ERRCODE = 'check_violation';
    END $$;
    COMMENT ON FUNCTION refuse_mail_going_back IS 'what the app does to a mail: claims it, puts it back, settles it once, and takes on what the provider tells';
    CREATE TRIGGER email_outbox_goes_forward BEFORE UPDATE ON email_outbox FOR EACH ROW
      WHEN (current_user = 'app' AND OLD IS DISTINCT FROM NEW) EXECUTE FUNCTION refuse_mail_going_back();
    REVOKE ALL ON FUNCTION refuse_mail_begun_elsewhere, refuse_mail_going_back FROM PUBLIC;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    DROP TRIGGER email_outbox_goes_forward ON email_outbox;
    DROP TRIGGER email_outbox_begins_queued ON email_outbox;
    DROP FUNCTION refuse_mail_going_back, refuse_mail_begun_elsewhere;
  `);
}
