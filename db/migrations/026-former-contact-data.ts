import type { Knex } from 'knex';
import { PATH } from './018-functions.ts';

/**
 * Notes keep the words of then, and are masked by what is known of a customer: so what was corrected stays known, from
 * the first correction after this migration. Only the app reads it, to mask; only the trigger writes it. No row is
 * evidence: whoever takes a customer out takes their former details with them.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE former_contact_data (
      customer_id uuid NOT NULL REFERENCES customers ON DELETE CASCADE,
      kind text NOT NULL CHECK (kind IN ('full_name', 'service_address', 'email', 'account_number')),
      value text NOT NULL,
      replaced_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      PRIMARY KEY (customer_id, kind, value)
    );
    COMMENT ON TABLE former_contact_data IS 'what customers were called and reached by before a correction: only to mask it in notes';

    CREATE FUNCTION keep_former_contact_data() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER ${PATH} AS $$
    BEGIN
      INSERT INTO public.former_contact_data (customer_id, kind, value)
        SELECT OLD.id, was.kind, was.value
        FROM (VALUES ('full_name', OLD.full_name, NEW.full_name), ('service_address', OLD.service_address, NEW.service_address),
          ('email', OLD.email, NEW.email), ('account_number', OLD.account_number, NEW.account_number)) AS was (kind, value, now)
        WHERE was.value <> was.now
        ON CONFLICT DO NOTHING;
      RETURN NULL;
    END $$;
    REVOKE ALL ON FUNCTION keep_former_contact_data FROM PUBLIC;
    CREATE TRIGGER customers_former_contact_data AFTER UPDATE OF full_name, service_address, email, account_number
      ON customers FOR EACH ROW EXECUTE FUNCTION keep_former_contact_data();

    GRANT SELECT ON former_contact_data TO app;
  `);
}

/** Refused once something was corrected: notes would be shown with it again. */
export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    DO $$ BEGIN
      IF EXISTS (SELECT 1 FROM former_contact_data) THEN
        RAISE EXCEPTION 'notes are masked by former contact data' USING ERRCODE = 'object_in_use';
      END IF;
    END $$;
    DROP TRIGGER customers_former_contact_data ON customers;
    DROP FUNCTION keep_former_contact_data;
    DROP TABLE former_contact_data;
  `);
}
