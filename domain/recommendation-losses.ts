import { formatMoneyForPeople } from './money.ts';
import { CAPACITIES, internetRank, type Capacity } from './plan-inclusions.ts';
import { amountWord, inclusionWords, internetWords, useWords } from './plan-words.ts';
import type { Candidate } from './recommendation-candidate.ts';

type LossRule = (candidate: Candidate) => readonly string[];

/**
 * What the customer would lose, by the name of the rule, as sentences to say aloud. What was stated not to be
 * needed is no loss.
 */
const LOSSES = {
  internet: (candidate) => {
    if (!losesInternet(candidate)) return [];
    const { offer, current } = candidate;
    return offer.technology === 'none'
      ? ['You would have no internet access, and none of its add-ons.']
      : [
          `You would have ${internetWords(offer.technology)} instead of ${internetWords(current.technology)}, which is slower.`,
        ];
  },

  inclusions: (candidate) =>
    CAPACITIES.filter((name) => isLess(candidate, name) && !isSaidAlready(candidate, name)).map((name) => {
      const { now, used } = candidate.yardstick.capacity[name];
      const included = candidate.inclusions.capacity[name];
      const before = included === 0 ? '' : ` instead of ${amountWord(name, now)}`;
      const use = useWords(name, used);
      return `You would have ${inclusionWords(name, included)}${before}${use === null ? '' : `; ${use}`}.`;
    }),

  yearInAdvance: ({ needs, current, offer, priceMinor }) =>
    needs.billing === undefined && current.interval === 'month' && offer.interval === 'year'
      ? [`You would pay for a whole year in advance: ${formatMoneyForPeople(priceMinor, offer.currency)}.`]
      : [],

  // Going back is subject to availability and to the prices of that day: a price of one's own is gone for good.
  presentPrice: ({ current, currentOffer, offer }) => {
    if (currentOffer === undefined) return [`You could not go back: ${current.planName} is no longer sold.`];
    if (currentOffer.interval !== current.interval || currentOffer.priceMinor <= current.priceMinor)
      return [];
    const money = (minor: bigint): string => formatMoneyForPeople(minor, offer.currency);
    return [
      `You would give up your present price: you pay ${money(current.priceMinor)} a ${current.interval} ` +
        `for ${current.planName}, which costs ${money(currentOffer.priceMinor)} today.`,
    ];
  },
} as const satisfies Readonly<Record<string, LossRule>>;

export function lossesOf(candidate: Candidate): string[] {
  return Object.values(LOSSES).flatMap((rule: LossRule) => rule(candidate));
}

function losesInternet({ yardstick, current, offer }: Candidate): boolean {
  return yardstick.internet === null && internetRank(offer.technology) < internetRank(current.technology);
}

function isLess({ yardstick, inclusions }: Candidate, name: Capacity): boolean {
  const { stated, now } = yardstick.capacity[name];
  return stated === null && inclusions.capacity[name] < now;
}

/** Without internet there is no data and no add-on, without a phone line there are no calls and texts. */
function isSaidAlready(candidate: Candidate, name: Capacity): boolean {
  const { inclusions } = candidate;
  const hasNoInternet = inclusions.technology === 'none' && losesInternet(candidate);
  const hasNoLine = inclusions.capacity.lines === 0 && isLess(candidate, 'lines');
  return name === 'data' || name === 'add_ons' ? hasNoInternet : name !== 'lines' && hasNoLine;
}
