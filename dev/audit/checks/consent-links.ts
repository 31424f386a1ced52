import { DEFAULT_LIMITS } from '../../../config.ts';
import type { Check } from '../check.ts';
import { applyRules } from '../check.ts';
import { guardsInForce } from './guards.ts';

/** Between the look at the link's end and the commits of an answer to it: no request takes longer. */
const IN_FLIGHT = `interval '60 seconds'`;

/** A link is spent by an answer of the customer: a consent with its evidence, or a decline. */
const SPENT_BY_AN_ANSWER = `
  SELECT l.plan_change_id, pc.customer_id, CASE
    WHEN l.used_at IS NOT NULL AND k.id IS NULL AND NOT EXISTS (SELECT 1 FROM account_notes n
           WHERE n.plan_change_id = pc.id AND n.kind = 'declined' AND n.author_type = 'customer')
      THEN 'a link is spent, yet no answer of the customer came of it'
    WHEN k.accepted_at >= l.expires_at THEN 'a consent was accepted by a link that had ended'
    WHEN k.received_at > l.expires_at + ${IN_FLIGHT} THEN 'an answer was taken by a link that had ended'
    WHEN l.used_at > l.expires_at + ${IN_FLIGHT} THEN 'a link was spent after it had ended' END
  FROM consent_links l
  JOIN plan_changes pc ON pc.id = l.plan_change_id
  LEFT JOIN (SELECT c.id, c.accepted_at, e.received_at, e.details->>'linkId' AS link_id
    FROM consents c JOIN consent_evidence e ON e.id = c.evidence_id
    WHERE e.details->>'channel' = 'link') k ON k.link_id = l.id::text`;

const ONE_ANSWER_PER_QUOTE = `
  SELECT l.plan_change_id, pc.customer_id,
    CASE WHEN count(l.used_at) > 1 THEN format('%s links were spent on one quote', count(l.used_at)) END
  FROM consent_links l JOIN plan_changes pc ON pc.id = l.plan_change_id
  GROUP BY l.plan_change_id, pc.customer_id, l.quote_hash`;

const LINKS_OF_THEIR_QUOTE = `
  SELECT l.plan_change_id, pc.customer_id, CASE
    WHEN q.hash IS NULL THEN 'a link is for a quote that is not there'
    WHEN l.expires_at <> q.expires_at THEN 'a link does not end with its quote'
    WHEN l.failed_tries NOT BETWEEN 0 AND $1 THEN format('a link was tried %s times without success', l.failed_tries)
    WHEN m.plan_change_id IS DISTINCT FROM l.plan_change_id OR m.kind NOT IN ('consent_request', 'consent_reminder')
      THEN 'a link was sent with the mail of something else' END
  FROM consent_links l
  JOIN plan_changes pc ON pc.id = l.plan_change_id
  LEFT JOIN quotes q ON (q.plan_change_id, q.hash) = (l.plan_change_id, l.quote_hash)
  LEFT JOIN email_outbox m ON m.id = l.mail_id`;

/** Each try leaves evidence that names its link; that one of them at most is accepted, the constraints see to. */
const EVIDENCE_OF_ITS_LINK = `
  SELECT e.plan_change_id, pc.customer_id, CASE
    WHEN l.id IS NULL THEN 'evidence names a link that is not there'
    WHEN (l.plan_change_id, l.quote_hash) <> (e.plan_change_id, e.quote_hash)
      THEN 'evidence came by a link of another change or quote' END
  FROM consent_evidence e
  JOIN plan_changes pc ON pc.id = e.plan_change_id
  LEFT JOIN consent_links l ON l.id::text = e.details->>'linkId'
  WHERE e.details->>'channel' = 'link'`;

export const consentLinks: Check = {
  id: 'I12',
  title: "a customer's link is spent at most once, and by nothing after it has ended",
  run: async (context) => [
    ...(await guardsInForce(context, 'I12', [
      { kind: 'constraint', table: 'consent_links', name: 'consent_links_token_sha256_key' },
      { kind: 'constraint', table: 'consent_links', name: 'consent_links_plan_change_id_quote_hash_fkey' },
      { kind: 'constraint', table: 'consent_evidence', name: 'consent_evidence_request_id_key' },
      { kind: 'constraint', table: 'consents', name: 'consents_evidence_id_key' },
      { kind: 'constraint', table: 'consents', name: 'consents_plan_change_id_quote_hash_key' },
    ])),
    ...(await applyRules(context, 'I12', [
      { sql: SPENT_BY_AN_ANSWER },
      { sql: ONE_ANSWER_PER_QUOTE },
      { sql: LINKS_OF_THEIR_QUOTE, parameters: [DEFAULT_LIMITS.consentLinkTries] },
      { sql: EVIDENCE_OF_ITS_LINK },
    ])),
  ],
};
