import type { Knex } from 'knex';

/** What each customer has: a subscription with its bill-day anchor, its plan over time, and usage. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE subscriptions (
      id uuid PRIMARY KEY DEFAULT uuidv7(),
      customer_id uuid NOT NULL UNIQUE REFERENCES customers,
      anchor_date date NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now()
    );
    COMMENT ON COLUMN subscriptions.anchor_date IS 'every billing cycle is computed from this date, never from the cycle before';

    CREATE TABLE subscription_periods (
      subscription_id uuid NOT NULL REFERENCES subscriptions,
      valid tstzrange NOT NULL CHECK (NOT isempty(valid) AND lower_inc(valid) AND NOT lower_inf(valid)),
      plan_code text NOT NULL,
      plan_version integer NOT NULL,
      price_minor bigint NOT NULL CHECK (price_minor >= 0),
      promotion_code text REFERENCES promotions,
      plan_change_id uuid,
      FOREIGN KEY (plan_code, plan_version) REFERENCES plan_versions,
      PRIMARY KEY (subscription_id, valid WITHOUT OVERLAPS)
    );
    COMMENT ON COLUMN subscription_periods.price_minor IS 'the price this account pays: a grandfathered or promotional price may differ from the list';
    COMMENT ON COLUMN subscription_periods.plan_change_id IS 'the change that opened the period; null for the plan the account came with';
    CREATE UNIQUE INDEX subscription_periods_one_open ON subscription_periods (subscription_id) WHERE upper_inf(valid);

    CREATE TABLE usage_records (
      subscription_id uuid NOT NULL REFERENCES subscriptions,
      metric text NOT NULL,
      used numeric NOT NULL CHECK (used >= 0),
      allowance numeric CHECK (allowance >= 0),
      unit text NOT NULL,
      PRIMARY KEY (subscription_id, metric)
    );

    CREATE TABLE identifications (
      id uuid PRIMARY KEY DEFAULT uuidv7(),
      agent_id uuid NOT NULL REFERENCES agents,
      customer_id uuid NOT NULL REFERENCES customers,
      verified_at timestamptz NOT NULL DEFAULT now(),
      expires_at timestamptz NOT NULL,
      request_id uuid UNIQUE,
      CHECK (expires_at > verified_at)
    );
    CREATE INDEX identifications_by_agent ON identifications (agent_id, customer_id, expires_at);

    GRANT SELECT ON subscriptions, subscription_periods, usage_records, identifications TO app, auditor;
    GRANT INSERT ON subscription_periods, identifications TO app;
    GRANT UPDATE (request_id) ON identifications TO app; -- a repeated request meets its first row
    GRANT UPDATE (valid) ON subscription_periods TO app;
    GRANT DELETE ON subscription_periods TO app;
    GRANT UPDATE (id) ON subscriptions TO app; -- row locks: SELECT ... FOR UPDATE needs a right to update
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`DROP TABLE identifications, usage_records, subscription_periods, subscriptions;`);
}
