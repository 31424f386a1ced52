import type { BillingInterval } from './billing-cycle.ts';
import { formatDateForPeople } from './calendar.ts';
import { formatMoneyForPeople } from './money.ts';
import type { Quote, QuoteInput, QuoteLine } from './quote.ts';
import { zoneForPeople } from './zone-for-people.ts';

/** Raised with every change of the words, so that evidence names the words that were read. */
export const CONSENT_SCRIPT_VERSION = '2026-11b';

export interface ConsentScript {
  version: string;
  /** One sentence or figure per line, separated by "\n". */
  text: string;
}

type QuoteFigures = Pick<Quote, 'effectiveDate' | 'lines' | 'dueNowMinor' | 'toBalanceMinor' | 'nextBill'>;

/**
 * The words that the agent reads aloud before the customer agrees (brief: "additional charges or prorated
 * amounts are confirmed with the customer before the change is finalised", and "explain any immediate changes or
 * interruptions in service"; money rules 5, 8 and 9).
 * @throws DomainError UNKNOWN_CURRENCY, BAD_DATE
 */
export function consentScript(input: QuoteInput, figures: QuoteFigures): ConsentScript {
  const { from, to, promotionCode } = input;
  const money = (minor: bigint): string => formatMoneyForPeople(minor, input.currency);
  const priceOf = (plan: QuoteInput['from']): string => `${money(plan.priceMinor)} a ${plan.interval}`;
  const sentences = [
    'This call is recorded.',
    `You are changing your plan from ${from.planName} at ${priceOf(from)} to ${to.planName} at ${priceOf(to)}.`,
    ...(promotionCode === null ? [] : [`The new price includes the promotion ${promotionCode}.`]),
    effectSentence(input),
    ...intervalSentences(from.interval, to.interval),
    ...linesSentences(figures.lines, money),
    'There is no fee for changing your plan.',
    dueSentence(input, figures, money),
    nextBillSentence(input, figures, money),
    ...noWayBack(input),
    ...input.interruptions,
    'All amounts are before tax.',
    `The terms of service, version ${input.terms.version}, apply.`,
    'Do you agree?',
  ];
  return { version: CONSENT_SCRIPT_VERSION, text: sentences.join('\n') };
}

function effectSentence({ when, effectiveDate, timeZone }: QuoteInput): string {
  const date = formatDateForPeople(effectiveDate);
  if (when === 'immediately') return `The change takes effect today, ${date}.`;
  return `The change takes effect at the start of ${date}, ${zoneForPeople(timeZone)}.`;
}

/** Going back is subject to availability: who leaves a plan that is no longer sold hears it before agreeing. */
function noWayBack({ from, effectiveDate }: QuoteInput): string[] {
  const isGone = isNoLongerSold(from.soldUntil, effectiveDate);
  return isGone ? [`You could not go back: ${from.planName} is no longer sold.`] : [];
}

export function isNoLongerSold(soldUntil: string | null | undefined, date: string): boolean {
  return soldUntil !== null && soldUntil !== undefined && soldUntil <= date;
}

function intervalSentences(from: BillingInterval, to: BillingInterval): string[] {
  if (from === to) return [];
  return [
    `You will be billed once a ${to} instead of once a ${from}.`,
    'Your billing cycle keeps its starting date, and the amounts are worked out by the day.',
  ];
}

/** The fee is told apart: there is none. */
function linesSentences(lines: readonly QuoteLine[], money: Money): string[] {
  const prorated = lines.filter(({ kind }) => kind !== 'fee');
  if (prorated.every(({ amountMinor }) => amountMinor === 0n))
    return ['Nothing is credited or charged for part of a cycle.'];
  return prorated.map((line) => lineSentence(line, money));
}

function lineSentence({ description, days, ofDays, amountMinor }: QuoteLine, money: Money): string {
  // The word credit or charge says the direction; read aloud, a minus sign is lost.
  const size = money(amountMinor < 0n ? -amountMinor : amountMinor);
  return `${description}, ${days} of ${ofDays} days: ${size}.`;
}

function dueSentence({ when, effectiveDate }: QuoteInput, figures: QuoteFigures, money: Money): string {
  const now = when === 'immediately' ? 'now' : `on ${formatDateForPeople(effectiveDate)}`;
  if (figures.dueNowMinor > 0n) return `${money(figures.dueNowMinor)} is due ${now}.`;
  if (figures.toBalanceMinor === 0n) return `Nothing is due ${now}.`;
  return (
    `Nothing is due ${now}; ${money(figures.toBalanceMinor)} goes to your account balance ` +
    'and is used on the bills that follow.'
  );
}

function nextBillSentence({ to }: QuoteInput, { nextBill }: QuoteFigures, money: Money): string {
  const used = to.priceMinor - nextBill.amountMinor;
  const balance = used > 0n ? `, after ${money(used)} from your account balance` : '';
  return `Your next bill is on ${formatDateForPeople(nextBill.date)}: ${money(nextBill.amountMinor)}${balance}.`;
}

type Money = (minor: bigint) => string;
