import { formatDateForPeople } from '../../domain/calendar.ts';
import { canonicalJson } from '../../domain/canonical-json.ts';
import { agreedCustomer, calledToday } from '../agreed-customer.ts';
import { isFirstFormat } from '../first-format.ts';
import { moneyText } from '../money.ts';
import { readable, type StoredBundle } from '../earlier-formats.ts';
import type { EvidencePayload } from '../payload.ts';
import { clockOf, type Clock } from './clock.ts';
import { findingHtml } from './finding.ts';
import { code, esc, facts, section } from './html.ts';
import { agreed } from './section-agreed.ts';
import { offered } from './section-offered.ts';
import { saidOrShown } from './section-said.ts';
import { charged } from './section-charged.ts';
import { verification } from './section-verify.ts';
import { timeline } from './section-timeline.ts';
import { notes, sent, terms } from './sections-record.ts';
import { STYLE } from './style.ts';
import { replacedBy, takenBackBy } from './later-changes.ts';
import { agentWords } from './who.ts';
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
export function renderEvidencePage(bundle: StoredBundle): string {
  const payload = readable(bundle.payload);
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
${heading(payload, clock)}${contents()}${timeline(payload, clock)}${offered(payload, clock)}${saidOrShown(payload, clock)}${agreed(payload, clock)}${charged(payload, clock)}${sent(payload, clock)}${notes(payload, clock)}${terms(payload, clock)}${verification(payload, bundle.signature, clock)}${record(bundle)}</main>
</body></html>`;
}

function heading(payload: EvidencePayload, clock: Clock): string {
  const { change, customer, company, generatedAt, product } = payload;
  const then = agreedCustomer(payload);
  const plan = (named: EvidencePayload['change']['from']): string =>
    esc(
      `${named.planName}, ${moneyText(named.price)} a ${named.interval} ${isFirstFormat(payload.format) ? `(version ${named.version})` : `(version ${named.version} of this plan)`}`,
    );
  return `<header>
<p class="eyebrow">${esc(company.name)} · Exhibit</p>
<h1>Proof of plan change</h1>
<p class="reference">Reference ${esc(change.planChangeId)}</p>
</header>
${findingHtml(payload, clock)}${facts([
    ['Customer', `${esc(then.fullName)}, account ${esc(then.accountNumber)}${esc(calledToday(payload))}`],
    ['Plan before', plan(change.from)],
    ['New plan', change.to ? plan(change.to) : esc(change.requestedPlanCode)],
    [
      'Takes effect',
      change.activation.date === null
        ? null
        : esc(`${formatDateForPeople(change.activation.date)} (${whenWords(change.activation.when)})`),
    ],
    ['Status', statusHtml(payload)],
    ['Agent who opened it', personHtml(payload, change.openedBy)],
    ['Takes the place of', change.replacesId === null ? null : `plan change ${code(change.replacesId)}`],
    ['Takes back', change.revertsId === null ? null : `plan change ${code(change.revertsId)}`],
    [
      'This file',
      `made ${clock(generatedAt)} for ${readerHtml(payload)} by ${esc(product.name)} ${esc(product.version)}${isFirstFormat(payload.format) ? `, schema ${esc(product.schema)}` : ''}`,
    ],
  ])}<p class="note">Times are those of the customer’s time zone, ${esc(customer.timeZone)}; the signed record has them in UTC. Amounts are before tax.${copyWords(payload)}</p>
${notInThisFile(payload)}`;
}

/** A status says how a change ended, and not what was done to it later. */
function statusHtml(payload: EvidencePayload): string {
  const status = esc(statusWords(payload.change.status));
  const replacing = replacedBy(payload);
  if (replacing) return `${status}: plan change ${code(replacing.planChangeId)} took its place`;
  const takingBack = takenBackBy(payload);
  return takingBack ? `${status}; taken back later by plan change ${code(takingBack.planChangeId)}` : status;
}

function personHtml(payload: EvidencePayload, agentId: string): string {
  return isFirstFormat(payload.format) ? code(agentId) : esc(agentWords(payload, agentId));
}

function readerHtml(payload: EvidencePayload): string {
  const { agentId, role } = payload.generatedFor;
  return isFirstFormat(payload.format) ? `${esc(role)} ${code(agentId)}` : esc(agentWords(payload, agentId));
}

/** What a reader may look for in vain. */
function notInThisFile({ format }: EvidencePayload): string {
  return isFirstFormat(format)
    ? ''
    : '<p class="note">Not in this file: whether and how the amount due was collected, and the later bills at the new price. They are in the company’s billing.</p>\n';
}

function copyWords({ copy, format }: EvidencePayload): string {
  if (copy === 'full') return ' Mail addresses are shortened, and no postal address is in this file.';
  return isFirstFormat(format)
    ? ' This is a masked copy: names, account number, addresses and mail texts are left out; what the hashes are of is complete.'
    : ' This is a masked copy: names, account number, addresses, mail texts and contact data in notes are left out. The hashes of quotes, terms and notes are those of the full texts; of mails and personal details it has hashes over a secret, against which no name can be tried.';
}

function contents(): string {
  const items = CONTENTS.map(([id, title]) => `<li><a href="#${id}">${title}</a></li>\n`);
  return `<nav aria-label="Contents">\n<ol>\n${items.join('')}</ol>\n</nav>\n`;
}

function record(bundle: StoredBundle): string {
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
function recordJson(bundle: StoredBundle): string {
  return JSON.stringify(JSON.parse(canonicalJson(bundle)), null, 1);
}
