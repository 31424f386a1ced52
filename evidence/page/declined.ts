import { isFirstFormat } from '../first-format.ts';
import type { EvidencePayload, SentLink } from '../payload.ts';
import type { Clock } from './clock.ts';
import { code, esc, facts } from './html.ts';
import { noteAt, whoWords } from './who.ts';

/** The customer's no. */
export interface Decline {
  readonly at: string;
  /** Of the quote that was declined: the current one. */
  readonly quoteHash: string | undefined;
  readonly isByLink: boolean;
  /** "the customer", or who of the company wrote it down. */
  readonly who: string;
  readonly reason: string | null;
  /** By which it came, where its use was marked: the mark is made after the answer, and may be missing. */
  readonly link: SentLink | undefined;
}

/** Undefined: the change was not declined, or is of the first format, whose page did not tell. */
export function declineOf(payload: EvidencePayload): Decline | undefined {
  const { change, quotes, links, consents, format } = payload;
  const ended = change.transitions.findLast(({ status }) => status === 'declined');
  const note = ended && noteAt(payload, ['declined'], ended.at);
  if (isFirstFormat(format) || !note) return undefined;
  const isByLink = note.author.type === 'customer';
  const quoteHash = quotes.find(({ revision }) => revision === change.quoteRevision)?.hash;
  const spent = new Set(consents.map(({ evidence }) => evidence.link?.linkId));
  const [, reason = null] = /^[^]*? Reason: ([^]*)$/.exec(note.body) ?? [];
  return {
    at: ended.at,
    quoteHash,
    isByLink,
    who: whoWords(payload, note.author),
    reason,
    link: isByLink
      ? links.find((link) => link.quoteHash === quoteHash && link.usedAt !== null && !spent.has(link.linkId))
      : undefined,
  };
}

/** "on the page of a consent link", "to dev-agent (agent), who wrote it down". */
export function howDeclined({ isByLink, who }: Decline): string {
  return isByLink ? 'on the page of a consent link' : `to ${who}, who wrote it down`;
}

export function declinedHtml(payload: EvidencePayload, clock: Clock): string {
  const decline = declineOf(payload);
  if (!decline) return '';
  const { link } = decline;
  const mail = link && payload.mails.find(({ mailId }) => mailId === link.mailId);
  const by = decline.isByLink
    ? 'the customer, on the page of a consent link. To decline, the page asks for no name: whoever had the link could do it'
    : `the customer told ${decline.who}, who wrote it down; no recording of it is named`;
  return `<h3>Declined <span class="tag">quote ${payload.change.quoteRevision}</span></h3>
${facts([
  ['Answer', 'no: the customer does not want the change'],
  ['When', clock(decline.at)],
  ['How', esc(by)],
  ['Reason given', decline.reason === null ? 'none' : esc(decline.reason)],
  ['What the page said', decline.isByLink ? SHOWN : null],
  [
    'Link sent',
    link ? `${clock(link.createdAt)}${mail ? `, in the mail “${esc(mail.subject)}”` : ''}` : null,
  ],
  ['Link marked as used', link?.usedAt ? clock(link.usedAt) : null],
  ['Quote', decline.quoteHash === undefined ? null : `hash ${code(decline.quoteHash)}`],
])}`;
}

const SHOWN =
  'the quote of section 2. The words of a page are kept when a customer agrees, not when one declines';
