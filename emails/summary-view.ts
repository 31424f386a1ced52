import type { BillingInterval } from '../domain/billing-cycle.ts';
import { formatDateForPeople } from '../domain/calendar.ts';
import { formatMoneyForPeople } from '../domain/money.ts';
import type { QuoteLine } from '../domain/quote.ts';
import type { AppliedChange } from '../domain/read-back.ts';
import { oneLine } from './plain-text.ts';

/** How customers reach the company, as it stands in every mail. */
export interface Company {
  readonly name: string;
  readonly phone: string;
  /** Origin of the company's pages. */
  readonly publicUrl: string;
  readonly supportEmail: string;
}

/** What the templates of the summary print: finished sentences and figures, one line each, nothing escaped. */
export interface SummaryView {
  readonly subject: string;
  readonly company: Company;
  readonly customerName: string;
  readonly newPlan: string;
  readonly newPrice: string;
  readonly oldPlan: string;
  readonly oldPrice: string;
  readonly features: readonly string[];
  readonly activation: string;
  readonly intervalChange: string | null;
  readonly lines: readonly { readonly what: string; readonly days: string; readonly amount: string }[];
  readonly total: string;
  readonly due: string;
  readonly nextBill: string;
  readonly interruptions: readonly string[];
  readonly consent: string | null;
  readonly termsVersion: string;
  readonly termsUrl: string;
  readonly changingAgain: string;
  readonly reference: string;
}

/**
 * Everything the brief wants in the summary ("a summary of the new plan details … information on the next
 * billing cycle and any prorated charges"), from what was read back after the change. The account number is left
 * out: its last characters are asked for where a customer agrees online, and a mailbox must not give them away.
 * @throws Error when the account has no current plan, which the read-back refuses before
 */
export function summaryView(applied: AppliedChange, company: Company): SummaryView {
  const { current, from } = applied;
  if (!current) throw new Error('A change without a current plan has nothing to summarise.');
  const money = (minor: bigint): string => formatMoneyForPeople(minor, applied.currency);
  const priceOf = ({ priceMinor, interval }: { priceMinor: bigint; interval: BillingInterval }): string =>
    `${money(priceMinor)} a ${interval}`;
  const newPlan = oneLine(current.planName);
  return {
    subject: shorten(`Your plan is now ${newPlan}`),
    company,
    customerName: oneLine(applied.customer.fullName),
    newPlan,
    newPrice: priceOf(current),
    oldPlan: oneLine(from.planName),
    oldPrice: priceOf(from),
    features: current.features.map(oneLine),
    activation: activationOf(applied),
    intervalChange:
      from.interval === current.interval ? null : intervalChangeOf(from.interval, current.interval),
    lines: applied.postedLines.map((line) => ({
      what: oneLine(line.description),
      days: daysOf(line),
      amount: money(line.amountMinor),
    })),
    total: money(applied.postedLines.reduce((sum, line) => sum + line.amountMinor, 0n)),
    due: dueOf(applied, money),
    nextBill: nextBillOf(applied.nextBill, current.priceMinor, money),
    interruptions: applied.interruptions.map(oneLine),
    consent: applied.consentMethod && CONSENT[applied.consentMethod],
    termsVersion: oneLine(applied.termsVersion),
    termsUrl: `${company.publicUrl}/v1/terms/${encodeURIComponent(applied.termsVersion)}`,
    changingAgain: changingAgainOf(oneLine(from.planName)),
    reference: applied.planChangeId,
  };
}

const CONSENT = {
  verbal: 'You agreed to this change on a recorded call.',
  written: 'You agreed to this change in writing.',
} as const;

const LONGEST_SUBJECT = 120;

function shorten(subject: string): string {
  const characters = Array.from(subject);
  if (characters.length <= LONGEST_SUBJECT) return subject;
  return `${characters.slice(0, LONGEST_SUBJECT - 1).join('')}…`;
}

/** Dated changes begin by the customer's own clock, so its zone is named (money rule 3). */
function activationOf({ when, effectiveDate, customer }: AppliedChange): string {
  const date = formatDateForPeople(effectiveDate);
  return when === 'immediately'
    ? `It took effect on ${date}, as soon as you agreed.`
    : `It took effect at the start of ${date}, in the time zone ${oneLine(customer.timeZone)}, as you asked.`;
}

function intervalChangeOf(before: BillingInterval, now: BillingInterval): string {
  return `You are billed once a ${now} instead of once a ${before}; your billing cycle keeps its starting date.`;
}

/** A fee covers no days. */
function daysOf({ kind, days, ofDays }: QuoteLine): string {
  return kind === 'fee' ? '' : `${days} of ${ofDays} days`;
}

function dueOf({ dueNowMinor, postedToBalanceMinor }: AppliedChange, money: Money): string {
  if (dueNowMinor > 0n) return `Due now: ${money(dueNowMinor)}. Your next bill does not include it.`;
  if (postedToBalanceMinor === 0n) return `Due now: ${money(0n)}.`;
  return (
    `Due now: ${money(0n)}. ${money(postedToBalanceMinor)} went to your account balance ` +
    'and is used on the bills that follow.'
  );
}

function nextBillOf(bill: AppliedChange['nextBill'], priceMinor: bigint, money: Money): string {
  const used = priceMinor - bill.amountMinor;
  const balance = used > 0n ? `, after ${money(used)} from your account balance` : '';
  return `${money(bill.amountMinor)} on ${formatDateForPeople(bill.date)}${balance}.`;
}

/** The brief's answers to "more than once in a billing cycle?", "a fee?" and "back to the old plan?". */
function changingAgainOf(oldPlan: string): string {
  return (
    `You can change your plan again, as often as you need. You can also go back to ${oldPlan}, subject to ` +
    'availability and to the promotions and prices of that day. There is no fee for changing; prorated ' +
    'charges may apply, and we confirm them with you first.'
  );
}

type Money = (minor: bigint) => string;
