import { startedLongAgo } from './altered-histories.ts';
import { itFinds } from './broken-system.ts';
import { useScenario } from './scenario.ts';

const of = (id: string) => `WHERE plan_change_id = '${id}'`;
const withoutNote = (id: string, kind: string) => `DELETE FROM account_notes ${of(id)} AND kind = '${kind}'`;
const answer = (change: string) => `UPDATE idempotency_keys SET ${change}`;

/** The system has been at rest for an hour. */
const AT_REST = `
  UPDATE plan_change_transitions SET at = at - interval '1 hour';
  UPDATE step_receipts SET committed_at = committed_at - interval '1 hour';`;

describe('audit of statuses, notes, mails and answers that were tampered with', () => {
  useScenario();

  itFinds([
    {
      check: 'I7',
      what: 'a terminal status that was left',
      sql: ({ cancelled }) =>
        `INSERT INTO plan_change_transitions (plan_change_id, status) VALUES ('${cancelled}', 'scheduled')`,
      finds: /^scheduled came after cancelled$/,
    },
    {
      check: 'I7',
      what: 'a status without its transition',
      sql: ({ waiting }) => `UPDATE plan_changes SET status = 'scheduled' WHERE id = '${waiting}'`,
      finds: /^it is scheduled, its last transition is to awaiting_consent$/,
    },
    {
      check: 'I7',
      what: 'a beginning in the middle',
      sql: ({ upgraded }) =>
        `DELETE FROM plan_change_transitions ${of(upgraded)} AND status = 'awaiting_consent'`,
      finds: /^it began as activating$/,
    },
    {
      check: 'I7',
      what: 'a second end',
      sql: ({ declined }) =>
        `INSERT INTO plan_change_transitions (plan_change_id, status) VALUES ('${declined}', 'declined')`,
      finds: /^it ended 2 times$/,
    },
    {
      check: 'I7',
      what: 'a trigger that was dropped',
      sql: () => 'DROP TRIGGER plan_changes_terminal_is_final ON plan_changes',
      finds: /^the trigger plan_changes_terminal_is_final of plan_changes is missing/,
    },
    {
      check: 'I9',
      what: 'a missing note of a quote',
      sql: ({ waiting }) => withoutNote(waiting, 'quoted'),
      finds: /^quote 1 has 0 notes$/,
    },
    {
      check: 'I9',
      what: 'an altered note whose chain the database has been taught to call sound',
      sql: ({ waiting }) => `
        CREATE OR REPLACE FUNCTION account_note_hash(note account_notes) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT note.hash';
        UPDATE account_notes SET body = body || '!' ${of(waiting)} AND kind = 'quoted'`,
      finds: /^the hash of note \d+ is not that of its row, by a hash worked out apart$/,
    },
    {
      check: 'I9',
      what: 'a missing note of a second quote',
      sql: ({ downgraded }) => withoutNote(downgraded, 'requoted'),
      finds: /^quote 2 has 0 notes$/,
    },
    {
      check: 'I9',
      what: 'a note of a quote with another hash',
      sql: ({ waiting }) =>
        `UPDATE account_notes SET body = 'Quoted something' ${of(waiting)} AND kind = 'quoted'`,
      finds: /^the note of quote 1 names another hash$/,
    },
    {
      check: 'I9',
      what: 'a missing note of an approval',
      sql: ({ upgraded }) => withoutNote(upgraded, 'consent_accepted'),
      finds: /^the consent to quote 1 has no note$/,
    },
    {
      check: 'I9',
      what: 'a note of an approval that nobody gave',
      sql: ({ upgraded }) => `DELETE FROM consents ${of(upgraded)}`,
      finds: /^a note tells of a consent to quote 1 that is not there$/,
    },
    ...(
      [
        ['scheduled', 'scheduled', 'scheduled'],
        ['activating', 'upgraded', 'plan_applied'],
        ['activated', 'upgraded', 'verified'],
        ['completed', 'upgraded', 'completed'],
        ['held', 'held', 'held'],
        ['declined', 'declined', 'declined'],
        ['cancelled', 'cancelled', 'cancelled'],
        ['rejected', 'rejected', 'rejected'],
        ['failed', 'failed', 'failed'],
      ] as const
    ).map(([status, change, kind]) => ({
      check: 'I9',
      what: `a missing note of the transition to ${status}`,
      sql: (changes: Record<typeof change, string>) => withoutNote(changes[change], kind),
      finds: new RegExp(`^1 transitions to ${status}, 0 notes of it$`),
    })),
    {
      check: 'I9',
      what: 'a note of a transition that never was',
      sql: ({ upgraded }) =>
        `UPDATE account_notes SET kind = 'expired' ${of(upgraded)} AND kind = 'completed'`,
      finds: /^1 notes of expired, 0 transitions to it$/,
    },
    {
      check: 'I9',
      what: 'a missing note of a compensation',
      sql: ({ failed }) => withoutNote(failed, 'compensated'),
      finds: /^the charges of quote 1 were reversed without a note$/,
    },
    {
      check: 'I9',
      what: 'a confirmation without a note',
      sql: ({ upgraded }) => `UPDATE plan_changes SET confirmed_at = now() WHERE id = '${upgraded}'`,
      finds: /^the confirmation and its note do not agree$/,
    },
    {
      check: 'I9',
      what: 'an identification without a note',
      sql: () => `DELETE FROM account_notes WHERE kind = 'identified'`,
      finds: /^1 identifications, 0 notes of them$/,
    },
    {
      check: 'I9',
      what: 'a note on a change of somebody else',
      sql: ({ upgraded, declined }) =>
        `UPDATE account_notes SET plan_change_id = '${upgraded}' ${of(declined)} AND kind = 'declined'`,
      finds: /names a change of another customer$/,
    },
    {
      check: 'I9',
      what: 'a note that was changed',
      sql: ({ upgraded }) =>
        `UPDATE account_notes SET body = body || '.' ${of(upgraded)} AND kind = 'verified'`,
      finds: /^the chain of notes does not verify from note \d+ on$/,
    },
    {
      check: 'I9',
      what: 'a note that was taken out of the chain',
      sql: ({ upgraded }) => withoutNote(upgraded, 'verified'),
      finds: /^the chain of notes does not verify from note \d+ on$/,
    },
    {
      check: 'I9',
      what: 'a right to change notes',
      sql: () => 'GRANT UPDATE (body) ON account_notes TO app',
      finds: /^the role app may change or delete rows of account_notes$/,
    },
    {
      check: 'I10',
      what: 'a completed change without a summary',
      sql: ({ upgraded }) => `DELETE FROM email_outbox ${of(upgraded)}`,
      finds: /^it is completed and has 0 summaries$/,
    },
    {
      check: 'I10',
      what: 'a second summary',
      sql: ({ upgraded }) => `
        INSERT INTO email_outbox (plan_change_id, kind, revision, quote_revision, recipient, subject, body_text, body_html)
        SELECT plan_change_id, kind, 2, quote_revision, recipient, subject, body_text, body_html FROM email_outbox ${of(upgraded)}`,
      finds: /^it is completed and has 2 summaries$/,
    },
    {
      check: 'I10',
      what: 'a summary of a change that is not applied',
      sql: ({ upgraded, waiting }) => `UPDATE email_outbox SET plan_change_id = '${waiting}' ${of(upgraded)}`,
      finds: /^it is awaiting_consent and has 1 summaries$/,
    },
    {
      check: 'I10',
      what: 'a completed change whose summary was never sent',
      sql: ({ upgraded }) => `UPDATE email_outbox SET status = 'queued' ${of(upgraded)}`,
      finds: /^it is completed, yet its summary is neither accepted nor given up$/,
    },
    {
      check: 'I10',
      what: 'a mail that was sent without a claim',
      sql: ({ upgraded }) => `UPDATE email_outbox SET attempts = 0, claimed_at = NULL ${of(upgraded)}`,
      finds: /^a mail was accepted that nobody had claimed$/,
    },
    {
      check: 'I10',
      what: 'two mails with one id',
      sql: () => `UPDATE email_outbox SET provider_message_id = 'the same'`,
      finds: /^\d+ mails have the same id at the provider$/,
    },
    {
      check: 'I11',
      what: 'two answers for one key',
      sql: () => `
        ALTER TABLE idempotency_keys DROP CONSTRAINT idempotency_keys_agent_id_operation_key_sha256_key;
        INSERT INTO idempotency_keys (agent_id, operation, key_sha256, request_sha256)
          SELECT agent_id, operation, key_sha256, request_sha256 FROM idempotency_keys WHERE operation = 'consent'`,
      finds: /^one key of operation consent has 2 rows$/,
    },
    {
      check: 'I11',
      what: 'a dropped constraint',
      sql: () =>
        'ALTER TABLE idempotency_keys DROP CONSTRAINT idempotency_keys_agent_id_operation_key_sha256_key',
      finds:
        /^the constraint idempotency_keys_agent_id_operation_key_sha256_key of idempotency_keys is missing/,
    },
    {
      check: 'I11',
      what: 'two creations of one change',
      sql: ({ upgraded }) =>
        answer(
          `answer_status = 201, answer_body = '{"planChangeId": "${upgraded}"}' WHERE operation = 'cancel'`,
        ),
      finds: /^2 keys were answered 201 with the same change$/,
    },
    {
      check: 'I11',
      what: 'half an answer',
      sql: () => answer(`answer_body = NULL WHERE operation = 'consent'`),
      finds: /^an answer of operation consent is stored in part$/,
    },
    {
      check: 'I14',
      what: 'a closed change whose workflow runs',
      sql: ({ waiting }) =>
        `${AT_REST} UPDATE plan_changes SET status = 'cancelled', closed_at = now() WHERE id = '${waiting}'`,
      finds: /^it is cancelled, and its workflow still runs$/,
    },
    {
      check: 'I14',
      what: 'an open change whose workflow has ended',
      sql: ({ upgraded }) =>
        `${AT_REST} UPDATE plan_changes SET status = 'activated', closed_at = NULL WHERE id = '${upgraded}'`,
      finds: /^it is activated, and its workflow has ended$/,
    },
    {
      check: 'I14',
      what: 'an open change without a workflow',
      sql: ({ waiting }) => `UPDATE plan_changes SET id = gen_random_uuid() WHERE id = '${waiting}'`,
      finds: /^it is awaiting_consent, and there is no such workflow$/,
    },
    {
      check: 'I14',
      what: 'an ended workflow without a change',
      sql: ({ rejected }) => `DELETE FROM plan_changes WHERE id = '${rejected}'`,
      histories: startedLongAgo,
      finds: /^a workflow ended, and there is no such change$/,
    },
    {
      check: 'I14',
      what: 'a status that operations are not shown',
      sql: ({ scheduled }) =>
        `${AT_REST} UPDATE plan_changes SET status = 'awaiting_consent' WHERE id = '${scheduled}'`,
      finds: /^it is awaiting_consent, and operations are shown scheduled$/,
    },
    {
      check: 'I17',
      what: 'a 5xx that was kept',
      sql: () => answer(`answer_status = 500 WHERE operation = 'cancel'`),
      finds: /^cancel was answered 500 for good$/,
    },
    {
      check: 'I17',
      what: 'an error that is no problem+json',
      sql: () => answer(`answer_headers = '{"content-type": "text/html"}' WHERE operation = 'cancel'`),
      finds: /^cancel was answered 409 without a problem\+json$/,
    },
    {
      check: 'I18',
      what: 'an acknowledged change that is gone',
      sql: ({ upgraded }) => `DELETE FROM plan_changes WHERE id = '${upgraded}'`,
      finds: /^createPlanChange was answered 201 with a change that is not there$/,
    },
    {
      check: 'I18',
      what: 'a status that cannot follow what was acknowledged',
      sql: ({ upgraded }) => `UPDATE plan_changes SET status = 'expired' WHERE id = '${upgraded}'`,
      finds: /^consent was answered with activated, but the change is expired, which cannot follow$/,
    },
    {
      check: 'I18',
      what: 'an acknowledged consent that is gone',
      sql: ({ upgraded }) => `DELETE FROM consents ${of(upgraded)}`,
      finds: /^consent was answered with a consent that is not there$/,
    },
    {
      check: 'I18',
      what: 'an acknowledged note that is gone',
      sql: () => 'DELETE FROM account_notes',
      finds: /^addNote was answered with a note that is not there$/,
    },
    {
      check: 'I18',
      what: 'an acknowledged quote that is gone',
      sql: ({ upgraded }) => `DELETE FROM quotes ${of(upgraded)}`,
      finds: /^createPlanChange was answered with a quote that is not there$/,
    },
    {
      check: 'I18',
      what: 'a step of a history that was lost',
      sql: ({ upgraded }) =>
        `DELETE FROM step_receipts WHERE workflow_id = 'plan-change-${upgraded}' AND step = 'verifyActivation:1'`,
      finds: /^the history holds verifyActivation as done, the database has no receipt with that result$/,
    },
  ]);
});
