import type { Knex } from 'knex';
import { isoInstant, rows } from '../sql.ts';

/** A link as the customer's page needs it: what was quoted, and whether the link can still be used. */
export interface ConsentLink {
  readonly linkId: string;
  readonly planChangeId: string;
  readonly quoteHash: string;
  readonly customerId: string;
  readonly fullName: string;
  readonly accountNumber: string;
  /** `answer_voided`: the answer that was given by it no longer counts, and the change needs another. */
  readonly state: 'open' | 'used' | 'expired' | 'voided' | 'answer_voided' | 'newer_link';
  readonly failedTries: number;
  readonly usedAt: string | null;
  readonly expiresAt: string;
}

/**
 * Of one change only the newest link counts that has left, as far as is known. A link ends with its quote: a newer quote, a hold, or a change that no longer waits for consent, voids it, and
 * the answer that was given by it. The mark on the link comes last, and may be lost with the connection: then the
 * consent, or the note that the customer declined, tells of the answer. Expiry is only shown by the database's clock; the workflow judges it by its own.
 */
export async function findConsentLink(knex: Knex, tokenSha256: string): Promise<ConsentLink | undefined> {
  const [found] = await rows<ConsentLink>(
    knex,
    `SELECT l.id AS "linkId", l.plan_change_id AS "planChangeId", l.quote_hash AS "quoteHash", pc.customer_id AS "customerId",
       c.full_name AS "fullName", c.account_number AS "accountNumber", l.failed_tries AS "failedTries",
       ${isoInstant('l.used_at')} AS "usedAt", ${isoInstant('l.expires_at')} AS "expiresAt",
       CASE WHEN answered AND (pc.status = 'held' OR pc.status = 'awaiting_consent' AND q.hash <> l.quote_hash) THEN 'answer_voided'
            WHEN q.hash <> l.quote_hash THEN 'voided'
            WHEN answered THEN 'used'
            WHEN pc.status <> 'awaiting_consent' THEN 'voided'
            WHEN l.expires_at <= now() THEN 'expired'
            WHEN EXISTS (SELECT 1 FROM consent_links n JOIN email_outbox m ON m.id = n.mail_id
              WHERE n.plan_change_id = l.plan_change_id AND n.id > l.id
                AND m.status IN ('sending', 'accepted', 'delivered', 'unknown')) THEN 'newer_link'
            ELSE 'open' END AS state
     FROM consent_links l
     JOIN plan_changes pc ON pc.id = l.plan_change_id
     JOIN customers c ON c.id = pc.customer_id
     JOIN quotes q ON (q.plan_change_id, q.revision) = (pc.id, pc.quote_revision)
     CROSS JOIN LATERAL (SELECT l.used_at IS NOT NULL
         OR EXISTS (SELECT 1 FROM consents k WHERE (k.plan_change_id, k.quote_hash) = (l.plan_change_id, l.quote_hash))
         OR pc.status = 'declined' AND EXISTS (SELECT 1 FROM account_notes n
           WHERE n.plan_change_id = pc.id AND n.kind = 'declined' AND n.author_type = 'customer') AS answered) AS given
     WHERE l.token_sha256 = :tokenSha256`,
    { tokenSha256 },
  );
  return found;
}

/**
 * Takes one of the tries before the details are looked at, so that many requests at once get no more of them.
 * @returns how many are left, or undefined when none was
 */
export async function takeTry(knex: Knex, linkId: string, allowed: number): Promise<number | undefined> {
  const [taken] = await rows<{ left: number }>(
    knex,
    `UPDATE consent_links SET failed_tries = failed_tries + 1 WHERE id = :linkId AND failed_tries < :allowed
     RETURNING :allowed - failed_tries AS left`,
    { linkId, allowed },
  );
  return taken?.left;
}

/** The details matched: the try did not fail. */
export async function giveTryBack(knex: Knex, linkId: string): Promise<void> {
  await rows(
    knex,
    `UPDATE consent_links SET failed_tries = greatest(failed_tries - 1, 0) WHERE id = :linkId`,
    {
      linkId,
    },
  );
}

/**
 * Spends a link once. A consent spent it already, in the step that stored it: then it counts as spent by the answer
 * whose evidence was accepted.
 * @returns when it was spent, or undefined when another answer spent it before
 */
export async function spendLink(
  knex: Knex,
  linkId: string,
  evidenceId: string | null,
): Promise<string | undefined> {
  const [spent] = await rows<{ usedAt: string }>(
    knex,
    `WITH spent AS (UPDATE consent_links SET used_at = now() WHERE id = :linkId AND used_at IS NULL RETURNING used_at)
     SELECT ${isoInstant('used_at')} AS "usedAt" FROM spent
     UNION ALL
     SELECT ${isoInstant('l.used_at')} FROM consent_links l JOIN consents k ON k.evidence_id = :evidenceId
     WHERE l.id = :linkId AND l.used_at IS NOT NULL`,
    { linkId, evidenceId },
  );
  return spent?.usedAt;
}
