import type { Knex } from 'knex';

const WATCHED = {
  // The first quote comes with the first status.
  quotes: `AFTER INSERT ON quotes FOR EACH ROW WHEN (NEW.revision > 1)`,
  email_outbox: `AFTER INSERT OR UPDATE OF status ON email_outbox FOR EACH ROW`,
  confirmations: `AFTER UPDATE OF confirmed_at ON plan_changes FOR EACH ROW`,
};

/** Whoever follows a change hears of a new quote, of its mails and of a confirmation too: none of them is a status. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE FUNCTION tell_listeners() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
    BEGIN
      PERFORM pg_notify('plan_change_status', to_jsonb(NEW) ->> TG_ARGV[0]);
      RETURN NULL;
    END $$;
    REVOKE EXECUTE ON FUNCTION tell_listeners() FROM PUBLIC;
    CREATE TRIGGER quotes_told ${WATCHED.quotes} EXECUTE FUNCTION tell_listeners('plan_change_id');
    CREATE TRIGGER email_outbox_told ${WATCHED.email_outbox} EXECUTE FUNCTION tell_listeners('plan_change_id');
    CREATE TRIGGER plan_changes_confirmed_told ${WATCHED.confirmations} EXECUTE FUNCTION tell_listeners('id');
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    DROP TRIGGER plan_changes_confirmed_told ON plan_changes;
    DROP TRIGGER email_outbox_told ON email_outbox;
    DROP TRIGGER quotes_told ON quotes;
    DROP FUNCTION tell_listeners;
  `);
}
