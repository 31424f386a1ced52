import { toMoneyJson } from '../../domain/money.ts';
import { minorOf, moneyText } from '../money.ts';
import type { BundleCharge, EvidencePayload } from '../payload.ts';
import { contentOf } from '../quote-content.ts';
import { standingCharges } from '../standing-charges.ts';
import type { Clock } from './clock.ts';
import { code, esc, facts, paragraph, section, table } from './html.ts';
import { authorWords, mailStatusWords, mailWords, noteKindWords, statusWords } from './words.ts';

/** Everything that has an instant, in order. */
export function timeline(payload: EvidencePayload, clock: Clock): string {
  const { change, identification, quotes, consents, mails, ledger } = payload;
  const [posted, takenBack] = [false, true].map((reversal) => [
    ...new Set(
      ledger.charges.filter((charge) => charge.reversal === reversal).map(({ postedAt }) => postedAt),
    ),
  ]);
  const events: TimelineEvent[] = [
    {
      at: identification.verifiedAt,
      what: 'The customer was identified by account number, name and address',
    },
    ...quotes.map((quote) => ({ at: quote.createdAt, what: `Quote ${quote.revision} was made` })),
    ...consents.map(({ acceptedAt, quoteRevision, evidence }) => ({
      at: acceptedAt,
      what: `The customer’s ${evidence.method} consent to quote ${quoteRevision} was accepted`,
    })),
    ...consents.flatMap(({ evidence: { link } }) =>
      link ? [{ at: link.createdAt, what: 'The consent link left with a mail' }] : [],
    ),
    ...(posted ?? []).map((at) => ({ at, what: 'The plan was applied and the lines were posted' })),
    ...(takenBack ?? []).map((at) => ({ at, what: 'The plan was taken back, and the lines with it' })),
    ...change.transitions.map(({ at, status }) => ({ at, what: `Status: ${statusWords(status)}` })),
    ...mails.flatMap(({ kind, acceptedAt, events: reported }) => [
      ...(acceptedAt === null
        ? []
        : [{ at: acceptedAt, what: `Mail accepted by the provider: ${mailWords(kind)}` }]),
      ...reported.map(({ event, occurredAt }) => ({
        at: occurredAt,
        what: `Mail ${event}, says the provider: ${mailWords(kind)}`,
        rank: event === 'processed' ? 1 : 2,
      })),
    ]),
    ...(change.confirmedAt === null
      ? []
      : [{ at: change.confirmedAt, what: 'The agent told the customer that the change is complete' }]),
  ];
  const rows = events.toSorted(inOrder).map(({ at, what }) => [clock(at), esc(what)]);
  return section(
    'timeline',
    '1. What happened, in order',
    table([{ head: 'When', kind: 'short' }, { head: 'What' }], rows),
  );
}

/** `rank`: of a report of the mail provider, whose clock has whole seconds: it comes after what is ours in its second. */
interface TimelineEvent {
  readonly at: string;
  readonly what: string;
  readonly rank?: number;
}

function inOrder(a: TimelineEvent, b: TimelineEvent): number {
  const time = ({ at, rank }: TimelineEvent): number => Date.parse(at) + (rank === undefined ? 0 : 999);
  return time(a) - time(b) || (a.rank ?? 0) - (b.rank ?? 0) || (a.at < b.at ? -1 : 1);
}

/** What was charged, line by line beside what was quoted. */
export function charged(payload: EvidencePayload, clock: Clock): string {
  const { ledger, quotes } = payload;
  if (ledger.charges.length === 0)
    return section(
      'charged',
      '5. What was charged',
      paragraph('Nothing: no line was posted for this change.'),
    );
  const quoted = new Map(
    quotes.flatMap((quote) =>
      (contentOf(quote)?.lines ?? []).map(
        (line, index) => [`${quote.revision} ${index + 1}`, line.amount] as const,
      ),
    ),
  );
  const lines = ledger.charges.map((charge) => {
    const offer = quoted.get(`${charge.quoteRevision} ${charge.lineNo}`);
    return [
      `${esc(charge.description)}${charge.reversal ? ' <span class="tag void">taken back</span>' : ''}`,
      esc(charge.effectiveDate),
      offer && !charge.reversal ? esc(moneyText(offer)) : '',
      esc(moneyText(charge.amount)),
    ];
  });
  const standing = standingCharges(payload);
  const net = contentOf(
    quotes.find(({ revision }) => revision === standing[0]?.quoteRevision) ?? { canonicalJson: '' },
  )?.net;
  const posted = table(
    [
      { head: 'Line' },
      { head: 'Date' },
      { head: 'Quoted', kind: 'amount' },
      { head: 'Charged', kind: 'amount' },
    ],
    lines,
    net && ['Total, before tax', '', esc(moneyText(net)), esc(sumText(standing))],
  );
  const balance = ledger.balance.map((entry) => [
    entry.reversal ? 'Taken back from the account balance' : 'To the account balance',
    esc(entry.effectiveDate),
    esc(moneyText(entry.amount)),
  ]);
  const balances =
    balance.length === 0
      ? ''
      : table([{ head: 'Entry' }, { head: 'Date' }, { head: 'Amount', kind: 'amount' }], balance);
  const sentence =
    standing.length === 0
      ? 'Everything was taken back: nothing of this change stands on the account.'
      : `These lines stand on the account. They were posted ${clock(standing[0]?.postedAt ?? '')}, after the consent to quote ${standing[0]?.quoteRevision ?? ''}, and are what was quoted.`;
  return section('charged', '5. What was charged', `<p>${sentence}</p>\n${posted}${balances}`);
}

