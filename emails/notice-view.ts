import type { NoticeKind } from '../activities/ports.ts';
import { formatDateForPeople, formatInstantForPeople } from '../domain/calendar.ts';
import { CONSENT_LINK_PLACEHOLDER } from '../domain/consent-link.ts';
import type { PendingChange } from '../domain/pending-change.ts';
import { meteredWords } from '../domain/plan-words.ts';
import { zoneForPeople } from '../domain/zone-for-people.ts';
import {
  chargesView,
  dueOf,
  intervalChangeOf,
  nextBillOf,
  priceOf,
  subjectOf,
  termsUrlOf,
  type ChargesView,
} from './change-figures.ts';
import type { Company } from './company.ts';
import { noticeWords, type NoticeWords } from './notice-words.ts';
import { oneLine } from './plain-text.ts';

/** What the templates of a notice print: finished sentences and figures, one line each, nothing escaped. */
export interface NoticeView extends NoticeWords {
  readonly company: Company;
  readonly customerName: string;
  readonly plan: string;
  /** The change besides the plan: label and value. */
  readonly rows: readonly { readonly label: string; readonly value: string }[];
  /** Where the customer is asked to agree: the whole quote and the link; null where there is nothing to agree to. */
  readonly quote: QuoteView | null;
  readonly reference: string;
}

interface QuoteView {
  readonly features: readonly string[];
  readonly intervalChange: string | null;
  readonly charges: ChargesView;
  readonly nextBill: string;
  readonly interruptions: readonly string[];
  readonly termsVersion: string;
  readonly termsUrl: string;
  readonly decision: readonly string[];
  readonly link: string;
}

/**
 * A mail about a change that is not applied: what was asked for, why the customer hears of it, that nothing was
 * charged, and what can be done. A quote that can no longer be agreed to is not shown again. Like the summary it
 * leaves the account number out: its last characters are asked for on the page behind the link.
 */
export function noticeView(kind: NoticeKind, pending: PendingChange, company: Company): NoticeView {
  const words = noticeWords(kind, pending);
  return {
    ...words,
    subject: subjectOf(words.subject),
    company,
    customerName: oneLine(pending.customer.fullName),
    plan: oneLine(pending.to.planName),
    rows: [...rowsOf(pending), { label: 'Start', value: startOf(pending, words) }],
    quote: words.asksForConsent ? quoteView(pending, company) : null,
    reference: pending.planChangeId,
  };
}

function rowsOf({ from, to, promotionCode, currency }: PendingChange): NoticeView['rows'] {
  return [
    { label: 'Price', value: priceOf(to, currency) },
    ...(promotionCode === null ? [] : [{ label: 'Promotion', value: oneLine(promotionCode) }]),
    { label: 'In place of', value: `${oneLine(from.planName)}, ${priceOf(from, currency)}` },
  ];
}

/** Dated changes begin by the customer's own clock, so its zone is named (money rule 3). */
function startOf({ when, effectiveDate, customer }: PendingChange, { asksForConsent }: NoticeWords): string {
  if (when === 'immediately') return asksForConsent ? 'As soon as you agree' : 'Immediately';
  return `${formatDateForPeople(effectiveDate)}, as the day begins, ${zoneForPeople(oneLine(customer.timeZone))}`;
}

function quoteView(pending: PendingChange, company: Company): QuoteView {
  const { from, to, currency } = pending;
  return {
    features: [...to.features, ...meteredWords(to.allowances)].map(oneLine),
    intervalChange:
      from.interval === to.interval ? null : intervalChangeOf(from.interval, to.interval, 'will be'),
    charges: chargesView(
      pending.lines,
      currency,
      dueOf({
        label:
          pending.when === 'immediately'
            ? 'Due when you agree'
            : `Due on ${formatDateForPeople(pending.effectiveDate)}`,
        dueMinor: pending.dueNowMinor,
        toBalanceMinor: pending.toBalanceMinor,
        verb: 'goes',
        currency,
      }),
    ),
    nextBill: nextBillOf(pending.nextBill, to.priceMinor, currency),
    interruptions: pending.interruptions.map(oneLine),
    termsVersion: oneLine(pending.termsVersion),
    termsUrl: termsUrlOf(pending.termsVersion, company.publicUrl),
    decision: decisionOf(pending),
    link: CONSENT_LINK_PLACEHOLDER,
  };
}

/** Consent is a human act on the page (a mail scanner follows links too); the mail says what will be asked. */
function decisionOf({ quoteExpiresAt, consentDeadlineAt, customer }: PendingChange): string[] {
  const until = formatInstantForPeople(quoteExpiresAt, customer.timeZone);
  const later =
    Date.parse(consentDeadlineAt) > Date.parse(quoteExpiresAt)
      ? ` After that the link no longer works; until ${formatInstantForPeople(consentDeadlineAt, customer.timeZone)}, we can make you a new quote.`
      : '';
  return [
    `You can agree until ${until}.${later}`,
    'To agree, you type your name and the last four characters of your account number. The link works once and ' +
      'is meant for you alone: please do not pass this email on.',
    'You can also decide by phone: call us and name the reference.',
  ];
}
