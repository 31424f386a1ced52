import { itFinds } from './broken-system.ts';
import { useScenario } from './scenario.ts';

const of = (id: string) => `WHERE plan_change_id = '${id}'`;
const link = (id: string, change: string) => `UPDATE consent_links SET ${change} ${of(id)}`;
const SECOND_LINK = (id: string, sql: string) => `
  INSERT INTO consent_links (token_sha256, plan_change_id, quote_hash, mail_id, expires_at, used_at)
  SELECT repeat('c', 64), plan_change_id, quote_hash, mail_id, expires_at, used_at FROM consent_links ${of(id)};
  ${sql}`;

/** Nobody identified anybody at the time: what the identification allowed was done without. */
const ENDED_BEFORE = `UPDATE identifications SET verified_at = verified_at - interval '1 day', expires_at = expires_at - interval '1 day'`;
const SOMEBODY_ELSE = `
  INSERT INTO agents (id, handle, role) VALUES ('00000000-0000-7000-8000-00000000000a', 'somebody-else', 'agent');`;
const ELSE = `'00000000-0000-7000-8000-00000000000a'`;

describe('audit of links and identifications that were tampered with', () => {
  useScenario();

  itFinds([
    {
      check: 'I12',
      what: 'a link that was spent without an answer',
      sql: ({ byLink }) => `DELETE FROM consents ${of(byLink)}`,
      finds: /^a link is spent, yet no answer of the customer came of it$/,
    },
    {
      check: 'I12',
      what: 'a link that was spent while an agent declined',
      sql: ({ declinedByLink }) =>
        `UPDATE account_notes SET author_type = 'agent' ${of(declinedByLink)} AND kind = 'declined'`,
      finds: /^a link is spent, yet no answer of the customer came of it$/,
    },
    {
      check: 'I12',
      what: 'a consent after the link had ended',
      sql: ({ byLink }) => `UPDATE consents SET accepted_at = accepted_at + interval '2 days' ${of(byLink)}`,
      finds: /^a consent was accepted by a link that had ended$/,
    },
    {
      check: 'I12',
      what: 'evidence that was taken after the link had ended',
      sql: ({ byLink }) =>
        `UPDATE consent_evidence SET received_at = received_at + interval '2 days' ${of(byLink)}`,
      finds: /^an answer was taken by a link that had ended$/,
    },
    {
      check: 'I12',
      what: 'a decline after the link had ended',
      sql: ({ declinedByLink }) => link(declinedByLink, `used_at = used_at + interval '2 days'`),
      finds: /^a link was spent after it had ended$/,
    },
    {
      check: 'I12',
      what: 'two links that were spent on one quote',
      sql: ({ declinedByLink }) => SECOND_LINK(declinedByLink, ''),
      finds: /^2 links were spent on one quote$/,
    },
    {
      check: 'I12',
      what: 'evidence by a link of another change',
      sql: ({ byLink, declinedByLink }) => `UPDATE consent_links SET plan_change_id = '${declinedByLink}',
        quote_hash = (SELECT hash FROM quotes ${of(declinedByLink)}) ${of(byLink)}`,
      finds: /^evidence came by a link of another change or quote$/,
    },
    {
      check: 'I12',
      what: 'evidence by a link that nobody was sent',
      sql: ({ byLink }) => `DELETE FROM consent_links ${of(byLink)}`,
      finds: /^evidence names a link that is not there$/,
    },
    {
      check: 'I12',
      what: 'a link that outlives its quote',
      sql: ({ byLink }) => link(byLink, `expires_at = expires_at + interval '1 second'`),
      finds: /^a link does not end with its quote$/,
    },
    {
      check: 'I12',
      what: 'a sixth try',
      sql: ({ byLink }) => link(byLink, 'failed_tries = 6'),
      finds: /^a link was tried 6 times without success$/,
    },
    {
      check: 'I12',
      what: 'a link in another mail',
      sql: ({ byLink }) =>
        link(byLink, `mail_id = (SELECT id FROM email_outbox ${of(byLink)} AND kind = 'summary')`),
      finds: /^a link was sent with the mail of something else$/,
    },
    {
      check: 'I12',
      what: 'a link to nothing',
      sql: ({ declinedByLink }) => link(declinedByLink, `quote_hash = repeat('d', 64)`),
      finds: /^a link is for a quote that is not there$/,
    },
    {
      check: 'I12',
      what: 'a dropped constraint',
      sql: () => 'ALTER TABLE consent_evidence DROP CONSTRAINT consent_evidence_request_id_key',
      finds: /^the constraint consent_evidence_request_id_key of consent_evidence is missing/,
    },
    {
      check: 'I13',
      what: 'an identification that is dated back, with a note of now',
      sql: ({ waiting }) => `
        INSERT INTO identifications (agent_id, customer_id, verified_at, expires_at)
        SELECT agent_id, customer_id, now() - interval '10 days', now() - interval '10 days' + interval '1 hour'
        FROM plan_changes WHERE id = '${waiting}'`,
      finds: /^an identification was not made when its note says so$/,
    },
    {
      check: 'I13',
      what: 'a change that was opened without an identification',
      sql: ({ waiting }) =>
        `UPDATE plan_changes SET identification_id = gen_random_uuid() WHERE id = '${waiting}'`,
      finds: /^it was opened without an identification$/,
    },
    {
      check: 'I13',
      what: 'a change under the identification of another agent',
      sql: ({ waiting }) =>
        `${SOMEBODY_ELSE} UPDATE plan_changes SET agent_id = ${ELSE} WHERE id = '${waiting}'`,
      finds: /^it was opened under the identification of another agent$/,
    },
    {
      check: 'I13',
      what: 'a change under the identification of another customer',
      sql: ({ waiting, declined }) => `UPDATE plan_changes SET identification_id =
        (SELECT identification_id FROM plan_changes WHERE id = '${declined}') WHERE id = '${waiting}'`,
      finds: /^it was opened under the identification of another customer$/,
    },
    {
      check: 'I13',
      what: 'a change that was opened before the identification',
      sql: ({ waiting }) =>
        `UPDATE plan_changes SET opened_at = opened_at - interval '1 hour' WHERE id = '${waiting}'`,
      finds: /^it was opened before the customer was identified$/,
    },
    {
      check: 'I13',
      what: 'a change that was opened after the identification had ended',
      sql: ({ waiting }) =>
        `UPDATE plan_changes SET opened_at = opened_at + interval '1 hour' WHERE id = '${waiting}'`,
      finds: /^it was opened after the identification had ended$/,
    },
    {
      check: 'I13',
      what: 'a change that replaces one of somebody else',
      sql: ({ waiting, declined }) =>
        `UPDATE plan_changes SET replaces_id = '${declined}' WHERE id = '${waiting}'`,
      finds: /^it replaces a change of another customer$/,
    },
    {
      check: 'I13',
      what: 'evidence from an agent who had not identified the customer',
      sql: ({ upgraded }) =>
        `${SOMEBODY_ELSE} UPDATE consent_evidence SET agent_id = ${ELSE} ${of(upgraded)}`,
      finds: /^evidence came from an agent without an own identification that held$/,
    },
    {
      check: 'I13',
      what: 'evidence after the identification had ended',
      sql: () => ENDED_BEFORE,
      finds: /^evidence came from an agent without an own identification that held$/,
    },
    {
      check: 'I13',
      what: 'a reason from an agent who had not identified the customer',
      sql: ({ cancelled }) => `${SOMEBODY_ELSE} UPDATE remarks SET agent_id = ${ELSE} ${of(cancelled)}`,
      finds: /^a reason came from an agent without an own identification that held$/,
    },
    {
      check: 'I13',
      what: 'a note by an agent who had not identified the customer',
      sql: ({ downgraded }) =>
        `UPDATE account_notes SET author_id = ${ELSE} ${of(downgraded)} AND kind = 'requoted'`,
      finds: /^the note \d+ \(requoted\) is by an agent without an own identification that held$/,
    },
    {
      check: 'I13',
      what: 'a note after the identification had ended',
      sql: () => ENDED_BEFORE,
      finds: /^the note \d+ \(identified\) is by an agent without an own identification that held$/,
    },
    {
      check: 'I13',
      what: 'an answer about a customer that the agent had not identified',
      sql: () =>
        `${SOMEBODY_ELSE} UPDATE idempotency_keys SET agent_id = ${ELSE} WHERE operation = 'createPlanChange'`,
      finds: /^createPlanChange was answered 201 to an agent without an own identification that held$/,
    },
    {
      check: 'I13',
      what: 'an answer about the note of a customer that the agent had not identified',
      sql: () =>
        `${SOMEBODY_ELSE} UPDATE idempotency_keys SET agent_id = ${ELSE} WHERE operation = 'addNote'`,
      finds: /^addNote was answered 201 to an agent without an own identification that held$/,
    },
    {
      check: 'I13',
      what: 'an identification for longer than an hour',
      sql: () => `UPDATE identifications SET expires_at = expires_at + interval '1 second'`,
      finds: /^an identification holds for 01:00:01$/,
    },
    {
      check: 'I13',
      what: 'a right to prolong an identification',
      sql: () => 'GRANT UPDATE (expires_at) ON identifications TO app',
      finds: /^the role app may change expires_at of identifications$/,
    },
    {
      check: 'I13',
      what: 'a dropped constraint',
      sql: () => 'ALTER TABLE plan_changes DROP CONSTRAINT plan_changes_identification_id_fkey',
      finds: /^the constraint plan_changes_identification_id_fkey of plan_changes is missing/,
    },
  ]);
});