function sumText(charges: readonly BundleCharge[]): string {
  const currency = charges[0]?.amount.currency ?? '';
  const sum = charges.reduce((total, { amount }) => total + (minorOf(amount) ?? 0n), 0n);
  return moneyText(toMoneyJson(sum, currency));
}

/** The mails and what became of them. */
export function sent({ mails, copy }: EvidencePayload, clock: Clock): string {
  if (mails.length === 0) return section('sent', '6. What was sent', paragraph('Nothing was sent.'));
  const html = mails.map((mail) => {
    const events = mail.events.map(({ event, occurredAt, reason }) => [
      clock(occurredAt),
      esc(event),
      esc(reason ?? ''),
    ]);
    const reported =
      events.length === 0
        ? paragraph('The mail provider has reported nothing about this mail.')
        : table([{ head: 'When' }, { head: 'Reported by the mail provider' }, { head: 'Reason' }], events);
    return `<h3>${esc(mailWords(mail.kind))}</h3>
${facts([
  ['Subject', esc(mail.subject)],
  ['To', esc(mail.recipient)],
  ['Written', clock(mail.createdAt)],
  ['Accepted by the provider', mail.acceptedAt === null ? 'not yet' : clock(mail.acceptedAt)],
  ['State', esc(mailStatusWords(mail.status))],
  ['Provider’s id', mail.providerMessageId === null ? null : code(mail.providerMessageId)],
  ['Possible duplicates', mail.possibleDuplicates === 0 ? null : String(mail.possibleDuplicates)],
  ['SHA-256 of the text', code(mail.textSha256)],
])}${reported}${copy === 'masked' ? '' : `<pre>${esc(mail.text.replace(/^\n+/, ''))}</pre>\n`}`;
  });
  const link = mails.some(({ kind }) => kind.startsWith('consent_'))
    ? '<p class="note">A consent link is secret: the mail has the link where this text has “https://consent-link.invalid/”, and only a hash of it is kept.</p>\n'
    : '';
  return section('sent', '6. What was sent', html.join('') + link);
}

/** The notes of this change, and how the account's chain runs through them. */
export function notes({ chain }: EvidencePayload, clock: Clock): string {
  const own = chain.flatMap(({ sequence, hash, note }) => (note ? [{ sequence, hash, ...note }] : []));
  const others = chain.length - own.length;
  const rows = own.map((note) => [
    String(note.sequence),
    clock(note.createdAt),
    `<strong>${esc(noteKindWords(note.kind))}</strong><br>${esc(note.body)}`,
    esc(authorWords(note.author)),
    code(note.hash.slice(0, 12)),
  ]);
  const intro =
    `Notes are numbered for each account and cannot be changed: each carries the SHA-256 of the note before it and of itself. ` +
    `Of the ${chain.length} notes of this account ${own.length} are about this change and shown here${others === 0 ? '' : `; of the other ${others} the signed record has the hashes alone, so that the chain can be followed`}.`;
  return section(
    'notes',
    '7. Account notes',
    `${paragraph(intro)}${table(
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

/** The terms in full, as hashed. */
export function terms({ terms: versions }: EvidencePayload, clock: Clock): string {
  const html = versions.map(
    ({ version, sha256, body, publishedAt }) =>
      `<h3>Version ${esc(version)}</h3>
${facts([
  ['Published', clock(publishedAt)],
  ['SHA-256', code(sha256)],
])}<div class="prose">\n${prose(body)}</div>\n`,
  );
  return section('terms', '8. Terms of service', html.join('') || paragraph('None: there was no offer.'));
}

/** Paragraphs as they read; the exact text, with its line ends, is in the signed record. */
function prose(text: string): string {
  const paragraphs = text.split(/\n\s*\n/).map((block) => block.replaceAll(/\s+/g, ' ').trim());
  return paragraphs
    .filter((block) => block !== '')
    .map(paragraph)
    .join('');
}
