import type { BillingInterval } from './billing-cycle.ts';
import { localDateOf } from './calendar.ts';
import { usefulPart, type CustomerNeeds } from './customer-needs.ts';
import { NOTHING_TO_ORDER, whyNone, type NoRecommendation } from './no-recommendation.ts';
import { termsOf } from './plan-change-terms.ts';
import {
  candidatesOf,
  perYear,
  WORTHWHILE_PART,
  type Candidate,
  type DescribedPromotion,
  type RecommendationFacts,
} from './recommendation-candidate.ts';
import { unmetConditions, unneededServices, usesBeyond } from './recommendation-conditions.ts';
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

export interface Recommendations {
  /** Best first. */
  readonly items: readonly Recommendation[];
  /** Why there are none; null where there are. */
  readonly none: NoRecommendation | null;
}

/**
 * Step 2 of the procedure ("Understand the customer's needs and recommend suitable plans"). A plan is
 * recommended when it meets every stated need, keeps what was left out as it is now (less only for customers who
 * want less or want to pay less), and either gives something that was asked for or costs less. A service that is
 * said not to be needed is in a plan only where no plan without it fits. Of plans that are of the same use to this
 * customer only the cheapest is named.
 *
 * The order: those that take away least of what is used, then those that end an overuse, then the cheapest over a
 * year. A year in advance is due at once, so unless the customer asked for it or pays so now, it counts a
 * twentieth dearer: it comes first only where it saves more than that. Pure: the same facts give the same list.
 * @param now ISO instant; plans and promotions are those of its date in the account's zone
 */
export function recommendPlans(
  needs: CustomerNeeds,
  facts: RecommendationFacts,
  now: string,
): Recommendations {
  const candidates = candidatesOf(needs, facts, localDateOf(now, facts.account.timeZone));
  const judged = leastUnneeded(candidates.filter((candidate) => unmetConditions(candidate).length === 0))
    .map((candidate) => ({ candidate, reasons: reasonsFor(candidate), merits: meritsOf(candidate) }))
    .filter(({ reasons }) => reasons.some(({ isGain }) => isGain));
  if (judged.length === 0) return { items: [], none: whyNone(candidates, needs, facts.account.currency) };
  // Before any of them stands in the way of another.
  const orderable = judged.flatMap((one) => {
    const recommendation = priced(one.candidate, one.reasons, facts, now);
    return recommendation ? [{ ...one, recommendation }] : [];
  });
  const items = orderable
    .filter(({ merits }) => !orderable.some((other) => isBetterValue(other.merits, merits)))
    .sort((one, other) => compare(one.merits, other.merits))
    .slice(0, MOST)
    .map(({ recommendation }) => recommendation);
  return { items, none: items.length === 0 ? NOTHING_TO_ORDER : null };
}

/** Of plans that fit, those with the fewest services that are not needed. */
function leastUnneeded(candidates: readonly Candidate[]): readonly Candidate[] {
  const least = Math.min(...candidates.map(unneededServices));
  return candidates.filter((candidate) => unneededServices(candidate) === least);
}

interface Merits {
  readonly usesBeyond: number;
  readonly overuseEnded: number;
  readonly pricePerYear: bigint;
  /** The same with what paying a year in advance counts. */
  readonly weighedPerYear: bigint;
  readonly planCode: string;
  /** What of the plan this customer has a use for; more is better, member by member. */
  readonly useful: readonly number[];
}

function meritsOf(candidate: Candidate): Merits {
  const { needs, yardstick, current, currentInclusions, inclusions, offer, priceMinor } = candidate;
  // Unless asked for, paying a year in advance is a burden.
  const isBurden = needs.billing === undefined && offer.interval === 'year' && current.interval === 'month';
  const pricePerYear = perYear(priceMinor, offer.interval);
  return {
    usesBeyond: usesBeyond(candidate),
    overuseEnded: overused(yardstick, inclusions).length,
    pricePerYear,
    weighedPerYear: isBurden ? pricePerYear + pricePerYear / WORTHWHILE_PART : pricePerYear,
    planCode: offer.planCode,
    useful: [...usefulPart(yardstick, currentInclusions, inclusions), isBurden ? 0 : 1],
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
    Number(one.weighedPerYear - other.weighedPerYear) ||
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
    interruptions: terms.quote.interruptions,
  };
}
