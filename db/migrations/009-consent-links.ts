import type { Knex } from 'knex';

/** Links by which customers give written consent: single use, bound to one quote, only the token's hash kept. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE consent_links (
      id uuid PRIMARY KEY DEFAULT uuidv7(),
      token_sha256 text NOT NULL UNIQUE CHECK (token_sha256 ~ '^[0-9a-f]{64}$'),
      plan_change_id uuid NOT NULL,
      quote_hash text NOT NULL,
      mail_id uuid NOT NULL REFERENCES email_outbox,
      expires_at timestamptz NOT NULL,
      failed_tries integer NOT NULL DEFAULT 0,
      used_at timestamptz,
      created_at timestamptz NOT NULL DEFAULT now(),
      FOREIGN KEY (plan_change_id, quote_hash) REFERENCES quotes (plan_change_id, hash)
    );
    COMMENT ON COLUMN consent_links.mail_id IS 'the mail that carried it; each time that mail leaves it gets a new link';
    CREATE INDEX consent_links_by_change ON consent_links (plan_change_id);

    GRANT SELECT, INSERT ON consent_links TO app;
    GRANT UPDATE (failed_tries, used_at) ON consent_links TO app;
    GRANT SELECT ON consent_links TO auditor;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`DROP TABLE consent_links;`);
}
