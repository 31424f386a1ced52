import type { Knex } from 'knex';
import type { EmailStatus } from '../../domain/email-status.ts';
import { EMAIL_STATUS_RANK, STATUS_OF_EVENT } from '../../domain/email-status.ts';
import { mailBeginning } from '../../domain/note-words.ts';
import { deliveryRecordHash } from '../../domain/noted-records.ts';
import { isoInstant, rows } from '../sql.ts';
import { appendNote, nextNoteRevision } from './account-notes.ts';

export interface EmailEvent {
  readonly providerEventId: string;
  readonly mailId: string;
  readonly event: keyof typeof STATUS_OF_EVENT;
  readonly reason: string | null;
  /** ISO instant of the provider. */
  readonly occurredAt: string;
}

const UNDELIVERED_BECAUSE = {
  bounced: 'the recipient’s mail server refused it',
  dropped: 'the mail provider did not send it, because it holds the address for unreachable',
} as const;
interface MailRow {
  plan_change_id: string;
  customer_id: string;
  kind: string;
  status: EmailStatus;
}

/**
 * Records what the provider reported about a mail: once for each event, whatever the order. A mail that could
 * not be delivered is noted on the account and shows in the worklist; nothing about the change is undone.
 * @returns false when the event was known or names no mail of ours
 */
export async function recordEmailEvent(knex: Knex, event: EmailEvent): Promise<boolean> {
  return knex.transaction(async (trx) => {
    const [mail] = await rows<MailRow>(
      trx,
      `SELECT m.plan_change_id, pc.customer_id, m.kind, m.status
       FROM plan_changes pc JOIN email_outbox m ON m.plan_change_id = pc.id
       WHERE m.id = :mailId FOR UPDATE OF pc, m`,
      { mailId: event.mailId },
    );
    if (mail === undefined) return false;
    const [inserted] = await rows<{ occurredAt: string }>(
      trx,
      `INSERT INTO email_events (provider_event_id, outbox_id, event, reason, occurred_at)
       VALUES (:providerEventId, :mailId, :event, :reason, :occurredAt)
       ON CONFLICT (provider_event_id) DO NOTHING RETURNING ${isoInstant('occurred_at')} AS "occurredAt"`,
      { ...event },
    );
    if (inserted === undefined) return false;

    const status = STATUS_OF_EVENT[event.event];
    if (EMAIL_STATUS_RANK[status] <= EMAIL_STATUS_RANK[mail.status]) return true;
    await trx('email_outbox')
      .where({ id: event.mailId })
      .update({ status, accepted_at: trx.raw('coalesce(accepted_at, now())') });
    if (status === 'accepted') return true;
    const { mailId } = event;
    const record = deliveryRecordHash({ mailId, event: event.event, ...inserted });
    const kind = status === 'delivered' ? 'email_delivered' : 'email_undeliverable';
    await appendNote(trx, {
      customerId: mail.customer_id,
      planChangeId: mail.plan_change_id,
      kind,
      revision: await nextNoteRevision(trx, mail.plan_change_id, kind),
      body:
        status === 'delivered'
          ? `${mailBeginning(mail.kind)} was delivered by email, record ${record}.`
          : `${mailBeginning(mail.kind)} could not be delivered by email: ${UNDELIVERED_BECAUSE[status]}. Tell the customer by other means and correct the address. Record ${record}.`,
      author: { type: 'system', id: null },
    });
    return true;
  });
}
