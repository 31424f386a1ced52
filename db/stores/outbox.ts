import { createHash, randomBytes } from 'node:crypto';
import type { Knex } from 'knex';
import type {
  EnqueuedMail,
  LockedMail,
  MailClaim,
  MailKind,
  MailPatch,
  NewMail,
  Outbox,
  OutgoingMail,
} from '../../activities/ports.ts';
import { CONSENT_LINK_PLACEHOLDER } from '../../domain/consent-link.ts';
import { mailRecordHash } from '../../domain/noted-records.ts';
import type { MailRow } from '../noted-records.ts';
import { MAIL_RECORD, mailRecordOf } from '../noted-records.ts';
import { row } from '../sql.ts';

/** Puts a mail into the outbox, for the quote that is current in this transaction. */
export async function enqueueMail(trx: Knex.Transaction, mail: NewMail): Promise<EnqueuedMail> {
  const stored = await row<MailRow>(
    trx,
    `INSERT INTO email_outbox AS m (plan_change_id, kind, revision, quote_revision, recipient, subject, body_text, body_html)
     SELECT pc.id, :kind, :revision, pc.quote_revision, :recipient, :subject, :text, :html
     FROM plan_changes pc WHERE pc.id = :planChangeId
     RETURNING ${MAIL_RECORD}`,
    { ...mail },
  );
  return { mailId: stored.mailId, record: mailRecordHash(mailRecordOf(stored)) };
}

/** Whether the customer has agreed to the change, in whichever quote, or a mail about it may have left. */
export async function isKnownToCustomer(trx: Knex.Transaction, planChangeId: string): Promise<boolean> {
  const { isKnown } = await row<{ isKnown: boolean }>(
    trx,
    `SELECT EXISTS (SELECT 1 FROM consents k WHERE k.plan_change_id = :planChangeId)
       OR EXISTS (SELECT 1 FROM email_outbox m WHERE m.plan_change_id = :planChangeId
         AND m.status NOT IN ('queued', 'superseded')) AS "isKnown"`,
    { planChangeId },
  );
  return isKnown;
}

export async function nextMailRevision(
  trx: Knex.Transaction,
  planChangeId: string,
  kind: MailKind,
): Promise<number> {
  const { next } = await row<{ next: number }>(
    trx,
    `SELECT coalesce(max(revision), 0)::int + 1 AS next FROM email_outbox WHERE plan_change_id = :planChangeId AND kind = :kind`,
    { planChangeId, kind },
  );
  return next;
}

/** The provider's event may have come first and says more: the status then stays, the id is still recorded. */
export async function updateMail(trx: Knex.Transaction, mailId: string, patch: MailPatch): Promise<void> {
  const unsettled = ['queued', 'sending'];
  if (patch.status === 'accepted') {
    await trx('email_outbox')
      .where({ id: mailId })
      .whereNotIn('status', ['given_up', 'superseded'])
      .update({
        provider_message_id: trx.raw('coalesce(provider_message_id, ?)', [patch.providerMessageId]),
        accepted_at: trx.raw('coalesce(accepted_at, now())'),
      });
  }
  await trx('email_outbox')
    .where({ id: mailId })
    .whereIn('status', unsettled)
    .update({ status: patch.status });
}

/**
 * Whether what a mail says is still true, over the mail `m`, its change `pc` and its quote `q`. Once it is not it
 * never is again: a status is left for good or comes back with another quote. Time is up by the clock here: the
 * workflow's may be ahead of it, never behind. A reminder without a link says itself that the quote is over.
 */
const IS_STILL_TRUE = `CASE
    WHEN m.kind IN ('consent_request', 'consent_reminder')
      THEN pc.status = 'awaiting_consent' AND pc.quote_revision = m.quote_revision AND pc.consent_deadline_at > now()
        AND (q.expires_at > now() OR position('${CONSENT_LINK_PLACEHOLDER}' IN m.body_text) = 0)
    WHEN m.kind = 'held' THEN pc.status = 'held' AND pc.quote_revision = m.quote_revision
    ELSE true END AS "isStillTrue"`;

const MAIL_AND_CHANGE = `email_outbox m JOIN plan_changes pc ON pc.id = m.plan_change_id
     JOIN quotes q ON (q.plan_change_id, q.revision) = (m.plan_change_id, m.quote_revision)`;

