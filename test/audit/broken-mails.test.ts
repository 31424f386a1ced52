import { recordsAsNoted } from '../../dev/audit/checks/records-as-noted.ts';
import { ALTERED_MAILS } from './altered-mails.ts';
import { itFinds, type Breakage } from './broken-system.ts';
import { useScenario, type ScenarioChanges } from './scenario.ts';

const mailOf = (kind: 'summary' | 'cancelled', set: string) => (changes: ScenarioChanges) =>
  `UPDATE email_outbox SET ${set}
   WHERE kind = '${kind}' AND plan_change_id = '${kind === 'summary' ? changes.upgraded : changes.cancelled}'`;

describe('audit of mails that became something else', () => {
  useScenario();

  itFinds(
    ALTERED_MAILS.map(({ what, kind, set, finds }): Breakage => ({
      ...{ check: 'I9', part: recordsAsNoted, what: `a ${kind} mail ${what}` },
      ...{ sql: mailOf(kind, set), finds },
    })),
  );

  itFinds([
    {
      check: 'I10',
      what: 'a mail counted as sent again that was sent once',
      sql: mailOf('summary', 'possible_duplicates = 7'),
      finds: /^the summary mail is counted as sent again 7 times, and was sent 1 times$/,
    },
    {
      check: 'I10',
      what: 'a notice that waits though its step is done',
      sql: mailOf('cancelled', `status = 'queued', accepted_at = NULL, provider_message_id = NULL`),
      finds: /^the cancelled mail is queued, and its step is done$/,
    },
    {
      check: 'I10',
      what: 'a notice that nobody accepted',
      sql: ({ cancelled }) => `
        DELETE FROM step_receipts s USING email_outbox m
        WHERE s.step = 'sendNotice:' || m.id AND m.plan_change_id = '${cancelled}'`,
      finds: /^the cancelled mail is accepted, and neither its step nor the provider tells of it$/,
    },
    {
      check: 'I10',
      what: 'a mail that may go back',
      sql: () => 'ALTER TABLE email_outbox DISABLE TRIGGER email_outbox_goes_forward',
      finds: /^the trigger email_outbox_goes_forward of email_outbox is missing or not in force$/,
    },
  ]);
});
