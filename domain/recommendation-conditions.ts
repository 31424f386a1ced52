import type { CustomerNeeds } from './customer-needs.ts';
import { CAPACITIES, internetRank } from './plan-inclusions.ts';
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

  // Nobody is talked out of a service in use: doing without it must be what the customer says.
  keepsEveryServiceInUse: ({ yardstick, inclusions }) => {
    const { data, lines, voice, texts, add_ons: addOns } = yardstick.capacity;
    const usesInternet = yardstick.internet === null && data.used + addOns.used > 0 && data.now > 0;
    const usesPhone = lines.stated === null && lines.used + voice.used + texts.used > 0 && lines.now > 0;
    return (!usesInternet || inclusions.capacity.data > 0) && (!usesPhone || inclusions.capacity.lines > 0);
  },

  // Less than is used is only for customers who want to pay less; they are told what they lose.
  coversWhatIsUsed: (candidate) => wantsToPayLess(candidate.needs) || usesBeyond(candidate) === 0,
} as const satisfies Readonly<Record<string, Condition>>;

export function meetsEveryCondition(candidate: Candidate): boolean {
  return Object.values(CONDITIONS).every((condition) => condition(candidate));
}

/** In how many ways the plan includes less than the customer uses of the plan of now. */
export function usesBeyond({ yardstick, inclusions }: Candidate): number {
  return CAPACITIES.filter((name) => {
    const { stated, now, used } = yardstick.capacity[name];
    return stated === null && inclusions.capacity[name] < Math.min(used, now);
  }).length;
}

function wantsToPayLess({ lowerBill, maxMonthlyMinor }: CustomerNeeds): boolean {
  return lowerBill === true || maxMonthlyMinor !== undefined;
}