/** Locks a mail and reads how far it is, and whether what it says is still true. */
export async function lockMail(trx: Knex.Transaction, mailId: string): Promise<LockedMail> {
  return row<LockedMail>(
    trx,
    `SELECT m.kind, m.status, ${IS_STILL_TRUE}
     FROM ${MAIL_AND_CHANGE}
     WHERE m.id = :mailId FOR UPDATE OF m`,
    { mailId },
  );
}

const ASKS_FOR_CONSENT: ReadonlySet<MailKind> = new Set(['consent_request', 'consent_reminder']);

interface OutboxRow extends OutgoingMail, LockedMail {
  readonly providerMessageId: string | null;
  readonly unknownOutcome: boolean;
}

export interface OutboxOptions {
  /** Origin of consent links. */
  readonly publicUrl: string;
}

/** The outbox over PostgreSQL: a mail is claimed in a committed transaction before it leaves. */
export function createOutbox(knex: Knex, options: OutboxOptions): Outbox {
  return {
    claim: (mailId, unknownForMs): Promise<MailClaim> =>
      knex.transaction(async (trx) => {
        const { status, kind, providerMessageId, unknownOutcome, isStillTrue, ...mail } =
          await row<OutboxRow>(
            trx,
            `SELECT m.id AS "outboxId", m.kind, m.recipient, m.subject, m.body_text AS text, m.body_html AS html, m.status,
                  m.provider_message_id AS "providerMessageId",
                  m.status = 'sending' AND m.claimed_at > now() - make_interval(secs => :unknownForMs / 1000.0) AS "unknownOutcome",
                  ${IS_STILL_TRUE}
           FROM ${MAIL_AND_CHANGE}
           WHERE m.id = :mailId FOR UPDATE OF m`,
            { mailId, unknownForMs },
          );
        if (status === 'superseded' || status === 'unknown') return { claim: 'superseded' };
        if (status !== 'queued' && status !== 'sending')
          return { claim: 'already_accepted', providerMessageId };
        if (unknownOutcome) return { claim: 'outcome_unknown' };
        if (!isStillTrue) return { claim: 'superseded' };
        const [claimed] = await trx('email_outbox')
          .where({ id: mailId })
          .update({
            status: 'sending',
            claimed_at: trx.fn.now(),
            attempts: trx.raw('attempts + 1'),
            possible_duplicates: trx.raw(`possible_duplicates + (status = 'sending')::int`),
          })
          .returning<{ attempts: number }[]>('attempts');
        return {
          claim: 'send',
          mail: await withConsentLink(trx, mail, kind, options),
          sends: claimed?.attempts ?? 1,
        };
      }),
    async release(mailId) {
      await knex('email_outbox').where({ id: mailId, status: 'sending' }).update({ status: 'queued' });
    },
  };
}

/**
 * Puts a new consent link where the stored mail has the placeholder. The token is 256 random bits and exists
 * in the mail only; the link ends with the quote it is for.
 */
async function withConsentLink(
  trx: Knex.Transaction,
  mail: OutgoingMail,
  kind: MailKind,
  options: OutboxOptions,
): Promise<OutgoingMail> {
  // By kind too: a name may hold anything.
  if (!ASKS_FOR_CONSENT.has(kind) || !mail.text.includes(CONSENT_LINK_PLACEHOLDER)) return mail;
  const token = randomBytes(32).toString('base64url');
  await row(
    trx,
    `INSERT INTO consent_links (token_sha256, plan_change_id, quote_hash, mail_id, expires_at)
     SELECT :tokenSha256, q.plan_change_id, q.hash, m.id, q.expires_at
     FROM email_outbox m JOIN quotes q ON (q.plan_change_id, q.revision) = (m.plan_change_id, m.quote_revision)
     WHERE m.id = :mailId RETURNING id`,
    { tokenSha256: createHash('sha256').update(token).digest('hex'), mailId: mail.outboxId },
  );
  const link = `${options.publicUrl}/consent/${token}`;
  return {
    ...mail,
    text: mail.text.replaceAll(CONSENT_LINK_PLACEHOLDER, link),
    html: mail.html.replaceAll(CONSENT_LINK_PLACEHOLDER, link),
  };
}
