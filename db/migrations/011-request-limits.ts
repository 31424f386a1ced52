import type { Knex } from 'knex';

/** Counters of requests, and when a key was last used. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE UNLOGGED TABLE request_counts (key text PRIMARY KEY, points integer NOT NULL DEFAULT 0, expire double precision);
    COMMENT ON TABLE request_counts IS 'counters of a minute, of rate-limiter-flexible, which fixes the columns; unlogged, so that counting waits for no disk: a crash of PostgreSQL forgets that minute';
    GRANT SELECT, INSERT, UPDATE, DELETE ON request_counts TO app;

    ALTER TABLE api_keys ADD last_used_at timestamptz;
    COMMENT ON COLUMN api_keys.last_used_at IS 'to within the hour';
    GRANT UPDATE (last_used_at) ON api_keys TO app;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    REVOKE UPDATE (last_used_at) ON api_keys FROM app;
    ALTER TABLE api_keys DROP last_used_at;
    DROP TABLE request_counts;
  `);
}
