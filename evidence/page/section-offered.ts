import { REJECTED_BECAUSE } from '../../domain/note-words.ts';
import { formatDateForPeople } from '../../domain/calendar.ts';
import { isFirstFormat } from '../first-format.ts';
import { moneyText, planPriceText } from '../money.ts';
import type { BundleQuote, EvidencePayload } from '../payload.ts';
import { contentOf } from '../quote-content.ts';
import { noteOfQuote } from '../quote-record.ts';
import type { Clock } from './clock.ts';
import { customerThen } from './customer-then.ts';
import { doubts } from './failed-checks.ts';
import { code, esc, facts, paragraph, section, table } from './html.ts';

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
  if (rejectionCode !== null && !isFirstFormat(format))
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
    ['Promotion', promotionWords(content.promotion, quote)],
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

function promotionWords(promotion: string | null, { basis }: BundleQuote): string | null {
  if (promotion === null) return null;
  const words = esc(promotion);
  return basis ? `${words}; the price from then on includes it` : words;
}

function prices(quote: BundleQuote, { format }: EvidencePayload): Fact[] {
  if (isFirstFormat(format) || !quote.basis) return [];
  const { from, to } = quote.basis;
  return [
    ['Price before', esc(planPriceText(from))],
    ['Price from then on', esc(planPriceText(to))],
  ];
}

/** The price a month is not in what the quote hash is over: which hash covers it must be said. */
function recordHash(quote: BundleQuote, payload: EvidencePayload): Fact[] {
  const told = isFirstFormat(payload.format) ? undefined : noteOfQuote(payload, quote);
  return told ? [['Record hash', `${code(told.record)}, in note ${told.sequence}`]] : [];
}

function hashWords(quote: BundleQuote, payload: EvidencePayload): string {
  if (recordHash(quote, payload).length === 0) return '';
  return '<p class="note">The quote hash is over the lines, their total, the plan and its version, the promotion, the date and the terms. The record hash is over the quote hash and everything else of the quote: the prices before and after, the next bill, the script, the interruptions, the times and who the customer was. It was written into the account note in the same step as the quote; <a href="#verify">section 9</a> has the very text.</p>\n';
}
