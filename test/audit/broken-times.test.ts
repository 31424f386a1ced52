import { itFinds, type Breakage } from './broken-system.ts';
import { useScenario, type ScenarioChanges } from './scenario.ts';

describe('audit of times that were tampered with', () => {
  useScenario();

  const I9 = (what: string, sql: (changes: ScenarioChanges) => string, finds: RegExp): Breakage => ({
    check: 'I9',
    what,
    sql,
    finds,
  });

  const TO_COME = [
    ['step_receipts', 'committed_at'],
    ['email_outbox', 'claimed_at'],
    ['charges', 'posted_at'],
    ['consents', 'created_at'],
    ['quotes', 'created_at'],
    ['idempotency_keys', 'answered_at'],
  ] as const;

  itFinds([
    ...TO_COME.flatMap(([table, column]) => [
      I9(
        `a time to come: ${column} of ${table}`,
        () => `UPDATE ${table} SET ${column} = now() + interval '61 minutes'`,
        new RegExp(`^${column} of a row of ${table} is a time to come$`),
      ),
      I9(
        `no time that can be read: ${column} of ${table}`,
        () =>
          `ALTER TABLE ${table} DROP CONSTRAINT ${table}_readable_times; UPDATE ${table} SET ${column} = '-infinity'`,
        new RegExp(`^${column} of a row of ${table} is no time that can be read$`),
      ),
    ]),
    I9(
      'a status three days earlier',
      ({ upgraded }) =>
        `UPDATE plan_change_transitions SET at = at - interval '3 days' WHERE plan_change_id = '${upgraded}' AND status = 'activating'`,
      /did not become activating when its note was written/,
    ),
    I9(
      'an identification 40 minutes earlier',
      ({ upgraded }) =>
        `UPDATE identifications SET verified_at = verified_at - interval '40 minutes', expires_at = expires_at - interval '40 minutes'
         WHERE id = (SELECT identification_id FROM plan_changes WHERE id = '${upgraded}')`,
      /was not identified when a note says so/,
    ),
    ...(['opened', 'applied', 'closed'] as const).map((what) =>
      I9(
        `a dated change that was ${what} a day earlier`,
        ({ dated }) =>
          `UPDATE plan_changes SET ${what}_at = ${what}_at - interval '1 day' WHERE id = '${dated}'`,
        new RegExp(`was not ${what} when its note says`),
      ),
    ),
    ...(['cancelled', 'declined', 'rejected', 'failed'] as const).map((status) =>
      I9(
        `a ${status} change that was closed an hour later`,
        (changes) =>
          `UPDATE plan_changes SET closed_at = closed_at + interval '1 hour' WHERE id = '${changes[status]}'`,
        /was not closed when its note says/,
      ),
    ),
    I9(
      'lines that were posted a month later',
      ({ dated }) =>
        `UPDATE charges SET posted_at = posted_at + interval '30 days' WHERE plan_change_id = '${dated}'`,
      /was not posted when a note says so/,
    ),
    I9(
      'lines that were posted before the consent',
      ({ upgraded }) =>
        `UPDATE charges SET posted_at = posted_at - interval '30 seconds' WHERE plan_change_id = '${upgraded}'`,
      /was posted before the consent to it came in/,
    ),
    I9(
      'lines that were taken back a month later',
      ({ failed }) =>
        `UPDATE balance_entries SET posted_at = posted_at + interval '30 days' WHERE plan_change_id = '${failed}' AND reversal`,
      /was not taken back when a note says so/,
    ),
    I9(
      'a summary that was accepted an hour later',
      ({ upgraded }) =>
        `UPDATE email_outbox SET accepted_at = accepted_at + interval '1 hour' WHERE plan_change_id = '${upgraded}' AND kind = 'summary'`,
      /was not accepted when a note or the provider says so/,
    ),
    I9(
      'a confirmation without a note',
      ({ upgraded }) => `UPDATE plan_changes SET confirmed_at = now() WHERE id = '${upgraded}'`,
      /was not told that the change is complete when a note says so/,
    ),
    I9(
      'terms that were published after the quote',
      () => `UPDATE terms SET published_at = now() + interval '1 minute'`,
      /were published after it was made/,
    ),
  ]);
});
