import type { Knex } from 'knex';
import { sha256Hex } from '../../domain/canonical-json.ts';
import { maskEmail } from '../../domain/contact-data.ts';
import { toMoneyJson } from '../../domain/money.ts';
import type { CustomerAsWas } from '../../domain/noted-records.ts';
import { customerRecord, partedDetails, sealedPart, wordsSalt } from '../../domain/noted-records.ts';
import { mentionedAgents } from '../../evidence/mentioned-agents.ts';
import type { ChainLink, EvidencePayload } from '../../evidence/payload.ts';
import type { PublicKey } from '../../evidence/signing-key.ts';
import type { MailRow } from '../noted-records.ts';
import { EVIDENCE_RECORD, LINK_OF_EVIDENCE, MAIL_RECORD, mailRecordOf } from '../noted-records.ts';
import { isoInstant, row, rows } from '../sql.ts';
import { proveHead } from './anchor-proof.ts';

/** What the database knows of a change; who asks, the product and the form of the file come on top. */
export type EvidenceRecord = Pick<
  EvidencePayload,
  | 'customer'
  | 'identification'
  | 'change'
  | 'laterChanges'
  | 'quotes'
  | 'terms'
  | 'consents'
  | 'notAccepted'
  | 'chain'
  | 'ledger'
  | 'links'
  | 'mails'
  | 'agents'
  | 'anchor'
  | 'anchorRefused'
>;

/**
 * Everything on record about a change, as of one instant. Recipients are masked here: whom a mail went to is told,
 * the address itself is in no bundle. Anchors count that one of `keys` signed, the company's; `readerId`: the agent
 * who asks, named with those who acted. Throws MissingRowError when there is no such change.
 */
export async function evidenceRecord(
  knex: Knex,
  planChangeId: string,
  { keys, readerId }: { readonly keys: readonly PublicKey[]; readonly readerId: string },
): Promise<EvidenceRecord> {
  return knex.transaction(
    async (trx) => {
      const { customer, identification, change } = await row<HeadRow>(trx, HEAD, { planChangeId });
      const { customerId } = customer;
      const list = <T>(sql: string): Promise<T[]> => rows<T>(trx, sql, { planChangeId });
      const money = (minor: string) => toMoneyJson(BigInt(minor), change.currency);
      const plan = <P extends { price: string }>({ price, ...named }: P) => ({
        ...named,
        price: money(price),
      });
      const evidence = (await list<StoredEvidence>(EVIDENCE)).map(withSealedDetails);
      const from = plan(change.from);
      const to = change.to && plan(change.to);
      const proven = await proveHead(trx, customerId, keys);
      const record = {
        customer,
        identification,
        change: { ...change, from, to },
        laterChanges: await list<EvidencePayload['laterChanges'][number]>(LATER_CHANGES),
        quotes: (await list<QuoteRow>(QUOTES)).map(({ nextBill, customer: offeredTo, ...quote }) => ({
          ...quote,
          customer: withSealedName(offeredTo),
          dueNow: money(quote.dueNow),
          toBalance: money(quote.toBalance),
          nextBill: { date: nextBill.date, amount: money(nextBill.amount) },
        })),
        terms: await list<EvidencePayload['terms'][number]>(TERMS),
        consents: evidence.flatMap(({ consent, ...received }) =>
          consent ? [{ ...consent, customer: withSealedName(consent.customer), evidence: received }] : [],
        ),
        notAccepted: evidence.flatMap(({ consent, ...received }) => (consent ? [] : [received])),
        chain: asFarAsShown(await rows<ChainLink>(trx, CHAIN, { planChangeId, customerId }), proven.anchor),
        ledger: {
          charges: (await list<ChargeRow>(CHARGES)).map((charge) => ({
            ...charge,
            amount: money(charge.amount),
          })),
          balance: (await list<BalanceRow>(BALANCE)).map((entry) => ({
            ...entry,
            amount: money(entry.amount),
          })),
        },
        links: await list<EvidencePayload['links'][number]>(LINKS),
        mails: (await list<StoredMail>(MAILS)).map(withSealedWords),
        ...proven,
      };
      const ids = [...mentionedAgents(record), readerId];
      return { ...record, agents: await rows<EvidencePayload['agents'][number]>(trx, AGENTS, { ids }) };
    },
    { isolationLevel: 'repeatable read', readOnly: true },
  );
}

