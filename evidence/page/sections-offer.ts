import { REJECTED_BECAUSE } from '../../domain/note-words.ts';
import { formatDateForPeople } from '../../domain/calendar.ts';
import { moneyText, planPriceText } from '../money.ts';
import type {
  BundleConsent,
  BundleCustomer,
  BundleEvidence,
  BundleQuote,
  EvidencePayload,
} from '../payload.ts';
import { contentOf } from '../quote-content.ts';
import { noteOfQuote } from '../quote-record.ts';
import { doubts } from './failed-checks.ts';
import { code, esc, facts, paragraph, quotation, section, table } from './html.ts';
import type { Clock } from './clock.ts';
import { declinedHtml, declineOf, howDeclined } from './declined.ts';
import { agentWords } from './who.ts';

/** What was offered: every quote of the change, the figures read from the text that was hashed. */
export function offered(payload: EvidencePayload, clock: Clock): string {
  const { quotes, change } = payload;
  if (quotes.length === 0) {
    return section(
      'offered',
      '2. What was offered',
      doubts(payload, 'offered') + paragraph(nothingOffered(payload)),
    );
  }
  const several =
    quotes.length > 1
      ? paragraph(
          `There were ${quotes.length} quotes. A newer quote makes the earlier ones void; they stay on record. The current one is quote ${change.quoteRevision}.`,
        )
      : '';
  const shown = quotes.map((quote) => quoteHtml(quote, payload, clock)).join('');
  return section('offered', '2. What was offered', doubts(payload, 'offered') + several + shown);
}

function nothingOffered({ change: { rejectionCode }, format }: EvidencePayload): string {
  const words: Readonly<Record<string, string>> = REJECTED_BECAUSE;
  if (rejectionCode !== null && format !== 'plan-change-evidence/1')
    return `Nothing: the request was refused at once, because ${words[rejectionCode] ?? rejectionCode}.`;
  return `Nothing: the request was refused at once${rejectionCode === null ? '' : ` (${rejectionCode})`}.`;
}

function quoteHtml(quote: BundleQuote, payload: EvidencePayload, clock: Clock): string {
  const { change, terms } = payload;
  const content = contentOf(quote);
  const isVoid = quote.revision < change.quoteRevision;
  const tag = isVoid ? ' <span class="tag void">void: superseded</span>' : '';
  const title = `<h3>Quote ${quote.revision}${tag}</h3>\n`;
  if (!content) return `${title}${paragraph('The stored text of this quote cannot be read.')}`;
  const lines = content.lines.map((line) => [
    esc(line.description),
    line.ofDays > 0 ? `${line.days} of ${line.ofDays} days` : '',
    line.ofDays > 0 ? `${esc(line.start)} until ${esc(line.end)}` : '',
    esc(moneyText(line.amount)),
  ]);
  return `${title}${table(
    [{ head: 'For' }, { head: 'Days' }, { head: 'From, until' }, { head: 'Amount', kind: 'amount' }],
    lines,
    ['Total, before tax', '', '', esc(moneyText(content.net))],
  )}${facts([
    ['Offered to', quote.customer ? customerThen(quote.customer) : null],
    ...prices(quote, payload),
    ['Takes effect', esc(formatDateForPeople(content.effectiveDate))],
    ['Due on that date', esc(moneyText(quote.dueNow))],
    ['To the account balance', esc(moneyText(quote.toBalance))],
    ['Next bill', esc(`${moneyText(quote.nextBill.amount)} on ${formatDateForPeople(quote.nextBill.date)}`)],
    ['Promotion', content.promotion === null ? null : esc(content.promotion)],
    ['Interruption of service', esc(quote.interruptions.join(' ') || 'None was announced.')],
    ['Offered', clock(quote.createdAt)],
    ['Open until', clock(quote.expiresAt)],
    [
      'Terms',
      `version ${esc(quote.termsVersion)}${terms.length > 0 ? ', <a href="#terms">in full below</a>' : ''}`,
    ],
    ['Quote hash', code(quote.hash)],
    ...recordHash(quote, payload),
  ])}${hashWords(quote, payload)}`;
}

type Fact = Parameters<typeof facts>[0][number];

function prices(quote: BundleQuote, { format }: EvidencePayload): Fact[] {
  if (format === 'plan-change-evidence/1' || !quote.basis) return [];
  const { from, to } = quote.basis;
  return [
    ['Price before', esc(planPriceText(from))],
    ['Price from then on', esc(planPriceText(to))],
  ];
}

/** The price a month is not in what the quote hash is over: which hash covers it must be said. */
function recordHash(quote: BundleQuote, payload: EvidencePayload): Fact[] {
  const told = payload.format === 'plan-change-evidence/1' ? undefined : noteOfQuote(payload, quote);
  return told ? [['Record hash', `${code(told.record)}, in note ${told.sequence}`]] : [];
}

