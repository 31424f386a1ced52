import type { Knex } from 'knex';

/** The work page asks every few seconds: each of its questions reads an index, not the history. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE INDEX plan_changes_by_opening ON plan_changes (opened_at DESC, id DESC);
    CREATE INDEX plan_changes_by_application ON plan_changes (applied_at) WHERE applied_at IS NOT NULL;
    CREATE INDEX plan_changes_unconfirmed ON plan_changes (opened_at DESC, id DESC)
      WHERE confirmed_at IS NULL AND status IN ('activated', 'completed');
    CREATE INDEX email_outbox_undelivered ON email_outbox (plan_change_id)
      WHERE status IN ('bounced', 'dropped', 'given_up');
    CREATE INDEX consents_by_acceptance ON consents (accepted_at);
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    DROP INDEX consents_by_acceptance, email_outbox_undelivered, plan_changes_unconfirmed,
      plan_changes_by_application, plan_changes_by_opening;
  `);
}
