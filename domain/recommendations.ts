import type { BillingInterval } from './billing-cycle.ts';
import { localDateOf } from './calendar.ts';
import { usefulPart, type CustomerNeeds } from './customer-needs.ts';
import { interruptionsOf } from './interruptions.ts';
import { termsOf } from './plan-change-terms.ts';
import {
  candidatesOf,
  perYear,
  type Candidate,
  type DescribedPromotion,
  type RecommendationFacts,
} from './recommendation-candidate.ts';
import { meetsEveryCondition, usesBeyond } from './recommendation-conditions.ts';
import { lossesOf } from './recommendation-losses.ts';
import { overused, reasonsFor, type Reason } from './recommendation-reasons.ts';

/** A plan to speak of; sentences to say aloud, amounts in minor units of the account's currency. */
export interface Recommendation {
  readonly planCode: string;
  readonly planName: string;
  /** With the promotion taken off. */
  readonly priceMinor: bigint;
  readonly interval: BillingInterval;
  readonly promotion: DescribedPromotion | null;
  readonly reasons: readonly string[];
  readonly losses: readonly string[];
  /** Signed; yearly prices by the twelfth. */
  readonly monthlyDifferenceMinor: bigint;
  /** For a change today, by the function that quotes it. */
  readonly dueNowMinor: bigint;
  readonly toBalanceMinor: bigint;
  readonly interruptions: readonly string[];
}

/** More than people can take in on the phone helps nobody. */
const MOST = 5;

/** The figures of a quote do not depend on the id of its change. */
const NO_CHANGE = '00000000-0000-0000-0000-000000000000';

/**
 * Step 2 of the procedure ("Understand the customer's needs and recommend suitable plans"). A plan is
 * recommended when it meets every stated need, covers what is used, and either gives something that was asked
 * for or costs less; of plans that are of the same use to this customer only the cheapest. First come those that
 * take away least of what is used, then those that end an overuse, then the cheapest. Pure: the same facts give
 * the same list.
 * @param now ISO instant; plans and promotions are those of its date in the account's zone
 */
export function recommendPlans(
  needs: CustomerNeeds,
  facts: RecommendationFacts,
  now: string,
): Recommendation[] {
  const judged = candidatesOf(needs, facts, localDateOf(now, facts.account.timeZone))
    .filter(meetsEveryCondition)
    .map((candidate) => ({ candidate, reasons: reasonsFor(candidate), merits: meritsOf(candidate) }))
    .filter(({ reasons }) => reasons.some(({ isGain }) => isGain))
    // Before any of them stands in the way of another.
    .flatMap((one) => {
      const recommendation = priced(one.candidate, one.reasons, facts, now);
      return recommendation ? [{ ...one, recommendation }] : [];
    });
  return judged
    .filter(({ merits }) => !judged.some((other) => isBetterValue(other.merits, merits)))
    .sort((one, other) => compare(one.merits, other.merits))
    .slice(0, MOST)
    .map(({ recommendation }) => recommendation);
}

interface Merits {
  readonly usesBeyond: number;
  readonly overuseEnded: number;
  readonly pricePerYear: bigint;
  readonly planCode: string;
  /** What of the plan this customer has a use for; more is better, member by member. */
  readonly useful: readonly number[];
}

function meritsOf(candidate: Candidate): Merits {
  const { needs, yardstick, currentInclusions, inclusions, offer, priceMinor } = candidate;
  return {
    usesBeyond: usesBeyond(candidate),
    overuseEnded: overused(yardstick, inclusions).length,
    pricePerYear: perYear(priceMinor, offer.interval),
    planCode: offer.planCode,
    useful: [
      ...usefulPart(yardstick, currentInclusions, inclusions),
      // Unless asked for, paying a year in advance is a burden.
      needs.billing === undefined && offer.interval === 'month' ? 1 : 0,
    ],
  };
}

/** Whether a plan costs no more and is nowhere of less use; of two equal ones the first by code is. */
function isBetterValue(one: Merits, other: Merits): boolean {
  if (one.pricePerYear > other.pricePerYear || one.planCode === other.planCode) return false;
  if (one.useful.some((value, index) => value < (other.useful[index] ?? 0))) return false;
  const isEqual =
    one.pricePerYear === other.pricePerYear &&
    one.useful.every((value, index) => value === other.useful[index]);
  return !isEqual || one.planCode < other.planCode;
}

function compare(one: Merits, other: Merits): number {
  return (
    one.usesBeyond - other.usesBeyond ||
    other.overuseEnded - one.overuseEnded ||
    Number(one.pricePerYear - other.pricePerYear) ||
    (one.planCode < other.planCode ? -1 : 1)
  );
}

/** Undefined for a plan that could not be ordered now: the quote's own rules decide. */
function priced(
  candidate: Candidate,
  reasons: readonly Reason[],
  { account }: RecommendationFacts,
  now: string,
): Recommendation | undefined {
  const { offer, promotion } = candidate;
  const terms = termsOf(
    {
      planChangeId: NO_CHANGE,
      quoteRevision: 1,
      promotionCode: promotion?.promotionCode ?? null,
      activation: { when: 'immediately' },
      now,
      furthestDateDays: 0,
    },
    { ...account, offered: offer, promotion },
  );
  if (typeof terms === 'string') return undefined;
  return {
    planCode: offer.planCode,
    planName: offer.planName,
    priceMinor: terms.to.priceMinor,
    interval: offer.interval,
    promotion,
    reasons: reasons.map(({ sentence }) => sentence),
    losses: lossesOf(candidate),
    monthlyDifferenceMinor: candidate.monthlyDifferenceMinor,
    dueNowMinor: terms.quote.dueNowMinor,
    toBalanceMinor: terms.quote.toBalanceMinor,
    interruptions: interruptionsOf(terms.from.technology, terms.to.technology),
  };
}
