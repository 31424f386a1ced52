import type { CustomerOffer, PlanAtPrice } from '../../db/read-models/customer-offer.ts';
import { formatDateForPeople, formatInstantForPeople } from '../../domain/calendar.ts';
import { formatMoneyForPeople } from '../../domain/money.ts';
import { zoneForPeople } from '../../domain/zone-for-people.ts';

/** The quote in plain words: finished sentences and figures, nothing escaped. */
export interface OfferView {
  /** Label and value, the most important first. */
  readonly facts: readonly { readonly label: string; readonly value: string; readonly more: string | null }[];
  readonly lines: readonly { readonly what: string; readonly days: string | null; readonly amount: string }[];
  readonly net: string;
  /** What is to be expected: interruptions, mails, how to call it off. */
  readonly next: readonly string[];
  readonly declaration: string;
  readonly termsVersion: string;
}

export function offerView(offer: CustomerOffer): OfferView {
  const money = (minor: bigint): string => formatMoneyForPeople(minor, offer.currency);
  const price = (plan: PlanAtPrice): string => `${money(plan.priceMinor)} a ${plan.interval}`;
  return {
    facts: [
      { label: 'Change from', value: offer.from.planName, more: price(offer.from) },
      { label: 'Change to', value: offer.to.planName, more: newPriceOf(offer, price(offer.to)) },
      { label: 'Starts', ...startOf(offer) },
      dueOf(offer, money),
      { label: 'Next bill', ...nextBillOf(offer, money) },
    ],
    lines: offer.lines.map((line) => ({
      what: line.description,
      days: line.kind === 'fee' ? null : `${line.days} of ${line.ofDays} days`,
      amount: money(BigInt(line.amountMinor)),
    })),
    net: money(offer.netMinor),
    next: [
      ...offer.interruptions,
      'We send you a summary by email when the change is complete.',
      offer.when === 'immediately'
        ? 'You can change back later if your present plan is still on sale, at the price of that day. There is no fee.'
        : `Until ${formatDateForPeople(offer.effectiveDate)} you can call the change off at no cost.`,
    ],
    declaration: `I agree to this change, to the amounts on this page and to the terms of service, version ${offer.termsVersion}.`,
    termsVersion: offer.termsVersion,
  };
}

function newPriceOf({ from, to, promotion }: CustomerOffer, price: string): string {
  return [
    price,
    ...(promotion === null ? [] : [`with the promotion: ${promotion}`]),
    ...(from.interval === to.interval
      ? []
      : [`billed once a ${to.interval} instead of once a ${from.interval}`]),
  ].join(', ');
}

/** Dated changes begin by the customer's own clock, so its zone is named (money rule 3). */
function startOf({ when, effectiveDate, timeZone }: CustomerOffer): { value: string; more: string } {
  const date = formatDateForPeople(effectiveDate);
  if (when === 'immediately') return { value: 'As soon as you agree', more: date };
  return { value: date, more: `as the day begins, ${zoneForPeople(timeZone)}` };
}

function dueOf(
  { when, dueNowMinor, toBalanceMinor }: CustomerOffer,
  money: (minor: bigint) => string,
): OfferView['facts'][number] {
  const label = when === 'immediately' ? 'Due now' : 'Due on that day';
  if (dueNowMinor > 0n) {
    return { label, value: money(dueNowMinor), more: 'before tax; your next bill does not include it' };
  }
  if (toBalanceMinor === 0n) return { label, value: 'Nothing', more: null };
  return {
    label,
    value: 'Nothing',
    more: `${money(toBalanceMinor)} goes to your account balance and is used on the bills that follow`,
  };
}

function nextBillOf(
  { to, nextBillMinor, nextBillDate }: CustomerOffer,
  money: (minor: bigint) => string,
): { value: string; more: string } {
  const used = to.priceMinor - nextBillMinor;
  const balance = used > 0n ? `, after ${money(used)} from your account balance` : '';
  return {
    value: money(nextBillMinor),
    more: `on ${formatDateForPeople(nextBillDate)}${balance}, before tax`,
  };
}

/** "15:04 on Tuesday, 24 November 2026, Chicago time (UTC-06:00)", the customer's. */
export function instantOf({ timeZone }: CustomerOffer, instant: string): string {
  return formatInstantForPeople(instant, timeZone);
}