/** A row of the list with amounts in minor units as text. */
type InMinor<T> = { [K in keyof T]: T[K] extends { amount: string; currency: string } ? string : T[K] };
type Change = EvidencePayload['change'];
interface HeadRow {
  customer: EvidencePayload['customer'];
  identification: EvidencePayload['identification'];
  change: Omit<Change, 'from' | 'to'> & {
    from: InMinor<Change['from']>;
    to: InMinor<NonNullable<Change['to']>> | null;
  };
}
type Quote = EvidencePayload['quotes'][number];
type QuoteRow = Omit<InMinor<Quote>, 'nextBill' | 'customer'> & {
  nextBill: InMinor<Quote['nextBill']>;
  customer: CustomerAsWas | null;
};
type Consent = EvidencePayload['consents'][number];
type EvidenceRow = Consent['evidence'] & {
  consent: (Omit<Consent, 'evidence' | 'customer'> & { customer: CustomerAsWas | null }) | null;
};
type StoredEvidence = Omit<EvidenceRow, 'personal'> & { salt: string };
type Mail = EvidencePayload['mails'][number];
type StoredMail = Omit<Mail, 'sealed' | 'textSha256' | 'htmlSha256'> & MailRow;
type ChargeRow = InMinor<EvidencePayload['ledger']['charges'][number]>;
type BalanceRow = InMinor<EvidencePayload['ledger']['balance'][number]>;

/** Nothing in the file shows whose the hashes are that follow the last note of the change, but for an anchor. */
function asFarAsShown(links: readonly ChainLink[], anchor: EvidencePayload['anchor']): ChainLink[] {
  const last = links.findLastIndex(
    ({ note, sequence }) => note !== null || sequence === anchor?.head.sequence,
  );
  return links.slice(0, last + 1);
}

/** With its hash, which is what a masked copy keeps. */
function withSealedName(customer: CustomerAsWas | null): Quote['customer'] {
  return customer && { ...customer, personal: customerRecord(customer).personal };
}

/** Personal details go with their salt: who reads them may see that they are what was noted. */
function withSealedDetails({ salt, ...evidence }: StoredEvidence): EvidenceRow {
  const sha256 = sealedPart(salt, partedDetails(evidence.details).personal);
  return { ...evidence, personal: { salt, sha256 } };
}

/** The whole address stays here, and with it the salt by which it could be tried out. */
function withSealedWords({ recipient, html, salt, planChangeId, ...mail }: StoredMail): Mail {
  const record = mailRecordOf({ ...mail, recipient, html, salt, planChangeId });
  return {
    ...mail,
    recipient: maskEmail(recipient),
    textSha256: sha256Hex(mail.text),
    htmlSha256: sha256Hex(html),
    sealed: { wordsSalt: wordsSalt(salt), words: record.words, recipient: record.recipient },
  };
}