function hashWords(quote: BundleQuote, payload: EvidencePayload): string {
  if (recordHash(quote, payload).length === 0) return '';
  return '<p class="note">The quote hash is over the lines, their total, the plan and its version, the promotion, the date and the terms. The record hash is over the quote hash and everything else of the quote: the prices before and after, the next bill, the script, the interruptions, the times and who the customer was. It was written into the account note in the same step as the quote; <a href="#verify">section 9</a> has the very text.</p>\n';
}

/** As the account had them then: a name may have been corrected since, and people move. */
function customerThen({ fullName, accountNumber, timeZone }: BundleCustomer): string {
  return esc(`${fullName}, account ${accountNumber}, then in the time zone ${timeZone}`);
}

/** What was said or shown before the customer agreed, word for word. */
export function saidOrShown(payload: EvidencePayload, clock: Clock): string {
  const { quotes, change } = payload;
  const parts = quotes.map((quote) => {
    const shownPages = allEvidence(payload).filter(
      ({ quoteHash, details }) => quoteHash === quote.hash && shownPage(details) !== undefined,
    );
    const isVoid = quote.revision < change.quoteRevision;
    const script = `<h3>Script ${esc(quote.script.version)} for quote ${quote.revision}${isVoid ? ' (void)' : ''}</h3>\n${paragraph(
      scriptWords(payload, quote.hash),
    )}${quotation(quote.script.text)}`;
    return script + shownPages.map((evidence) => shownPageHtml(evidence, clock)).join('');
  });
  const html = parts.join('') || paragraph('Nothing: there was no offer.');
  return section('said', '3. What was said or shown', doubts(payload, 'said') + html);
}

/** Whether the words were read aloud is in the recording of a call, and what was signed in a document; neither is here. */
function scriptWords(payload: EvidencePayload, quoteHash: string): string {
  const words = 'The words that the agent reads aloud before the customer answers';
  if (payload.format === 'plan-change-evidence/1') return `${words}:`;
  const answers = allEvidence(payload).filter((evidence) => evidence.quoteHash === quoteHash);
  if (answers.some(({ method: by }) => by === 'verbal'))
    return `${words}. That they were read rests on what the agent entered; the recording would show it, and is not in this file:`;
  if (answers.some(({ agentId }) => agentId !== null))
    return 'The words for a call. The agent entered a signed document instead, which is not in this file: nothing here says that these words were read aloud, nor that they are in the document.';
  const decline = declineOf(payload);
  if (decline?.quoteHash === quoteHash)
    return `The words for a call. The customer declined this quote ${howDeclined(decline)}: nothing here says that they were read aloud.`;
  return answers.length === 0
    ? `${words}. No answer to this quote is on record:`
    : 'The words for a call. The customer answered in writing: nothing here says that they were read aloud.';
}

function allEvidence({ consents, notAccepted }: EvidencePayload): BundleEvidence[] {
  return [...consents.map(({ evidence }) => evidence), ...notAccepted];
}

/** The page of a link, sentence by sentence, as it was when the customer agreed (`shownWords` of the consent page). */
export function shownPage(details: Readonly<Record<string, unknown>>): string[] | undefined {
  const shown = details['shown'];
  const words =
    typeof shown === 'object' && shown !== null ? (shown as { words?: unknown }).words : undefined;
  return typeof words === 'string' ? words.split('\n') : undefined;
}

function shownPageHtml({ details, receivedAt }: BundleEvidence, clock: Clock): string {
  return `<h3>The page that the customer saw</h3>
<p>The words of the page behind the link when the customer agreed, ${clock(receivedAt)}:</p>
${quotation((shownPage(details) ?? []).join('\n'))}`;
}

/** What was agreed and when: every consent with its evidence, then what was received and not accepted. */
export function agreed(payload: EvidencePayload, clock: Clock): string {
  const { consents, notAccepted } = payload;
  const accepted = consents.map((consent) => consentHtml(consent, payload, clock)).join('');
  const others = notAccepted.map(
    (evidence) =>
      `<h3>Received, not accepted <span class="tag void">no consent</span></h3>\n${evidenceFacts(evidence, payload, clock)}`,
  );
  const html = accepted || paragraph('No consent is on record.');
  const declined = declinedHtml(payload, clock);
  return section(
    'agreed',
    '4. What was agreed, and when',
    doubts(payload, 'agreed') + html + declined + others.join(''),
  );
}

function consentHtml(consent: BundleConsent, payload: EvidencePayload, clock: Clock): string {
  const current =
    payload.format === 'plan-change-evidence/1'
      ? 'to the current quote'
      : 'in force: it is the current quote';
  const tag = consent.superseded
    ? '<span class="tag void">void: superseded by a newer quote</span>'
    : `<span class="tag">${current}</span>`;
  return `<h3>Consent to quote ${consent.quoteRevision} ${tag}</h3>
${evidenceFacts(consent.evidence, payload, clock, [
  ['Accepted', clock(consent.acceptedAt)],
  ['By', consent.customer ? customerThen(consent.customer) : null],
  ['Agreed to', `quote ${consent.quoteRevision}, hash ${code(consent.quoteHash)}`],
  ['Consent id', code(consent.consentId)],
])}`;
}

