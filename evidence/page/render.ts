import { formatDateForPeople } from '../../domain/calendar.ts';
import { canonicalJson } from '../../domain/canonical-json.ts';
import { moneyText } from '../money.ts';
import type { EvidenceBundle, EvidencePayload } from '../payload.ts';
import { standingCharges } from '../standing-charges.ts';
import { clockOf, type Clock } from './clock.ts';
import { code, esc, facts, section } from './html.ts';
import { agreed, offered, saidOrShown } from './sections-offer.ts';
import { charged, notes, sent, terms, timeline } from './sections-record.ts';
import { STYLE } from './style.ts';
import { statusWords, whenWords } from './words.ts';

/** Around the signed record in the page. */
export const RECORD_START = '<pre id="record">';
export const RECORD_END = '</pre>';

const CONTENTS = [
  ['timeline', 'What happened, in order'],
  ['offered', 'What was offered'],
  ['said', 'What was said or shown'],
  ['agreed', 'What was agreed, and when'],
  ['charged', 'What was charged'],
  ['sent', 'What was sent'],
  ['notes', 'Account notes'],
  ['terms', 'Terms of service'],
  ['verify', 'Signature, and how to check it'],
  ['signed', 'The signed record'],
] as const;

/**
 * The bundle as a page to read, print and file. Every word of it is made from the signed record that it ends with, so
 * a verifier makes it again and compares. It needs no script and loads nothing.
 */
export function renderEvidencePage(bundle: EvidenceBundle): string {
  const { payload } = bundle;
  const clock = clockOf(payload);
  const title = `Proof of plan change ${payload.change.planChangeId}`;
  return `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${esc(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
${heading(payload, clock)}${contents()}${timeline(payload, clock)}${offered(payload, clock)}${saidOrShown(payload, clock)}${agreed(payload, clock)}${charged(payload, clock)}${sent(payload, clock)}${notes(payload, clock)}${terms(payload, clock)}${verification(bundle, clock)}${record(bundle)}</main>
</body></html>`;
}

function heading(payload: EvidencePayload, clock: Clock): string {
  const { change, customer, company, generatedAt, generatedFor, product, copy } = payload;
  const plan = (named: EvidencePayload['change']['from']): string =>
    esc(`${named.planName}, ${moneyText(named.price)} a ${named.interval} (version ${named.version})`);
  return `<header>
<p class="eyebrow">${esc(company.name)} · Exhibit</p>
<h1>Proof of plan change</h1>
<p class="reference">Reference ${esc(change.planChangeId)}</p>
</header>
<p class="finding${isApplied(payload) ? '' : ' open'}">${esc(finding(payload)).replaceAll('{when}', whenAgreed(payload, clock))}</p>
${facts([
  ['Customer', `${esc(customer.fullName)}, account ${esc(customer.accountNumber)}`],
  ['Plan before', plan(change.from)],
  ['New plan', change.to ? plan(change.to) : esc(change.requestedPlanCode)],
  [
    'Takes effect',
    change.activation.date === null
      ? null
      : esc(`${formatDateForPeople(change.activation.date)} (${whenWords(change.activation.when)})`),
  ],
  ['Status', esc(statusWords(change.status))],
  ['Agent who opened it', code(change.openedBy)],
  ['Takes the place of', change.replacesId === null ? null : `plan change ${code(change.replacesId)}`],
  ['Takes back', change.revertsId === null ? null : `plan change ${code(change.revertsId)}`],
  [
    'This file',
    `made ${clock(generatedAt)} for ${esc(generatedFor.role)} ${code(generatedFor.agentId)} by ${esc(product.name)} ${esc(product.version)}, schema ${esc(product.schema)}`,
  ],
])}<p class="note">Times are those of the customer’s time zone, ${esc(customer.timeZone)}; the signed record has them in UTC. Amounts are before tax.${
    copy === 'masked'
      ? ' This is a masked copy: names, account number, addresses and mail texts are left out; what the hashes are of is complete.'
      : ' Mail addresses are shortened, and no postal address is in this file.'
  }</p>
`;
}

function isApplied(payload: EvidencePayload): boolean {
  return payload.change.appliedAt !== null && standingCharges(payload).length > 0;
}

