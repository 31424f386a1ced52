import type { Knex } from 'knex';

/**
 * Names are corrected and people move: a quote and a consent keep the customer as the account had them then, so that
 * what was agreed stays with who agreed to it. The hashes that notes name cover it, over a salt, as other personal
 * details. Rows from before have none.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE quotes ADD customer jsonb;
    ALTER TABLE consents ADD customer jsonb;
    COMMENT ON COLUMN quotes.customer IS 'name, account number and time zone as they were, with a salt; null: from before they were kept';
    COMMENT ON COLUMN consents.customer IS 'name, account number and time zone as they were, with a salt; null: from before they were kept';
  `);
}

/** Refused once a quote has its customer: the hash that its note names could no longer be made again. */
export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    DO $$ BEGIN
      IF EXISTS (SELECT 1 FROM quotes WHERE customer IS NOT NULL) THEN
        RAISE EXCEPTION 'notes name hashes of the customer as quoted' USING ERRCODE = 'object_in_use';
      END IF;
    END $$;
    ALTER TABLE consents DROP customer;
    ALTER TABLE quotes DROP customer;
  `);
}
