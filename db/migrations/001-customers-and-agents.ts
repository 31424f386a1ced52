import type { Knex } from 'knex';

/** Who is served and who serves: customers, agents, their API keys, and who was identified by whom. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE EXTENSION IF NOT EXISTS btree_gist;

    CREATE TYPE customer_status AS ENUM ('active', 'suspended', 'closed');
    CREATE TABLE customers (
      id uuid PRIMARY KEY DEFAULT uuidv7(),
      account_number text NOT NULL UNIQUE,
      account_key text NOT NULL UNIQUE CHECK (account_key ~ '^[0-9A-Z]+$'),
      full_name text NOT NULL,
      service_address text NOT NULL,
      email text NOT NULL,
      time_zone text NOT NULL,
      currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
      status customer_status NOT NULL DEFAULT 'active',
      created_at timestamptz NOT NULL DEFAULT now()
    );
    COMMENT ON COLUMN customers.account_key IS 'account_number without case, spaces and punctuation: what identification looks up';

    CREATE TYPE agent_role AS ENUM ('agent', 'supervisor', 'ops', 'auditor');
    CREATE TABLE agents (
      id uuid PRIMARY KEY DEFAULT uuidv7(),
      handle text NOT NULL UNIQUE,
      role agent_role NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now()
    );
    CREATE TABLE api_keys (
      id uuid PRIMARY KEY DEFAULT uuidv7(),
      agent_id uuid NOT NULL REFERENCES agents,
      prefix text NOT NULL UNIQUE,
      key_sha256 text NOT NULL CHECK (key_sha256 ~ '^[0-9a-f]{64}$'),
      created_at timestamptz NOT NULL DEFAULT now(),
      expires_at timestamptz,
      revoked_at timestamptz
    );
    COMMENT ON TABLE api_keys IS 'the key itself is shown once and never stored';

    CREATE TABLE rate_limits (key text PRIMARY KEY, points integer NOT NULL DEFAULT 0, expire double precision);
    COMMENT ON TABLE rate_limits IS 'counters of rate-limiter-flexible, which fixes the columns; expire is epoch milliseconds and read as a number';

    GRANT SELECT ON customers, agents, api_keys TO app;
    GRANT UPDATE (status) ON customers TO app;
    GRANT SELECT, INSERT, UPDATE, DELETE ON rate_limits TO app;
    GRANT SELECT ON customers, agents, api_keys TO auditor;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    DROP TABLE rate_limits, api_keys, agents, customers;
    DROP TYPE agent_role, customer_status;
    DROP EXTENSION btree_gist;
  `);
}
