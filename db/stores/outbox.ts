import type { Knex } from 'knex';
import type {
  MailClaim,
  MailKind,
  MailPatch,
  NewMail,
  Outbox,
  OutgoingMail,
} from '../../activities/ports.ts';
import { row } from '../sql.ts';

export async function enqueueMail(trx: Knex.Transaction, mail: NewMail): Promise<void> {
  await trx('email_outbox').insert({
    plan_change_id: mail.planChangeId,
    kind: mail.kind,
    recipient: mail.recipient,
    subject: mail.subject,
    body_text: mail.text,
    body_html: mail.html,
  });
}

export async function updateMail(
  trx: Knex.Transaction,
  planChangeId: string,
  kind: MailKind,
  patch: MailPatch,
): Promise<void> {
  const columns =
    patch.status === 'accepted'
      ? { status: 'accepted', provider_message_id: patch.providerMessageId, accepted_at: trx.fn.now() }
      : { status: 'given_up' };
  await trx('email_outbox')
    .where({ plan_change_id: planChangeId, kind })
    // The provider's event may have come first and says more.
    .whereIn('status', ['queued', 'sending'])
    .update(columns);
}

interface OutboxRow extends OutgoingMail {
  readonly status: string;
  readonly providerMessageId: string | null;
  readonly unknownOutcome: boolean;
}

/** The outbox over PostgreSQL: a mail is claimed in a committed transaction before it leaves. */
export function createOutbox(knex: Knex): Outbox {
  return {
    claim: (planChangeId, kind, unknownForMs): Promise<MailClaim> =>
      knex.transaction(async (trx) => {
        const mail = await row<OutboxRow>(
          trx,
          `SELECT id AS "outboxId", recipient, subject, body_text AS text, body_html AS html, status,
                  provider_message_id AS "providerMessageId",
                  status = 'sending' AND claimed_at > now() - make_interval(secs => :unknownForMs / 1000.0) AS "unknownOutcome"
           FROM email_outbox WHERE plan_change_id = :planChangeId AND kind = :kind FOR UPDATE`,
          { planChangeId, kind, unknownForMs },
        );
        if (mail.status !== 'queued' && mail.status !== 'sending') {
          return { claim: 'already_accepted', providerMessageId: mail.providerMessageId };
        }
        if (mail.unknownOutcome) return { claim: 'outcome_unknown' };
        await trx('email_outbox')
          .where({ id: mail.outboxId })
          .update({
            status: 'sending',
            claimed_at: trx.fn.now(),
            attempts: trx.raw('attempts + 1'),
            possible_duplicates: trx.raw(`possible_duplicates + (status = 'sending')::int`),
          });
        return { claim: 'send', mail };
      }),
    async release(outboxId) {
      await knex('email_outbox')
        .where({ id: outboxId, status: 'sending' })
        .update({ status: 'queued', claimed_at: null });
    },
  };
}
