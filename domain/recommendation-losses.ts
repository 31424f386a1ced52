import { formatMoneyForPeople } from './money.ts';
import { CAPACITIES, internetRank } from './plan-inclusions.ts';
import { amountWord, inclusionWords, internetWords, useWords } from './plan-words.ts';
import type { Candidate } from './recommendation-candidate.ts';

type LossRule = (candidate: Candidate) => readonly string[];

/**
 * What the customer would lose, by the name of the rule, as sentences to say aloud: everything that the plan of
 * now gives and this one does not, whatever was asked for. Who agrees knows all of it.
 */
const LOSSES = {
  internet: ({ current, offer }) => {
    if (internetRank(offer.technology) >= internetRank(current.technology)) return [];
    const slower = offer.technology === 'none' ? '' : ', which is slower';
    return [
      `You would have ${internetWords(offer.technology)} instead of ${internetWords(current.technology)}${slower}.`,
    ];
  },

  inclusions: ({ yardstick, inclusions }) =>
    CAPACITIES.filter((name) => inclusions.capacity[name] < yardstick.capacity[name].now).map((name) => {
      const { now, used } = yardstick.capacity[name];
      const included = inclusions.capacity[name];
      // "No data instead of no limit" would need a second thought.
      const before = included === 0 ? inclusionWords(name, now) : amountWord(name, now);
      const use = useWords(name, used);
      return `You would have ${inclusionWords(name, included)} instead of ${before}${use === null ? '' : `; ${use}`}.`;
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