const HEAD = `
  SELECT jsonb_build_object('customerId', c.id, 'accountNumber', c.account_number, 'fullName', c.full_name, 'timeZone', c.time_zone) AS customer,
    jsonb_build_object('identificationId', i.id, 'agentId', i.agent_id, 'verifiedAt', ${isoInstant('i.verified_at')},
      'expiresAt', ${isoInstant('i.expires_at')}) AS identification,
    jsonb_build_object('planChangeId', pc.id, 'status', pc.status, 'openedBy', pc.agent_id, 'openedAt', ${isoInstant('pc.opened_at')},
      'appliedAt', ${isoInstant('pc.applied_at')}, 'confirmedAt', ${isoInstant('pc.confirmed_at')}, 'closedAt', ${isoInstant('pc.closed_at')},
      'rejectionCode', pc.rejection_code, 'holdReason', pc.hold_reason,
      'activation', jsonb_build_object('when', pc.activation_when, 'date', pc.effective_date, 'at', ${isoInstant('pc.activate_at')}),
      'currency', pc.currency, 'requestedPlanCode', pc.requested_plan_code, 'promotionCode', pc.promotion_code,
      'quoteRevision', pc.quote_revision, 'replacesId', pc.replaces_id, 'revertsId', pc.reverts_id,
      'from', jsonb_build_object('planCode', fv.plan_code, 'planName', fv.plan_name, 'version', fv.version,
        'price', pc.from_price_minor::text, 'interval', fv.billing_interval),
      'to', CASE WHEN tv.plan_code IS NOT NULL THEN jsonb_build_object('planCode', tv.plan_code, 'planName', tv.plan_name,
        'version', tv.version, 'price', pc.to_price_minor::text, 'interval', tv.billing_interval) END,
      'transitions', (SELECT coalesce(jsonb_agg(jsonb_build_object('status', t.status, 'at', ${isoInstant('t.at')}) ORDER BY t.id), '[]')
        FROM plan_change_transitions t WHERE t.plan_change_id = pc.id)) AS change
  FROM plan_changes pc
  JOIN customers c ON c.id = pc.customer_id
  JOIN identifications i ON i.id = pc.identification_id
  JOIN plan_versions fv ON (fv.plan_code, fv.version) = (pc.from_plan_code, pc.from_plan_version)
  LEFT JOIN plan_versions tv ON (tv.plan_code, tv.version) = (pc.to_plan_code, pc.to_plan_version)
  WHERE pc.id = :planChangeId`;

const LATER_CHANGES = `
  SELECT l.id AS "planChangeId", CASE WHEN l.reverts_id = pc.id THEN 'reverts' ELSE 'replaces' END AS how,
    l.agent_id AS "openedBy", ${isoInstant('l.opened_at')} AS "openedAt", l.status, ${isoInstant('l.applied_at')} AS "appliedAt"
  FROM plan_changes pc
  JOIN plan_changes l ON l.customer_id = pc.customer_id
    AND (l.reverts_id = pc.id OR (l.replaces_id = pc.id AND l.opened_at = pc.closed_at))
  WHERE pc.id = :planChangeId AND l.status <> 'rejected' ORDER BY l.opened_at, l.id`;

const QUOTES = `
  SELECT q.revision, q.hash, q.canonical_json AS "canonicalJson", ${isoInstant('q.created_at')} AS "createdAt",
    ${isoInstant('q.expires_at')} AS "expiresAt", ${isoInstant('q.activate_at')} AS "activateAt", q.basis, q.customer, q.terms_version AS "termsVersion", q.due_now_minor::text AS "dueNow",
    q.to_balance_minor::text AS "toBalance", jsonb_build_object('date', q.next_bill_date, 'amount', q.next_bill_minor::text) AS "nextBill",
    jsonb_build_object('version', q.script_version, 'text', q.script_text) AS script, q.interruptions
  FROM quotes q WHERE q.plan_change_id = :planChangeId ORDER BY q.revision`;

const TERMS = `
  SELECT t.version, t.sha256, t.body, ${isoInstant('t.published_at')} AS "publishedAt"
  FROM terms t WHERE t.version IN (SELECT q.terms_version FROM quotes q WHERE q.plan_change_id = :planChangeId)
  ORDER BY t.version`;

const EVIDENCE = `
  SELECT e.quote_hash AS "quoteHash", ${EVIDENCE_RECORD},
    CASE WHEN k.id IS NOT NULL THEN jsonb_build_object('consentId', k.id, 'quoteRevision', q.revision, 'quoteHash', k.quote_hash,
      'superseded', q.revision < pc.quote_revision, 'acceptedAt', ${isoInstant('k.accepted_at')}, 'customer', k.customer) END AS consent
  FROM consent_evidence e
  JOIN plan_changes pc ON pc.id = e.plan_change_id
  LEFT JOIN consents k ON k.evidence_id = e.id
  LEFT JOIN consent_links l ON ${LINK_OF_EVIDENCE}
  LEFT JOIN quotes q ON (q.plan_change_id, q.hash) = (k.plan_change_id, k.quote_hash)
  WHERE e.plan_change_id = :planChangeId ORDER BY e.received_at, e.id`;

