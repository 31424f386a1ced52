import { maskEmail } from '../domain/contact-data.ts';
import { sha256Hex } from '../domain/canonical-json.ts';
import type {
  ConsentRecord,
  CustomerAsWas,
  LinkRecord,
  MailRecord,
  QuoteRecord,
} from '../domain/noted-records.ts';
import {
  customerRecord,
  partedDetails,
  sealedPart,
  sealedRecipient,
  sealedWords,
  wordsSalt,
} from '../domain/noted-records.ts';
import { isoInstant } from './sql.ts';

/**
 * The columns that records are made of, for all who hash them: the steps as they write them, proof bundles and the
 * audit as they read them. No type here is one on which database drivers differ.
 */

/** Of `customers c`, as they are now: what a quote and a consent keep of them. */
export const CUSTOMER_NOW = `jsonb_build_object('fullName', c.full_name, 'accountNumber', c.account_number,
  'timeZone', c.time_zone, 'salt', gen_random_uuid())`;

/** Of `quotes q`: a QuoteRow. */
export const QUOTE_RECORD = `q.plan_change_id AS "planChangeId", q.revision, q.hash, ${isoInstant('q.created_at')} AS "createdAt",
  ${isoInstant('q.expires_at')} AS "expiresAt", ${isoInstant('q.activate_at')} AS "activateAt", q.terms_version AS "termsVersion",
  q.next_bill_date::text AS "nextBillDate", q.next_bill_minor::text AS "nextBillMinor", q.script_version AS "scriptVersion",
  q.script_text AS "scriptText", to_jsonb(q.interruptions) AS interruptions, q.basis, q.customer`;

export type QuoteRow = Omit<QuoteRecord, 'customer'> & { readonly customer: CustomerAsWas | null };

export function quoteRecordOf({ customer, ...quote }: QuoteRow): QuoteRecord {
  return { ...quote, customer: customer && customerRecord(customer) };
}

/** Of `consent_evidence e`, and `consent_links l`, the link that its details name. */
export const EVIDENCE_RECORD = `e.id AS "evidenceId", e.method, ${isoInstant('e.given_at')} AS "givenAt",
  ${isoInstant('e.received_at')} AS "receivedAt", e.agent_id AS "agentId", e.details, e.salt,
  CASE WHEN l.id IS NOT NULL THEN jsonb_build_object('linkId', l.id, 'mailId', l.mail_id, 'createdAt', ${isoInstant('l.created_at')},
    'expiresAt', ${isoInstant('l.expires_at')}, 'usedAt', ${isoInstant('l.used_at')}) END AS link`;

export const LINK_OF_EVIDENCE = `(l.plan_change_id, l.id::text) = (e.plan_change_id, e.details->>'linkId')`;

/** Of `consents k` and the columns of EVIDENCE_RECORD. */
export const CONSENT_RECORD = `k.id AS "consentId", k.plan_change_id AS "planChangeId", k.quote_hash AS "quoteHash",
  ${isoInstant('k.accepted_at')} AS "acceptedAt", k.customer, ${EVIDENCE_RECORD}`;

export interface EvidenceRow {
  readonly evidenceId: string;
  readonly method: 'verbal' | 'written';
  readonly givenAt: string;
  readonly receivedAt: string;
  readonly agentId: string | null;
  readonly details: Readonly<Record<string, unknown>>;
  readonly salt: string;
  readonly link: LinkRecord | null;
}

export interface ConsentRow extends EvidenceRow {
  readonly consentId: string;
  readonly planChangeId: string;
  readonly quoteHash: string;
  readonly acceptedAt: string;
  readonly customer: CustomerAsWas | null;
}

export function consentRecordOf({ salt, details, customer, ...consent }: ConsentRow): ConsentRecord {
  const { open, personal } = partedDetails(details);
  return {
    ...consent,
    details: open,
    personal: sealedPart(salt, personal),
    customer: customer && customerRecord(customer),
  };
}

/** Of `email_outbox m`. */
export const MAIL_RECORD = `m.id AS "mailId", m.plan_change_id AS "planChangeId", m.kind,
  m.quote_revision AS "quoteRevision", ${isoInstant('m.created_at')} AS "createdAt", m.recipient, m.subject, m.body_text AS text,
  m.body_html AS html, m.salt`;

export interface MailRow {
  readonly mailId: string;
  readonly planChangeId: string;
  readonly kind: string;
  readonly quoteRevision: number;
  readonly createdAt: string;
  readonly recipient: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly salt: string;
}

export function mailRecordOf({ recipient, subject, text, html, salt, ...mail }: MailRow): MailRecord {
  const words = { recipient: maskEmail(recipient), subject, text, htmlSha256: sha256Hex(html) };
  return {
    ...mail,
    words: sealedWords(wordsSalt(salt), words),
    recipient: sealedRecipient(salt, recipient),
  };
}
