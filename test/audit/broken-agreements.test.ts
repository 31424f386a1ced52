import assert from 'node:assert/strict';
import { recordsAsNoted } from '../../dev/audit/checks/records-as-noted.ts';
import { checkBroken, itFinds, type Breakage } from './broken-system.ts';
import { useScenario, type ScenarioChanges } from './scenario.ts';

const of = (id: string) => `WHERE plan_change_id = '${id}'`;
const evidence = (id: string, part: string) =>
  `UPDATE consent_evidence SET details = details || '${part}' ${of(id)}`;
const link = ({ byLink }: ScenarioChanges, set: string) => `UPDATE consent_links SET ${set} ${of(byLink)}`;
const summary = ({ upgraded }: ScenarioChanges, set: string) =>
  `UPDATE email_outbox SET ${set} ${of(upgraded)} AND kind = 'summary'`;

const CONSENT = /^the consent to quote 1 is not as it was when its note was written$/;
const QUOTE = /^quote 1 is not as it was when its note was written$/;
const SUMMARY = /^the summary mail, its words or its recipient, is not as it was when its note was written$/;

/** What is altered, by whoever owns the database; and what the audit says. */
const ALTERED: readonly (readonly [string, (changes: ScenarioChanges) => string, RegExp])[] = [
  ['the recording', ({ upgraded }) => evidence(upgraded, '{"id": "rec-of-somebody-else"}'), CONSENT],
  [
    'the start of a recording',
    ({ upgraded }) => evidence(upgraded, '{"startedAt": "2020-01-01T00:00:00Z"}'),
    CONSENT,
  ],
  ['the name typed on the page', ({ byLink }) => evidence(byLink, '{"typedName": "Somebody Else"}'), CONSENT],
  [
    'the address of the customer',
    ({ byLink }) => evidence(byLink, '{"clientAddress": "203.0.113.6"}'),
    CONSENT,
  ],
  ['what the page showed', ({ byLink }) => evidence(byLink, '{"shown": {"words": "It is free."}}'), CONSENT],
  [
    'who recorded a consent',
    ({ upgraded }) => `UPDATE consent_evidence SET agent_id = NULL ${of(upgraded)}`,
    CONSENT,
  ],
  [
    'when a consent was given',
    ({ upgraded }) => `UPDATE consents SET given_at = given_at - interval '9 days' ${of(upgraded)}`,
    /^the consent to quote 1 was not given as its evidence says$/,
  ],
  [
    'when a consent was given, by its evidence too',
    ({ upgraded }) =>
      ['consents', 'consent_evidence']
        .map((table) => `UPDATE ${table} SET given_at = given_at - interval '9 days' ${of(upgraded)}`)
        .join(';'),
    CONSENT,
  ],
  [
    'when a consent was accepted',
    ({ upgraded }) => `UPDATE consents SET accepted_at = accepted_at - interval '1 second' ${of(upgraded)}`,
    CONSENT,
  ],
  ['the use of a link', (changes) => link(changes, 'used_at = NULL'), CONSENT],
  ['when a link was used', (changes) => link(changes, `used_at = used_at - interval '1 minute'`), CONSENT],
  [
    'a consent that a note tells of',
    ({ downgraded }) => `DELETE FROM consents ${of(downgraded)}`,
    /^the consent to quote 2, of which a note tells, is missing$/,
  ],
  ['the script', ({ upgraded }) => `UPDATE quotes SET script_text = 'It is free.' ${of(upgraded)}`, QUOTE],
  [
    'the next bill',
    ({ upgraded }) => `UPDATE quotes SET next_bill_minor = next_bill_minor + 1 ${of(upgraded)}`,
    QUOTE,
  ],
  [
    'the end of a quote',
    ({ upgraded }) => `UPDATE quotes SET expires_at = expires_at + interval '1 day' ${of(upgraded)}`,
    QUOTE,
  ],
  [
    'what was said of interruptions',
    ({ upgraded }) => `UPDATE quotes SET interruptions = '{None.}' ${of(upgraded)}`,
    QUOTE,
  ],
  [
    'the script of a quote that is void',
    ({ downgraded }) => `UPDATE quotes SET script_text = 'It is free.' ${of(downgraded)} AND revision = 1`,
    QUOTE,
  ],
  [
    'the price before',
    ({ upgraded }) =>
      `UPDATE plan_changes SET from_price_minor = from_price_minor + 100 WHERE id = '${upgraded}'`,
    /^the change has another instant, or other plans or prices, than quote 1$/,
  ],
  [
    'the price before, in its quote too',
    ({ upgraded }) => `
      UPDATE plan_changes SET from_price_minor = 1 WHERE id = '${upgraded}';
      UPDATE quotes SET basis = jsonb_set(basis, '{from,price,amount}', '"0.01"') ${of(upgraded)}`,
    QUOTE,
  ],
  [
    'the text of a summary',
    (changes) => summary(changes, `body_text = 'You agreed to everything.'`),
    SUMMARY,
  ],
  [
    'the HTML of a summary',
    (changes) => summary(changes, `body_html = '<p>You agreed to everything.</p>'`),
    SUMMARY,
  ],
  ['the subject of a summary', (changes) => summary(changes, `subject = 'Thank you'`), SUMMARY],
  [
    'the recipient of a summary',
    (changes) => summary(changes, `recipient = 'somebody@example.net'`),
    SUMMARY,
  ],
  [
    'the domain of a recipient',
    (changes) => summary(changes, `recipient = replace(recipient, 'example.com', 'example.net')`),
    SUMMARY,
  ],
  ['the salt of a mail', (changes) => summary(changes, 'salt = gen_random_uuid()'), SUMMARY],
  [
    'a mail that a note tells of',
    ({ byLink }) => `DELETE FROM email_outbox ${of(byLink)} AND kind = 'consent_request'`,
    /^the consent_request mail, of which a note tells, is missing$/,
  ],
  [
    'the id by which the provider accepted a summary',
    (changes) => summary(changes, `provider_message_id = 'another'`),
    /^the note of the accepted summary names another id of the provider$/,
  ],
  [
    'a mail that was said to be delivered',
    (changes) => summary(changes, `status = 'delivered'`),
    /^the summary mail is delivered, and no note tells of that event$/,
  ],
  [
    'a notice, put in later',
    ({ cancelled }) => `
      INSERT INTO email_outbox (plan_change_id, kind, revision, quote_revision, recipient, subject, body_text, body_html)
      SELECT plan_change_id, kind, 2, quote_revision, recipient, subject, 'Nothing happened.', body_html
      FROM email_outbox ${of(cancelled)} AND kind = 'cancelled'`,
    /^the cancelled mail, its words or its recipient, is not as it was/,
  ],
  [
    'a note that lost the hash of its record',
    ({ upgraded }) =>
      `UPDATE account_notes SET body = regexp_replace(body, ', record [0-9a-f]{64}', '') ${of(upgraded)} AND kind = 'consent_accepted'`,
    /^the note “consent_accepted” 1 names no record, and an earlier one does$/,
  ],
];

describe('audit of what was agreed to, and by what, that was tampered with', () => {
  useScenario();

  itFinds(
    ALTERED.map(([what, sql, finds], index): Breakage => {
      // The first by the whole check: the part belongs to it.
      const part = index === 0 ? {} : { part: recordsAsNoted };
      return { check: 'I9', ...part, what: `${what} that was altered`, sql, finds };
    }),
  );

  it('I9 tells records of before notes named them as unchecked, and finds nothing', async () => {
    const sql = ({ upgraded }: ScenarioChanges) => `
      UPDATE account_notes SET body = regexp_replace(body, '(, r| Mail r)ecord [0-9a-f]{64}', '') ${of(upgraded)};
      UPDATE quotes SET basis = NULL ${of(upgraded)}`;
    const { findings, unchecked } = await checkBroken({ check: 'I9', part: recordsAsNoted, sql });
    assert.deepEqual(findings, []);
    const [old] = unchecked;
    assert.match(old?.what ?? '', /from before notes named records/);
    assert.equal(old?.n, 3);
  });
});
