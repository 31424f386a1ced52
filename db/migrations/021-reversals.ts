import type { Knex } from 'knex';
import { PATH } from './018-functions.ts';

/**
 * A reversal takes back a line or an entry that was posted, whole, and only while the activation of its change is being
 * stopped. What goes to the balance needs the consent to its quote, as every charge does, and is of the customer and
 * the currency of its change. The release before, which names no quote hash, may go on posting.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE balance_entries ADD quote_hash text;
    ALTER TABLE balance_entries DISABLE TRIGGER balance_entries_append_only;
    UPDATE balance_entries b SET quote_hash = q.hash FROM quotes q
      WHERE (q.plan_change_id, q.revision) = (b.plan_change_id, b.quote_revision);
    ALTER TABLE balance_entries ENABLE TRIGGER balance_entries_append_only;
    ALTER TABLE balance_entries ALTER quote_hash SET NOT NULL,
      ADD FOREIGN KEY (plan_change_id, quote_revision, quote_hash) REFERENCES quotes (plan_change_id, revision, hash),
      ADD FOREIGN KEY (plan_change_id, quote_hash) REFERENCES consents (plan_change_id, quote_hash);
    COMMENT ON COLUMN balance_entries.quote_hash IS 'nothing goes to the balance without a consent to exactly this quote';

    CREATE FUNCTION refuse_reversed_charge() RETURNS trigger LANGUAGE plpgsql ${PATH} AS $$
    BEGIN
      IF NOT EXISTS (
        SELECT 1 FROM public.charges o JOIN public.plan_changes pc ON pc.id = o.plan_change_id
        WHERE NOT o.reversal AND pc.status = 'activating' AND pc.quote_revision = o.quote_revision
          AND (o.plan_change_id, o.quote_revision, o.quote_hash, o.line_no, o.kind, o.currency, o.effective_date,
               o.service_start, o.service_end, o.days, o.of_days, -o.amount_minor)
            = (NEW.plan_change_id, NEW.quote_revision, NEW.quote_hash, NEW.line_no, NEW.kind, NEW.currency, NEW.effective_date,
               NEW.service_start, NEW.service_end, NEW.days, NEW.of_days, NEW.amount_minor)) THEN
        RAISE EXCEPTION 'a reversal takes back a line that was posted, whole, while its activation is stopped'
          USING ERRCODE = 'check_violation';
      END IF;
      RETURN NEW;
    END $$;
    CREATE TRIGGER charges_reversed_whole BEFORE INSERT ON charges
      FOR EACH ROW WHEN (NEW.reversal) EXECUTE FUNCTION refuse_reversed_charge();

    CREATE FUNCTION guard_balance_entry() RETURNS trigger LANGUAGE plpgsql ${PATH} AS $$
    BEGIN
      IF NEW.quote_hash IS NULL THEN
        SELECT q.hash INTO NEW.quote_hash FROM public.quotes q
          WHERE q.plan_change_id = NEW.plan_change_id AND q.revision = NEW.quote_revision;
      END IF;
      IF NOT EXISTS (SELECT 1 FROM public.plan_changes pc WHERE pc.id = NEW.plan_change_id
                     AND pc.customer_id = NEW.customer_id AND pc.currency = NEW.currency) THEN
        RAISE EXCEPTION 'a balance entry is of the customer and the currency of its change'
          USING ERRCODE = 'check_violation';
      END IF;
      IF NEW.reversal AND NOT EXISTS (
        SELECT 1 FROM public.balance_entries o JOIN public.plan_changes pc ON pc.id = o.plan_change_id
        WHERE NOT o.reversal AND pc.status = 'activating' AND pc.quote_revision = o.quote_revision
          AND (o.plan_change_id, o.quote_revision, o.customer_id, o.currency, o.effective_date, -o.amount_minor)
            = (NEW.plan_change_id, NEW.quote_revision, NEW.customer_id, NEW.currency, NEW.effective_date, NEW.amount_minor)) THEN
        RAISE EXCEPTION 'a reversal takes back an entry that was posted, whole, while its activation is stopped'
          USING ERRCODE = 'check_violation';
      END IF;
      RETURN NEW;
    END $$;
    CREATE TRIGGER balance_entries_guarded BEFORE INSERT ON balance_entries
      FOR EACH ROW EXECUTE FUNCTION guard_balance_entry();

    REVOKE ALL ON FUNCTION refuse_reversed_charge, guard_balance_entry FROM PUBLIC;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    DROP TRIGGER balance_entries_guarded ON balance_entries;
    DROP FUNCTION guard_balance_entry;
    DROP TRIGGER charges_reversed_whole ON charges;
    DROP FUNCTION refuse_reversed_charge;
    ALTER TABLE balance_entries DROP quote_hash;
  `);
}
