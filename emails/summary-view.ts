import { formatDateForPeople } from '../domain/calendar.ts';
import { isNoLongerSold } from '../domain/consent-script.ts';
import { meteredWords } from '../domain/plan-words.ts';
import type { AppliedChange } from '../domain/read-back.ts';
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
import { oneLine } from './plain-text.ts';

/** What the templates of the summary print: finished sentences and figures, one line each, nothing escaped. */
export interface SummaryView {
  readonly subject: string;
  readonly company: Company;
  readonly customerName: string;
  readonly heading: string;
  readonly newPlan: string;
  readonly newPrice: string;
  readonly oldPlan: string;
  readonly oldPrice: string;
  readonly promotion: string | null;
  readonly features: readonly string[];
  readonly activation: string;
  readonly intervalChange: string | null;
  readonly charges: ChargesView;
  readonly nextBill: string;
  readonly interruptions: readonly string[];
  readonly consent: string | null;
  readonly termsVersion: string;
  readonly termsUrl: string;
  readonly changingAgain: string;
  readonly concern: string;
  readonly reference: string;
}

/**
 * Everything the brief wants in the summary ("a summary of the new plan details … information on the next
 * billing cycle and any prorated charges"), from what was read back after the change. The account number is left
 * out: its last characters are asked for where a customer agrees online, and a mailbox must not give them away.
 * @throws Error when the account has no current plan, which the read-back refuses before
 */
export function summaryView(applied: AppliedChange, company: Company): SummaryView {
  const { current, from, currency } = applied;
  if (!current) throw new Error('A change without a current plan has nothing to summarise.');
  const newPlan = oneLine(current.planName);
  return {
    subject: subjectOf(`Your plan is now ${newPlan}`),
    company,
    customerName: oneLine(applied.customer.fullName),
    heading: 'Your plan change is complete',
    newPlan,
    newPrice: priceOf(current, currency),
    oldPlan: oneLine(from.planName),
    oldPrice: priceOf(from, currency),
    promotion:
      applied.agreed.promotionCode === null
        ? null
        : `The price includes the promotion ${oneLine(applied.agreed.promotionCode)}.`,
    features: [...current.features, ...meteredWords(current.allowances)].map(oneLine),
    activation: activationOf(applied),
    intervalChange:
      from.interval === current.interval ? null : intervalChangeOf(from.interval, current.interval, 'are'),
    charges: chargesView(
      applied.postedLines,
      currency,
      dueOf({
        label: 'Due now',
        dueMinor: applied.dueNowMinor,
        toBalanceMinor: applied.postedToBalanceMinor,
        verb: 'went',
        currency,
      }),
    ),
    nextBill: nextBillOf(applied.nextBill, current.priceMinor, currency),
    interruptions: applied.interruptions.map(oneLine),
    consent: applied.consentMethod && CONSENT[applied.consentMethod],
    termsVersion: oneLine(applied.termsVersion),
    termsUrl: termsUrlOf(applied.termsVersion, company.publicUrl),
    changingAgain: changingAgainOf(applied),
    concern: 'If anything here is not what you agreed to, tell us at once and name the reference.',
    reference: applied.planChangeId,
  };
}

const CONSENT = {
  verbal: 'You agreed to this change on a recorded call.',
  written: 'You agreed to this change in writing.',
} as const;

/** Dated changes begin by the customer's own clock, so its zone is named (money rule 3). */
function activationOf({ when, effectiveDate, customer }: AppliedChange): string {
  const date = formatDateForPeople(effectiveDate);
  return when === 'immediately'
    ? `It took effect on ${date}, as soon as you agreed.`
    : `It took effect at the start of ${date}, ${zoneForPeople(oneLine(customer.timeZone))}, as you asked.`;
}

/** The brief's answers to "more than once in a billing cycle?", "a fee?" and "back to the old plan?". */
function changingAgainOf({ from, effectiveDate }: AppliedChange): string {
  const oldPlan = oneLine(from.planName);
  const back = isNoLongerSold(from.soldUntil, effectiveDate)
    ? `You cannot go back to ${oldPlan}, which is no longer sold; other plans are subject to availability`
    : `You can also go back to ${oldPlan}, subject to availability`;
  return (
    `You can change your plan again, as often as you need. ${back} ` +
    'and to the promotions and prices of that day. There is no fee for changing; prorated ' +
    'charges may apply, and we confirm them with you first.'
  );
}
