import type { AddOn, CustomerNeeds } from './customer-needs.ts';
import { formatMoneyForPeople } from './money.ts';
import { inclusionWords, listWords } from './plan-words.ts';

export const ADD_ON_NAMES: Readonly<Record<AddOn, string>> = {
  online_security: 'online security',
  online_backup: 'online backup',
  device_protection: 'device protection',
  tech_support: 'tech support',
  tv_streaming: 'TV streaming',
  film_streaming: 'film streaming',
};

const INTERNET = {
  none: 'no internet access',
  any: 'internet access',
  fast: 'fast internet access',
} as const;

/** What the customer said, a phrase for each need that was stated; for account notes. */
export function needsWords(needs: CustomerNeeds, currency: string): string[] {
  const { internet, lines, addOns, moreData, moreCalls, billing, maxMonthlyMinor, lowerBill } = needs;
  const said: (string | false | undefined)[] = [
    internet && INTERNET[internet],
    lines !== undefined && inclusionWords('lines', lines),
    addOns && (addOns.length === 0 ? 'no add-ons' : listWords(addOns.map((addOn) => ADD_ON_NAMES[addOn]))),
    moreData === true && 'more data',
    moreCalls === true && 'more minutes of calls',
    billing && `billed once a ${billing}`,
    maxMonthlyMinor !== undefined &&
      `no more than ${formatMoneyForPeople(maxMonthlyMinor, currency)} a month`,
    lowerBill === true && 'a lower bill',
  ];
  return said.filter((words): words is string => typeof words === 'string');
}
