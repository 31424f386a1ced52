import type { CustomerNeeds } from './customer-needs.ts';
import { CAPACITIES, internetRank, type Capacity, type PlanInclusions } from './plan-inclusions.ts';
import { perYear, type Candidate } from './recommendation-candidate.ts';

type Condition = (candidate: Candidate) => boolean;

/** What a plan must meet to be spoken of at all, by name. What was stated is never traded against anything. */
const CONDITIONS = {
  hasTheInternetAskedFor: ({ yardstick, inclusions }) =>
    internetRank(inclusions.technology) >= (yardstick.internet ?? 0),

  includesWhatWasAskedFor: ({ yardstick, inclusions }) =>
    CAPACITIES.every((name) => inclusions.capacity[name] >= (yardstick.capacity[name].stated ?? 0)),

  includesMoreWhereMoreWasAskedFor: ({ yardstick, inclusions }) =>
    CAPACITIES.every((name) => {
      const { wantsMore, now } = yardstick.capacity[name];
      return !wantsMore || inclusions.capacity[name] > now || inclusions.capacity[name] === Infinity;
    }),

  isBilledAsAskedFor: ({ needs, offer }) => needs.billing === undefined || offer.interval === needs.billing,

  staysWithinTheLimit: ({ needs, priceMinor, offer }) =>
    needs.maxMonthlyMinor === undefined ||
    perYear(priceMinor, offer.interval) <= perYear(needs.maxMonthlyMinor, 'month'),

  lowersTheBillWhereAskedFor: ({ needs, monthlyDifferenceMinor }) =>
    needs.lowerBill !== true || monthlyDifferenceMinor < 0n,

  // What is not needed may stay where nothing else fits; it is never sold anew.
  sellsNothingUnneeded: ({ yardstick, currentInclusions, inclusions }) =>
    unneededOf(yardstick, inclusions).every((name) =>
      unneededOf(yardstick, currentInclusions).includes(name),
    ),

  // Nobody is talked out of a service in use: doing without it must be what the customer says.
  keepsEveryServiceInUse: ({ yardstick, inclusions }) => {
    const { data, lines, voice, texts, add_ons: addOns } = yardstick.capacity;
    const usesInternet = yardstick.internet === null && data.used + addOns.used > 0 && data.now > 0;
    const usesPhone = lines.stated === null && lines.used + voice.used + texts.used > 0 && lines.now > 0;
    return (!usesInternet || inclusions.capacity.data > 0) && (!usesPhone || inclusions.capacity.lines > 0);
  },

  // Less than is used is only for customers who want to pay less; they are told what they lose.
  coversWhatIsUsed: (candidate) => wantsToPayLess(candidate.needs) || usesBeyond(candidate) === 0,

  // What is left out stays as it is now.
  keepsTheInternetOfNow: ({ needs, yardstick, current, inclusions }) =>
    yardstick.internet !== null ||
    wantsToPayLess(needs) ||
    internetRank(inclusions.technology) >= internetRank(current.technology),

  keepsTheLinesOfNow: (candidate) => wantsToPayLess(candidate.needs) || keeps(candidate, 'lines'),

  keepsTheAllowancesOfNow: (candidate) =>
    wantsToPayLess(candidate.needs) ||
    wantsLess(candidate) ||
    CAPACITIES.every((name) => keeps(candidate, name)),

  keepsTheBillingOfNow: ({ needs, current, offer }) =>
    needs.billing !== undefined ||
    wantsToPayLess(needs) ||
    offer.interval === 'month' ||
    offer.interval === current.interval,
} as const satisfies Readonly<Record<string, Condition>>;

export type ConditionName = keyof typeof CONDITIONS;

/** The names of the conditions that a plan does not meet. */
export function unmetConditions(candidate: Candidate): ConditionName[] {
  return CONDITION_NAMES.filter((name) => !CONDITIONS[name](candidate));
}

const CONDITION_NAMES = Object.keys(CONDITIONS) as ConditionName[];

/** In how many ways the plan includes less than the customer uses of the plan of now. */
export function usesBeyond({ yardstick, inclusions }: Candidate): number {
  return CAPACITIES.filter((name) => {
    const { stated, now, used } = yardstick.capacity[name];
    return stated === null && inclusions.capacity[name] < Math.min(used, now);
  }).length;
}

/** How many services the plan has that the customer said are not needed. */
export function unneededServices({ yardstick, inclusions }: Candidate): number {
  return unneededOf(yardstick, inclusions).length;
}

function unneededOf(
  { internet, capacity }: Candidate['yardstick'],
  plan: PlanInclusions,
): ('internet' | 'lines')[] {
  return [
    ...(internet === 0 && plan.technology !== 'none' ? (['internet'] as const) : []),
    ...(capacity.lines.stated === 0 && plan.capacity.lines > 0 ? (['lines'] as const) : []),
  ];
}

function wantsToPayLess({ lowerBill, maxMonthlyMinor }: CustomerNeeds): boolean {
  return lowerBill === true || maxMonthlyMinor !== undefined;
}

/** Whoever says that less of a service will do is shown plans with smaller allowances too, as far as they cover the use. */
function wantsLess({ yardstick, current }: Candidate): boolean {
  const { lines, add_ons: addOns } = yardstick.capacity;
  return (
    (yardstick.internet ?? Infinity) < internetRank(current.technology) ||
    (lines.stated ?? Infinity) < lines.now ||
    (addOns.stated ?? Infinity) < addOns.now
  );
}

function keeps({ yardstick, inclusions }: Candidate, name: Capacity): boolean {
  const { stated, now } = yardstick.capacity[name];
  return stated !== null || inclusions.capacity[name] >= now;
}