const DETAILS: Readonly<Record<string, string>> = {
  id: 'Recording',
  startedAt: 'Recording began',
  durationSeconds: 'Length of the recording',
  announced: 'Customer was told of the recording',
  scriptVersion: 'Script that was read',
  name: 'Document',
  sha256: 'SHA-256 of the document',
  signedBy: 'Signed by',
  signedAt: 'Signed',
  channel: 'Given by',
  typedName: 'Name as typed',
  clientAddress: 'Network address of the customer',
  userAgent: 'Browser of the customer',
};

/** The record has what the agent typed, and nothing by which a reader could tell whether it is so. */
const NO_RECORDING =
  'not in this file, nor a hash of it: ask the company for it by its id, and listen for the words of the script and the answer';
const NO_DOCUMENT =
  'not in this file: ask the company for it, compare its SHA-256, and read in it what was signed and by whom';

/** Where the first format says more than is known. */
const DETAILS_SINCE_2: Readonly<Record<string, string>> = {
  clientAddress: 'Address from which the request reached the server (a provider’s or a relay’s, it may be)',
  userAgent: 'Browser, as it names itself',
};

function evidenceFacts(
  evidence: BundleEvidence,
  payload: EvidencePayload,
  clock: Clock,
  first: Parameters<typeof facts>[0] = [],
): string {
  const { mails, format } = payload;
  const { link, details } = evidence;
  const isEntered = evidence.agentId !== null && format !== 'plan-change-evidence/1';
  const mail = link && mails.find(({ mailId }) => mailId === link.mailId);
  const isByLink = details['channel'] === 'link';
  return `${facts([
    ...first,
    ['Method', method(evidence)],
    ['Given', clock(evidence.givenAt)],
    ['Received', clock(evidence.receivedAt)],
    ['Recorded by', recordedBy(evidence, payload)],
    ...Object.entries(DETAILS).flatMap(([name, title]) => {
      const value = details[name];
      const words = isFirstFormat(payload) ? title : (DETAILS_SINCE_2[name] ?? title);
      return value === undefined || value === null
        ? []
        : [
            [
              isEntered ? `${words}, as the agent entered it` : words,
              detail(name, value, clock, payload),
            ] as const,
          ];
    }),
    [
      'The recording itself',
      format === 'plan-change-evidence/1' || evidence.method === 'written' ? null : NO_RECORDING,
    ],
    ['The document itself', isEntered && evidence.method === 'written' ? NO_DOCUMENT : null],
    ['Link sent', link && `${clock(link.createdAt)}${mail ? `, in the mail “${esc(mail.subject)}”` : ''}`],
    ['Link used', link?.usedAt ? clock(link.usedAt) : null],
    ['Asked on the page', isByLink && !isFirstFormat(payload) ? ASKED_BY_LINK : null],
    ['Evidence id', code(evidence.evidenceId)],
  ])}${isFirstFormat(payload) ? '' : timeWords(evidence)}`;
}

const isFirstFormat = ({ format }: EvidencePayload): boolean => format === 'plan-change-evidence/1';

const ASKED_BY_LINK =
  'the full name and the last four characters of the account number: the answer was taken only when both were the customer’s. What was typed for the account number is not kept';

/** The instants of a consent are near each other, and each says something else. */
function timeWords({ agentId, link }: BundleEvidence): string {
  const given =
    agentId === null
      ? 'Given: when the answer of the page reached the company. Received: when it was stored. Accepted: when the procedure took it as the consent to this quote.'
      : 'Given: when the customer answered, as far as the entry of the agent tells. Received: when that entry was stored. Accepted: when the procedure took it as the consent to this quote.';
  const used = link
    ? ' Link used: when the consent was stored, and the link was used up with it; that is a little after it was accepted.'
    : '';
  return `<p class="note">${given}${used}</p>\n`;
}

function recordedBy({ agentId }: BundleEvidence, payload: EvidencePayload): string {
  if (agentId === null) return 'the customer, on the page of the link';
  return payload.format === 'plan-change-evidence/1'
    ? `agent ${code(agentId)}`
    : esc(agentWords(payload, agentId));
}

function method({ method: by, details }: BundleEvidence): string {
  if (by === 'verbal') return 'verbal, in a recorded call';
  return details['channel'] === 'link' ? 'written, by a single-use link' : 'written, by a signed document';
}

function detail(name: string, value: unknown, clock: Clock, payload: EvidencePayload): string {
  if (name === 'durationSeconds' && value === 1 && !isFirstFormat(payload)) return '1 second';
  if (name === 'durationSeconds') return `${esc(String(value))} seconds`;
  if (name === 'announced') return value === true ? 'yes' : 'no';
  if (name === 'channel') return 'a page that only the link from the mail opens';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  if (name === 'startedAt' || name === 'signedAt') return clock(text);
  return name === 'sha256' ? code(text) : esc(text);
}
