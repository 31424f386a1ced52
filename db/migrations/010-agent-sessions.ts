import type { Knex } from 'knex';

/** Agents who signed in to the console: the token lies in the browser's cookie, here only its hash. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE agent_sessions (
      id uuid PRIMARY KEY DEFAULT uuidv7(),
      token_sha256 text NOT NULL UNIQUE CHECK (token_sha256 ~ '^[0-9a-f]{64}$'),
      api_key_id uuid NOT NULL REFERENCES api_keys,
      created_at timestamptz NOT NULL DEFAULT now(),
      used_at timestamptz NOT NULL DEFAULT now(),
      expires_at timestamptz NOT NULL,
      ended_at timestamptz
    );
    COMMENT ON COLUMN agent_sessions.api_key_id IS 'the key that signed in: when it ends, so does the session';
    COMMENT ON COLUMN agent_sessions.used_at IS 'for the end of idle sessions; kept to the minute';
    CREATE INDEX agent_sessions_by_key ON agent_sessions (api_key_id);

    GRANT SELECT, INSERT ON agent_sessions TO app;
    GRANT UPDATE (used_at, ended_at) ON agent_sessions TO app;
    GRANT SELECT ON agent_sessions TO auditor;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`DROP TABLE agent_sessions;`);
}
