import { isFirstFormat } from '../first-format.ts';
import type { BundleConsent, BundleEvidence, EvidencePayload } from '../payload.ts';
import { recordingEnd } from '../recording-end.ts';
import type { Clock } from './clock.ts';
import { customerThen } from './customer-then.ts';
import { declinedHtml } from './declined.ts';
import { doubts } from './failed-checks.ts';
import { code, esc, facts, paragraph, section } from './html.ts';
import { agentWords } from './who.ts';

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
  const current = isFirstFormat(payload.format)
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
  const isEntered = evidence.agentId !== null && !isFirstFormat(format);
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
      const words = isFirstFormat(payload.format) ? title : (DETAILS_SINCE_2[name] ?? title);
      return value === undefined || value === null
        ? []
        : [
            [
              isEntered ? `${words}, as the agent entered it` : words,
              detail(name, value, clock, payload),
            ] as const,
          ];
    }),
    ['The recording itself', isFirstFormat(format) || evidence.method === 'written' ? null : NO_RECORDING],
    ['The document itself', isEntered && evidence.method === 'written' ? NO_DOCUMENT : null],
    ['Link sent', link && `${clock(link.createdAt)}${mail ? `, in the mail “${esc(mail.subject)}”` : ''}`],
    ['Link used', link?.usedAt ? clock(link.usedAt) : null],
    ['Asked on the page', isByLink && !isFirstFormat(payload.format) ? ASKED_BY_LINK : null],
    ['Evidence id', code(evidence.evidenceId)],
  ])}${isFirstFormat(payload.format) ? '' : timeWords(evidence, clock)}`;
}

const ASKED_BY_LINK =
  'the full name and the last four characters of the account number: the answer was taken only when both were the customer’s. What was typed for the account number is not kept';

/** The instants of a consent are near each other, and each says something else. */
function timeWords(evidence: BundleEvidence, clock: Clock): string {
  const { link } = evidence;
  const used = link
    ? ' Link used: when the consent was stored, and the link was used up with it; that is a little after it was accepted.'
    : '';
  return `<p class="note">${givenWords(evidence, clock)} Accepted: when the procedure took it as the consent to this quote.${used}</p>\n`;
}

function givenWords(evidence: BundleEvidence, clock: Clock): string {
  if (evidence.agentId === null)
    return 'Given: when the answer of the page reached the company. Received: when it was stored.';
  if (evidence.method === 'written')
    return 'Given: when the customer answered, as far as the entry of the agent tells. Received: when that entry was stored.';
  const end = recordingEnd(evidence);
  const until = end === null ? '' : `, which by its entry ended ${clock(end)}`;
  return `Given: when the agent entered the answer; the answer itself is in the recording${until}. Received: when that entry was stored.`;
}

function recordedBy({ agentId }: BundleEvidence, payload: EvidencePayload): string {
  if (agentId === null) return 'the customer, on the page of the link';
  return isFirstFormat(payload.format) ? `agent ${code(agentId)}` : esc(agentWords(payload, agentId));
}

function method({ method: by, details }: BundleEvidence): string {
  if (by === 'verbal') return 'verbal, in a recorded call';
  return details['channel'] === 'link' ? 'written, by a single-use link' : 'written, by a signed document';
}

function detail(name: string, value: unknown, clock: Clock, payload: EvidencePayload): string {
  if (name === 'durationSeconds' && value === 1 && !isFirstFormat(payload.format)) return '1 second';
  if (name === 'durationSeconds') return `${esc(String(value))} seconds`;
  if (name === 'announced') return value === true ? 'yes' : 'no';
  if (name === 'channel') return 'a page that only the link from the mail opens';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  if (name === 'startedAt' || name === 'signedAt') return clock(text);
  return name === 'sha256' ? code(text) : esc(text);
}
