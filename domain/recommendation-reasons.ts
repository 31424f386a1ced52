import { formatMoneyForPeople } from './money.ts';
import { ADD_ON_NAMES } from './needs-words.ts';
import { CAPACITIES, internetRank, type Capacity } from './plan-inclusions.ts';
import { amountWord, inclusionWords, internetWords, listWords } from './plan-words.ts';
import { perMonth, WORTHWHILE_PART, type Candidate } from './recommendation-candidate.ts';
import { unneededServices, usesBeyond } from './recommendation-conditions.ts';

/** A sentence to say aloud. */
export interface Reason {
  readonly sentence: string;
  /** Whether the customer gains what the plan of now does not give; otherwise it stays or is a remark. */
  readonly isGain: boolean;
}

type ReasonRule = (candidate: Candidate) => Reason | null;

/** Why a plan is recommended, by the name of the rule, in the order in which the sentences are said. */
const REASONS = {
  internet: ({ yardstick, current, offer }) => {
    if (yardstick.internet === null) return null;
    if (yardstick.internet === 0) {
      if (offer.technology !== 'none')
        return remark(
          `It includes ${internetWords(offer.technology)}, which you do not need: no plan without it has the rest.`,
        );
      return current.technology === 'none'
        ? null
        : remark('You do not pay for internet access, which you do not need.');
    }
    if (internetRank(current.technology) < yardstick.internet)
      return gain(`It has the internet access you asked for: ${internetWords(offer.technology)}.`);
    return remark(`You keep internet access as you asked: ${internetWords(offer.technology)}.`);
  },

  lines: ({ yardstick, inclusions }) => {
    const { stated, now } = yardstick.capacity.lines;
    const included = inclusions.capacity.lines;
    if (stated === 0 && included > 0)
      return remark(
        `It includes ${inclusionWords('lines', included)}, which you do not need: no plan without has the rest.`,
      );
    if (stated === 0 && now > 0) return remark('You do not pay for a phone line, which you do not need.');
    if (stated === null || stated === 0) return null;
    if (now < stated) return gain(`It has ${inclusionWords('lines', included)}, as you asked.`);
    return remark(`You have ${inclusionWords('lines', included)}, as you asked.`);
  },

  addOns: ({ needs, yardstick }) => {
    const { addOns = [] } = needs;
    if (addOns.length === 0) return null;
    const names = listWords(addOns.map((addOn) => ADD_ON_NAMES[addOn]));
    return yardstick.capacity.add_ons.now < addOns.length
      ? gain(`It has room for what you asked to add: ${names}.`)
      : remark(`You keep room for what you want to add: ${names}.`);
  },

  moreData: (candidate) => more(candidate, 'data'),

  moreCalls: (candidate) => more(candidate, 'voice'),

  coversOveruse: (candidate) => {
    const { yardstick, inclusions } = candidate;
    const sentences = overused(yardstick, inclusions).map((name) => {
      const { used, now } = yardstick.capacity[name];
      const included = inclusionWords(name, inclusions.capacity[name]);
      return `You have used ${amountWord(name, used)}${OF[name]} so far and your plan includes ${amountWord(name, now)}: this one has ${included}.`;
    });
    if (sentences.length === 0) return null;
    // An overuse is no reason to sell what the customer says is not needed.
    return unneededServices(candidate) > 0 ? remark(sentences.join(' ')) : gain(sentences.join(' '));
  },

  costsLess: ({ needs, current, monthlyDifferenceMinor, offer, priceMinor }) => {
    if (monthlyDifferenceMinor >= 0n) return null;
    const paid = perMonth(current.priceMinor, current.interval);
    const isWorthwhile = needs.lowerBill === true || -monthlyDifferenceMinor * WORTHWHILE_PART >= paid;
    const less = formatMoneyForPeople(-monthlyDifferenceMinor, offer.currency);
    const month = formatMoneyForPeople(perMonth(priceMinor, offer.interval), offer.currency);
    const each = offer.interval === 'year' ? ` It comes to ${month} a month.` : '';
    const sentence = `It costs ${less} less a month than you pay now.${each}`;
    return isWorthwhile ? gain(sentence) : remark(sentence);
  },

  billing: ({ needs, current }) => {
    if (needs.billing === undefined) return null;
    const sentence = `You are billed once a ${needs.billing}, as you asked.`;
    return current.interval === needs.billing ? remark(sentence) : gain(sentence);
  },

  withinTheLimit: ({ needs, offer, priceMinor }) => {
    if (needs.maxMonthlyMinor === undefined) return null;
    const money = (minor: bigint): string => formatMoneyForPeople(minor, offer.currency);
    return remark(
      `At ${money(perMonth(priceMinor, offer.interval))} a month it stays within the ${money(needs.maxMonthlyMinor)} you named.`,
    );
  },

  promotion: ({ promotion, offer }) => {
    if (promotion === null) return null;
    const list = formatMoneyForPeople(offer.priceMinor, offer.currency);
    return remark(
      `The price includes the promotion ${promotion.promotionCode} (${promotion.description}); ` +
        `without it the plan costs ${list} a ${offer.interval}.`,
    );
  },

  coversUse: (candidate) => {
    const { yardstick, inclusions } = candidate;
    const uses = CAPACITIES.some((name) => yardstick.capacity[name].used > 0);
    const isCovered = CAPACITIES.every((name) => inclusions.capacity[name] >= yardstick.capacity[name].used);
    return uses && isCovered && usesBeyond(candidate) === 0
      ? remark('It covers all that you use now.')
      : null;
  },
} as const satisfies Readonly<Record<string, ReasonRule>>;

export function reasonsFor(candidate: Candidate): Reason[] {
  return Object.values(REASONS).flatMap((rule: ReasonRule) => rule(candidate) ?? []);
}

/** What the customer has used more of than the plan of now includes, and this plan covers. */
export function overused(
  yardstick: Candidate['yardstick'],
  inclusions: Candidate['inclusions'],
): (keyof typeof OF)[] {
  return METERED.filter((name) => {
    const { stated, now, used } = yardstick.capacity[name];
    return stated === null && used > now && inclusions.capacity[name] >= used;
  });
}

const OF = { data: ' of data', voice: ' of calls', texts: '' } as const;
const METERED = ['data', 'voice', 'texts'] as const satisfies readonly Capacity[];

function more({ yardstick, inclusions }: Candidate, name: Capacity): Reason | null {
  const { wantsMore, now } = yardstick.capacity[name];
  if (!wantsMore) return null;
  const included = inclusionWords(name, inclusions.capacity[name]);
  if (inclusions.capacity[name] === now) return remark(`You keep ${included}.`);
  const before = now === 0 ? '' : ` instead of ${amountWord(name, now)}`;
  return gain(`It has more, as you asked: ${included}${before}.`);
}

function gain(sentence: string): Reason {
  return { sentence, isGain: true };
}

function remark(sentence: string): Reason {
  return { sentence, isGain: false };
}
