import type { BillingInterval } from '../domain/billing-cycle.ts';
import { formatDateForPeople } from '../domain/calendar.ts';
import { formatMoneyForPeople } from '../domain/money.ts';
import type { Quote, QuoteLine } from '../domain/quote.ts';
import { oneLine } from './plain-text.ts';

/** Words and figures that several mails print: finished, one line each, nothing escaped. */

/** The table of charges and credits, printed by `chargesText` and `chargesHtml`. */
export interface ChargesView {
  readonly lines: readonly { readonly what: string; readonly days: string; readonly amount: string }[];
  readonly total: string;
  readonly due: string;
}

/** The lines of a quote and what they come to. `due`: the sentence about the total, of the mail's own tense. */
export function chargesView(lines: readonly QuoteLine[], currency: string, due: string): ChargesView {
  return {
    lines: lines.map((line) => ({
      what: oneLine(line.description),
      days: daysOf(line),
      amount: formatMoneyForPeople(line.amountMinor, currency),
    })),
    total: formatMoneyForPeople(
      lines.reduce((sum, line) => sum + line.amountMinor, 0n),
      currency,
    ),
    due,
  };
}

/** A fee covers no days. */
function daysOf({ kind, days, ofDays }: QuoteLine): string {
  return kind === 'fee' ? '' : `${days} of ${ofDays} days`;
}

/** "$50.00 a month". */
export function priceOf(
  plan: { readonly priceMinor: bigint; readonly interval: BillingInterval },
  currency: string,
): string {
  return `${formatMoneyForPeople(plan.priceMinor, currency)} a ${plan.interval}`;
}

export function intervalChangeOf(
  before: BillingInterval,
  after: BillingInterval,
  verb: 'are' | 'will be',
): string {
  return `You ${verb} billed once a ${after} instead of once a ${before}; your billing cycle keeps its starting date.`;
}

/** "Due now: $10.00. Your next bill does not include it."; a surplus goes to the account balance. */
export function dueOf(due: {
  readonly label: string;
  readonly dueMinor: bigint;
  readonly toBalanceMinor: bigint;
  readonly verb: 'goes' | 'went';
  readonly currency: string;
}): string {
  const amount = `${due.label}: ${formatMoneyForPeople(due.dueMinor, due.currency)}.`;
  if (due.dueMinor > 0n) return `${amount} Your next bill does not include it.`;
  if (due.toBalanceMinor === 0n) return amount;
  const surplus = formatMoneyForPeople(due.toBalanceMinor, due.currency);
  return `${amount} ${surplus} ${due.verb} to your account balance and is used on the bills that follow.`;
}

/** "$50.00 on Tuesday, 1 December 2026, after $10.00 from your account balance." */
export function nextBillOf(
  bill: Readonly<Quote['nextBill']>,
  newPriceMinor: bigint,
  currency: string,
): string {
  const used = newPriceMinor - bill.amountMinor;
  const balance =
    used > 0n ? `, after ${formatMoneyForPeople(used, currency)} from your account balance` : '';
  return `${formatMoneyForPeople(bill.amountMinor, currency)} on ${formatDateForPeople(bill.date)}${balance}.`;
}

export function termsUrlOf(termsVersion: string, publicUrl: string): string {
  return `${publicUrl}/v1/terms/${encodeURIComponent(termsVersion)}`;
}

const LONGEST_SUBJECT = 120;

/** A subject of at most 120 characters, whatever the names in it hold. */
export function subjectOf(text: string): string {
  const characters = Array.from(text);
  if (characters.length <= LONGEST_SUBJECT) return text;
  return `${characters.slice(0, LONGEST_SUBJECT - 1).join('')}…`;
}
