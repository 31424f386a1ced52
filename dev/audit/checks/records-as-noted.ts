import type { ConsentRow, MailRow, QuoteRow } from '../../../db/noted-records.ts';
import {
  CONSENT_RECORD,
  consentRecordOf,
  LINK_OF_EVIDENCE,
  MAIL_RECORD,
  mailRecordOf,
  QUOTE_RECORD,
  quoteRecordOf,
} from '../../../db/noted-records.ts';
import { isoInstant } from '../../../db/sql.ts';
import { canonicalJson } from '../../../domain/canonical-json.ts';
import { toMoneyJson } from '../../../domain/money.ts';
import type { QuoteBasis, QuoteRecord } from '../../../domain/noted-records.ts';
import {
  consentRecordHash,
  deliveryRecordHash,
  mailRecordHash,
  quoteRecordHash,
} from '../../../domain/noted-records.ts';
import type { NotedFacts, NotedMail, NoteWords } from '../../../evidence/compare-with-notes.ts';
import { compareWithNotes } from '../../../evidence/compare-with-notes.ts';
import type { CheckContext, Finding, Query } from '../check.ts';
import { finding } from '../check.ts';

const ID = 'I9';
/** Changes whose records are in memory at once: a mail is some kilobytes. */
const AT_ONCE = 500;

/** Everything that notes tell of is as it was when they were written: the hashes that they name, worked out again. */
export async function recordsAsNoted(context: CheckContext): Promise<Finding[]> {
  const findings: Finding[] = [];
  let unbound = 0;
  for (let after = NO_CHANGE; ;) {
    const changes = await context.query<ChangeRow>(CHANGES, [after, AT_ONCE]);
    const facts = await factsOf(
      context.query,
      changes.map(({ id }) => id),
    );
    const suspected = changes.flatMap((change) => {
      const compared = compareChange(change, facts(change.id));
      context.looked(compared.looked);
      unbound += compared.unbound;
      return compared.problems.length === 0 ? [] : [{ change, problems: compared.problems }];
    });
    findings.push(...(await confirmed(context.query, suspected)));
    const last = changes.at(-1);
    if (!last || changes.length < AT_ONCE) break;
    after = last.id;
  }
  context.unchecked('quotes, consents and mails whose notes are from before notes named records', unbound);
  return findings;
}

interface Suspected {
  readonly change: ChangeRow;
  readonly problems: readonly string[];
}

/** A step that was committed between two queries makes a mail look other than its note: it looks so once. */
async function confirmed(query: Query, suspected: readonly Suspected[]): Promise<Finding[]> {
  if (suspected.length === 0) return [];
  const ids = suspected.map(({ change }) => change.id);
  const facts = await factsOf(query, ids);
  return suspected.flatMap(({ change, problems }) => {
    const again = compareChange(change, facts(change.id)).problems;
    const about = { plan_change_id: change.id, customer_id: change.customer_id };
    return problems.filter((what) => again.includes(what)).map((what) => finding(ID, what, about));
  });
}

function compareChange(change: ChangeRow, own: OwnFacts): ReturnType<typeof compareWithNotes> {
  const compared = compareWithNotes(own.noted);
  const problems = [...compared.problems, ...besideItsBasis(change, own.quotes), ...own.badlyGiven];
  return { ...compared, problems };
}

const NO_CHANGE = '00000000-0000-0000-0000-000000000000';

interface ChangeRow {
  readonly id: string;
  readonly customer_id: string;
  readonly quote_revision: number;
  readonly activate_at: string | null;
  readonly currency: string;
  readonly basis: {
    readonly when: string;
    readonly from: StoredPlan;
    readonly to: StoredPlan | null;
  };
}

type StoredPlan = Omit<QuoteBasis['from'], 'price'> & { readonly priceMinor: string };

const PLAN = (plan: string, version: string) =>
  `jsonb_build_object('planCode', ${version}.plan_code, 'planName', ${version}.plan_name, 'version', ${version}.version,
     'priceMinor', pc.${plan}_price_minor::text, 'interval', ${version}.billing_interval)`;

const CHANGES = `
  SELECT pc.id, pc.customer_id, pc.quote_revision, ${isoInstant('pc.activate_at')} AS activate_at, pc.currency,
    jsonb_build_object('when', pc.activation_when, 'from', ${PLAN('from', 'f')},
      'to', CASE WHEN t.plan_code IS NOT NULL THEN ${PLAN('to', 't')} END) AS basis
  FROM plan_changes pc
  LEFT JOIN plan_versions f ON (f.plan_code, f.version) = (pc.from_plan_code, pc.from_plan_version)
  LEFT JOIN plan_versions t ON (t.plan_code, t.version) = (pc.to_plan_code, pc.to_plan_version)
  WHERE pc.id > $1 ORDER BY pc.id LIMIT $2`;

