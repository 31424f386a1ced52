import { isFirstFormat } from '../first-format.ts';
import type { EvidencePayload } from '../payload.ts';
import type { Clock } from './clock.ts';
import { doubts } from './failed-checks.ts';
import { code, esc, facts, paragraph, section, table } from './html.ts';
import { whoWords } from './who.ts';
import {
  authorWords,
  mailEventReasonWords,
  mailEventWords,
  mailStatusWords,
  mailWords,
  noteKindWords,
} from './words.ts';

/** The mails and what became of them. */
export function sent(payload: EvidencePayload, clock: Clock): string {
  const { mails, copy, format } = payload;
  const told = doubts(payload, 'sent');
  if (mails.length === 0) return section('sent', '6. What was sent', told + paragraph('Nothing was sent.'));
  const html = mails.map((mail) => {
    const events = mail.events.map(({ event, occurredAt, reason }) => [
      clock(occurredAt),
      esc(mailEventWords(event, format)),
      esc(reason === null ? '' : mailEventReasonWords(reason, format)),
    ]);
    const reported =
      events.length === 0
        ? paragraph('The mail provider has reported nothing about this mail.')
        : table([{ head: 'When' }, { head: 'Reported by the mail provider' }, { head: 'Reason' }], events);
    return `<h3>${esc(mailWords(mail.kind, format))}</h3>
${facts([
  ['Subject', esc(mail.subject)],
  ['To', esc(mail.recipient)],
  ['Written', clock(mail.createdAt)],
  ['Accepted by the provider', mail.acceptedAt === null ? 'not yet' : clock(mail.acceptedAt)],
  ['State', esc(mailStatusWords(mail.status, format))],
  ['Provider’s id', mail.providerMessageId === null ? null : code(mail.providerMessageId)],
  [
    'Possible duplicates',
    isFirstFormat(format) && mail.possibleDuplicates ? String(mail.possibleDuplicates) : null,
  ],
  ['SHA-256 of the text', mail.textSha256 === null ? null : code(mail.textSha256)],
])}${reported}${copy === 'masked' ? '' : `<pre>${esc(mail.text.replace(/^\n+/, ''))}</pre>\n`}`;
  });
  const link = mails.some(({ kind }) => kind.startsWith('consent_'))
    ? '<p class="note">A consent link is secret: the mail has the link where this text has “https://consent-link.invalid/”, and only a hash of it is kept.</p>\n'
    : '';
  return section('sent', '6. What was sent', told + html.join('') + link);
}

/** The notes of this change, and how the account's chain runs through them. */
export function notes(payload: EvidencePayload, clock: Clock): string {
  const { chain, format } = payload;
  const own = chain.flatMap(({ sequence, hash, note }) => (note ? [{ sequence, hash, ...note }] : []));
  const others = chain.length - own.length;
  const ofAnother = (planChangeId: string | null): string =>
    planChangeId === null || planChangeId === payload.change.planChangeId
      ? ''
      : ` of plan change ${code(planChangeId)}`;
  const isOfOthers = own.some(({ planChangeId }) => ofAnother(planChangeId) !== '');
  const rows = own.map((note) => [
    String(note.sequence),
    clock(note.createdAt),
    `<strong>${esc(noteKindWords(note.kind))}</strong>${ofAnother(note.planChangeId)}${note.masked ? ' <span class="tag void">masked</span>' : ''}<br>${esc(note.body)}`,
    esc(isFirstFormat(format) ? authorWords(note.author) : whoWords(payload, note.author)),
    code(note.hash.slice(0, 12)),
  ]);
  const intro =
    `${chainWords(payload)} ` +
    `Of the ${isFirstFormat(format) ? '' : 'first '}${chain.length} notes of this account ${own.length} are about this change${isOfOthers ? ', or about one that takes it back,' : ''} and shown here${others === 0 ? '' : `; of the other ${others} the signed record has the hashes alone, so that the chain can be followed`}.`;
  return section(
    'notes',
    '7. Account notes',
    `${doubts(payload, 'notes')}${paragraph(intro)}${table(
      [
        { head: 'No.', kind: 'short' },
        { head: 'When' },
        { head: 'Note' },
        { head: 'By', kind: 'short' },
        { head: 'Hash', kind: 'short' },
      ],
      rows,
    )}`,
  );
}

function chainWords(payload: EvidencePayload): string {
  if (doubts(payload, 'notes') !== '')
    return 'Notes are numbered for each account, and each should carry the SHA-256 of the note before it and of itself.';
  return isFirstFormat(payload.format)
    ? 'Notes are numbered for each account and cannot be changed: each carries the SHA-256 of the note before it and of itself.'
    : `Notes are numbered for each account, and the program only adds to them. Each carries the SHA-256 of the note before it and of itself, so that none can be changed or left out by itself. ${anchoredWords(payload)}`;
}

/** Whoever may do anything in the database can write a whole chain anew; what speaks against that, and how far. */
function anchoredWords({ anchor, chain, anchorRefused }: EvidencePayload): string {
  if (anchor === null || anchorRefused !== undefined)
    return 'That the whole chain was not written anew is the company’s word: no anchor that can be shown is over these notes.';
  const { number, date } = anchor.sealed.anchor;
  const rest =
    chain.length > anchor.head.sequence
      ? ' Of later notes that is the company’s word, until the next anchor.'
      : '';
  return `That the whole chain was not written anew since ${date} is shown as far as note ${anchor.head.sequence} by anchor ${number}, if the company’s file of anchors has it so (section 9).${rest}`;
}

/** The terms in full, as hashed. */
export function terms(payload: EvidencePayload, clock: Clock): string {
  const { terms: versions } = payload;
  const html = versions.map(
    ({ version, sha256, body, publishedAt }) =>
      `<h3>Version ${esc(version)}</h3>
${facts([
  ['Published', clock(publishedAt)],
  ['SHA-256', code(sha256)],
])}<div class="prose">\n${prose(body)}</div>\n`,
  );
  return section(
    'terms',
    '8. Terms of service',
    doubts(payload, 'terms') + given(payload) + (html.join('') || paragraph('None: there was no offer.')),
  );
}

/** Whether the customer had the text is more than that the terms were named. */
function given({ format, terms: versions }: EvidencePayload): string {
  return isFirstFormat(format) || versions.length === 0
    ? ''
    : paragraph(
        'The script names the version, and the request for consent, the page of its link and the summary name it with the address of its text. That the customer opened or read the text is not on record.',
      );
}

/** Paragraphs as they read; the exact text, with its line ends, is in the signed record. */
function prose(text: string): string {
  const paragraphs = text.split(/\n\s*\n/).map((block) => block.replaceAll(/\s+/g, ' ').trim());
  return paragraphs
    .filter((block) => block !== '')
    .map(paragraph)
    .join('');
}