/**
 * Beside the notes of the change, that of its identification: written in the same transaction, so before or with it;
 * and of changes that take it back those that tell of it, and whether they were applied.
 */
const CHAIN = `
  SELECT n.sequence::int AS sequence, n.hash, CASE WHEN n.hash <> former_account_note_hash(n) THEN account_note_row_hash(n) END AS "rowHash",
    CASE WHEN n.plan_change_id = :planChangeId OR n.id = proof.id OR taking_back.id IS NOT NULL THEN jsonb_build_object('noteId', n.id, 'kind', n.kind,
      'body', n.body, 'author', jsonb_build_object('type', n.author_type, 'id', n.author_id), 'planChangeId', n.plan_change_id,
      'revision', n.revision, 'createdAt', ${isoInstant('n.created_at')}, 'salt', n.salt) END AS note
  FROM account_notes n
  LEFT JOIN (SELECT o.id FROM account_notes o, plan_changes pc JOIN identifications i ON i.id = pc.identification_id
    WHERE pc.id = :planChangeId AND o.customer_id = pc.customer_id AND o.kind = 'identified' AND o.author_id = i.agent_id::text
      AND o.created_at >= i.verified_at ORDER BY o.sequence LIMIT 1) AS proof ON true
  LEFT JOIN plan_changes taking_back ON taking_back.id = n.plan_change_id AND taking_back.reverts_id = :planChangeId
    AND taking_back.status <> 'rejected' AND n.kind IN ('quoted', 'plan_applied', 'compensated')
  WHERE n.customer_id = :customerId ORDER BY n.sequence`;

const CHARGES = `
  SELECT quote_revision AS "quoteRevision", quote_hash AS "quoteHash", line_no AS "lineNo", reversal, kind, description,
    service_start AS start, service_end AS "end", days, of_days AS "ofDays", amount_minor::text AS amount,
    effective_date AS "effectiveDate", ${isoInstant('posted_at')} AS "postedAt"
  FROM charges WHERE plan_change_id = :planChangeId ORDER BY quote_revision, reversal, line_no`;

const BALANCE = `
  SELECT customer_id AS "customerId", quote_revision AS "quoteRevision", reversal, amount_minor::text AS amount, effective_date AS "effectiveDate",
    ${isoInstant('posted_at')} AS "postedAt"
  FROM balance_entries WHERE plan_change_id = :planChangeId ORDER BY quote_revision, reversal`;

const LINKS = `
  SELECT l.id AS "linkId", l.quote_hash AS "quoteHash", l.mail_id AS "mailId", ${isoInstant('l.created_at')} AS "createdAt",
    ${isoInstant('l.expires_at')} AS "expiresAt", ${isoInstant('l.used_at')} AS "usedAt"
  FROM consent_links l WHERE l.plan_change_id = :planChangeId ORDER BY l.created_at, l.id`;

const AGENTS = `
  SELECT a.id AS "agentId", a.handle, a.role FROM agents a WHERE a.id::text = ANY(:ids) ORDER BY a.handle`;

const MASKED = `left(m.recipient, 1) || '***' || substring(m.recipient FROM position('@' IN m.recipient))`;

const MAILS = `
  SELECT ${MAIL_RECORD}, m.status,
    ${isoInstant('m.accepted_at')} AS "acceptedAt", m.provider_message_id AS "providerMessageId",
    (SELECT coalesce(jsonb_agg(jsonb_build_object('event', e.event, 'reason', replace(e.reason, m.recipient, ${MASKED}),
        'occurredAt', ${isoInstant('e.occurred_at')}, 'receivedAt', ${isoInstant('e.received_at')})
        ORDER BY e.occurred_at, e.event <> 'processed', e.provider_event_id), '[]')
      FROM email_events e WHERE e.outbox_id = m.id) AS events
  FROM email_outbox m WHERE m.plan_change_id = :planChangeId ORDER BY m.created_at, m.id`;