function currentConsent({
  consents,
  change,
}: EvidencePayload): EvidencePayload['consents'][number] | undefined {
  return consents.find(({ quoteRevision }) => quoteRevision === change.quoteRevision);
}

function whenAgreed(payload: EvidencePayload, clock: Clock): string {
  const consent = currentConsent(payload);
  return consent ? clock(consent.acceptedAt) : '';
}

/** The exhibit in two sentences. `{when}` is where the instant of the consent goes. */
function finding(payload: EvidencePayload): string {
  const { change, customer, quotes, company } = payload;
  const from = change.from.planName;
  const to = change.to?.planName ?? change.requestedPlanCode;
  const consent = currentConsent(payload);
  const quote = quotes.find(({ revision }) => revision === change.quoteRevision);
  const effective =
    change.activation.date === null ? '' : `, from ${formatDateForPeople(change.activation.date)} on`;
  if (!consent) {
    const earlier = payload.consents.length > 0 ? ' An earlier consent was made void by a newer quote.' : '';
    return `${customer.fullName} asked ${company.name} to change from ${from} to ${to}. No consent to the current quote is on record, and nothing was charged: the change is ${statusWords(change.status)}.${earlier}`;
  }
  const how = consent.evidence.method === 'verbal' ? 'in a recorded call' : 'in writing';
  const agreedSentence = `${customer.fullName} agreed ${how}, {when}, to change from ${from} to ${to}${effective}.`;
  if (!isApplied(payload))
    return `${agreedSentence} Nothing of it stands on the account: the change is ${statusWords(change.status)}.`;
  const due = quote
    ? `${moneyText(quote.dueNow)} due, ${moneyText(quote.toBalance)} to the account balance`
    : '';
  return `${agreedSentence} After that the plan was applied, and exactly what was quoted was charged: ${due}.`;
}

function contents(): string {
  const items = CONTENTS.map(([id, title]) => `<li><a href="#${id}">${title}</a></li>\n`);
  return `<nav aria-label="Contents">\n<ol>\n${items.join('')}</ol>\n</nav>\n`;
}

function verification({ payload, signature }: EvidenceBundle, clock: Clock): string {
  const { anchor, chain, company } = payload;
  const command = (...words: string[]): string => `<pre>${esc(words.join(' '))}</pre>\n`;
  const covered = anchor
    ? `notes 1 to ${anchor.head.sequence} of ${chain.length}, by anchor ${anchor.sealed.anchor.number} of ${anchor.sealed.anchor.date}, taken ${clock(anchor.sealed.anchor.takenAt)}`
    : 'none yet: the notes of this account are under the next daily anchor';
  return section(
    'verify',
    '9. Signature, and how to check it',
    `${facts([
      ['Signed by', esc(company.name)],
      ['Method', 'Ed25519 over the RFC 8785 canonical JSON of the record below'],
      ['Key id', code(signature.keyId)],
      ['Signature', code(signature.value)],
      ['Anchored', covered],
      ['Root of the anchor', anchor ? code(anchor.sealed.anchor.root) : null],
    ])}<p>Anybody with the program <code>plan-change</code> can check this file, without its database and without a network:</p>
${command('npm run --silent verify-evidence -- FILE --public-key KEY')}<p>KEY holds the company’s public key, which it publishes under <code>/v1/evidence-keys</code>. Take it from the company, not from this file: its key id must be the one above. The check makes every hash again, adds up every amount, compares consents, charges and notes with the quotes, follows the chain and the anchor, and makes this page again from the record to see that it says the same. One changed character anywhere makes it fail. The file itself must be as it was served: save it, do not copy its text.</p>
<p>Without the program: the record below is JSON. The SHA-256 of each <code>canonicalJson</code> is the hash of its quote, that of each <code>body</code> the hash of its terms; the signature is over the member <code>payload</code> in canonical form.</p>
`,
  );
}

function record(bundle: EvidenceBundle): string {
  return section(
    'signed',
    '10. The signed record',
    `<details>
<summary>Show the record (JSON)</summary>
${RECORD_START}${esc(recordJson(bundle))}${RECORD_END}
</details>
`,
  );
}

/** Members in the order of the canonical form, whatever order they came in. */
function recordJson(bundle: EvidenceBundle): string {
  return JSON.stringify(JSON.parse(canonicalJson(bundle)), null, 1);
}