/** Plans and prices of the change are those that its current quote rests on. */
function besideItsBasis(change: ChangeRow, quotes: readonly QuoteRecord[]): string[] {
  const quote = quotes.find(({ revision }) => revision === change.quote_revision);
  if (!quote) return [];
  const { when, from, to } = change.basis;
  const plan = ({ priceMinor, ...named }: StoredPlan) => ({
    ...named,
    price: toMoneyJson(BigInt(priceMinor), change.currency),
  });
  const basis = { when, from: plan(from), to: to && plan(to) };
  const isSame =
    change.activate_at === quote.activateAt &&
    (quote.basis === null || canonicalJson(basis) === canonicalJson(quote.basis));
  return isSame
    ? []
    : [`the change has another instant, or other plans or prices, than quote ${quote.revision}`];
}

interface OwnFacts {
  readonly noted: NotedFacts;
  readonly quotes: readonly QuoteRecord[];
  readonly badlyGiven: readonly string[];
}

type Consent = ConsentRow & { readonly quoteRevision: number; readonly isAsGiven: boolean };
type Mail = MailRow &
  Pick<NotedMail, 'status' | 'providerMessageId' | 'acceptedAt'> & { readonly events: readonly Event[] };
interface Event {
  readonly event: string;
  readonly occurredAt: string;
}
type Note = NoteWords & { readonly planChangeId: string };

const QUOTES = `SELECT ${QUOTE_RECORD} FROM quotes q WHERE q.plan_change_id = ANY ($1) ORDER BY q.revision`;

const CONSENTS = `
  SELECT ${CONSENT_RECORD}, q.revision AS "quoteRevision", (k.method, k.given_at) = (e.method, e.given_at) AS "isAsGiven"
  FROM consents k
  JOIN quotes q ON (q.plan_change_id, q.hash) = (k.plan_change_id, k.quote_hash)
  JOIN consent_evidence e ON e.id = k.evidence_id
  LEFT JOIN consent_links l ON ${LINK_OF_EVIDENCE}
  WHERE k.plan_change_id = ANY ($1) ORDER BY q.revision`;

const MAILS = `
  SELECT ${MAIL_RECORD}, m.status::text AS status, m.provider_message_id AS "providerMessageId",
    ${isoInstant('m.accepted_at')} AS "acceptedAt",
    (SELECT coalesce(jsonb_agg(jsonb_build_object('event', e.event, 'occurredAt', ${isoInstant('e.occurred_at')})), '[]')
     FROM email_events e WHERE e.outbox_id = m.id) AS events
  FROM email_outbox m WHERE m.plan_change_id = ANY ($1) ORDER BY m.id`;

const NOTES = `
  SELECT n.plan_change_id AS "planChangeId", n.kind::text AS kind, n.revision, n.body
  FROM account_notes n WHERE n.plan_change_id = ANY ($1) ORDER BY n.customer_id, n.sequence`;

async function factsOf(query: Query, ids: readonly string[]): Promise<(planChangeId: string) => OwnFacts> {
  const quotes = grouped((await query<QuoteRow>(QUOTES, [ids])).map(quoteRecordOf));
  const consents = grouped(await query<Consent>(CONSENTS, [ids]));
  const mails = grouped(await query<Mail>(MAILS, [ids]));
  const notes = grouped(await query<Note>(NOTES, [ids]));
  return (id) => {
    const given = consents(id);
    return {
      quotes: quotes(id),
      noted: {
        quotes: quotes(id).map((quote) => ({ revision: quote.revision, record: quoteRecordHash(quote) })),
        consents: given.map(({ quoteRevision, isAsGiven: _, ...consent }) => ({
          quoteRevision,
          record: consentRecordHash(consentRecordOf(consent)),
        })),
        mails: mails(id).map(notedMail),
        notes: notes(id),
      },
      badlyGiven: given
        .filter(({ isAsGiven }) => !isAsGiven)
        .map(
          ({ quoteRevision }) => `the consent to quote ${quoteRevision} was not given as its evidence says`,
        ),
    };
  };
}

function notedMail({ status, providerMessageId, acceptedAt, events, ...mail }: Mail): NotedMail {
  const { kind, mailId } = mail;
  return {
    kind,
    status,
    providerMessageId,
    acceptedAt,
    record: mailRecordHash(mailRecordOf(mail)),
    events: events.map((one) => ({ event: one.event, record: deliveryRecordHash({ mailId, ...one }) })),
  };
}

function grouped<T extends { readonly planChangeId: string }>(rows: readonly T[]) {
  const groups = new Map<string, T[]>();
  for (const row of rows) groups.set(row.planChangeId, [...(groups.get(row.planChangeId) ?? []), row]);
  return (id: string): readonly T[] => groups.get(id) ?? [];
}
