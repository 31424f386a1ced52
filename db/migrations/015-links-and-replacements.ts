import type { Knex } from 'knex';

/**
 * A link that wrong tries closed for good is a note on the account; and the change that took another one's place is
 * found from it.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE INDEX plan_changes_replaces ON plan_changes (replaces_id) WHERE replaces_id IS NOT NULL;
    ALTER TYPE note_kind ADD VALUE 'consent_link_closed';
  `);
}

/** Refused by the database once there is such a note: notes are never changed. */
export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    DROP INDEX plan_changes_replaces;
    ALTER TYPE note_kind RENAME TO note_kind_with_links;
    CREATE TYPE note_kind AS ENUM (
      'identified', 'identification_failed', 'options_discussed', 'quoted', 'rejected', 'requoted', 'rescheduled',
      'consent_requested', 'consent_reminder', 'consent_accepted', 'consent_refused', 'scheduled', 'plan_applied',
      'verified', 'held', 'compensated', 'declined', 'cancelled', 'replaced', 'expired', 'failed',
      'cancellation_ignored', 'confirmed', 'email_delivered', 'email_undeliverable', 'email_given_up', 'completed',
      'repaired', 'remark', 'notice_given_up', 'notice_superseded');
    ALTER TABLE account_notes ALTER COLUMN kind TYPE note_kind USING kind::text::note_kind;
    DROP TYPE note_kind_with_links;
  `);
}
