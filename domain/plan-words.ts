import type { Allowances, Capacity } from './plan-inclusions.ts';
import type { Technology } from './plan-change-terms.ts';

/** How an agent says what a plan includes, in parts of sentences. */

const COUNTS = ['no', 'one', 'two', 'three', 'four', 'five', 'six'];

/** "500 GB of data a month", "unlimited calls", "two phone lines", "up to three add-ons", "no phone line". */
export function inclusionWords(capacity: Capacity, amount: number): string {
  const count = countWord(amount);
  switch (capacity) {
    case 'data':
      return metered(amount, 'data', 'GB of data a month');
    case 'voice':
      return metered(amount, 'calls', 'minutes of calls a month');
    case 'texts':
      return metered(amount, 'text messages', 'text messages a month');
    case 'lines':
      return `${count} phone line${amount > 1 ? 's' : ''}`;
    case 'add_ons':
      return amount > 1 ? `up to ${count} add-ons` : amount === 1 ? 'one add-on' : 'no add-ons';
  }
}

const METERED = ['data', 'voice', 'texts'] as const;

/** What a plan includes of what is metered, as the items of a list; lines and add-ons are told by its features. */
export function meteredWords(allowances: Allowances): string[] {
  return METERED.flatMap((name) => {
    const allowance = allowances[name];
    if (allowance === undefined) return [];
    const words = inclusionWords(name, allowance.amount ?? Infinity);
    return [words.charAt(0).toUpperCase() + words.slice(1)];
  });
}

/** The same in short, where the full words stand before it: "1,000 GB", "500 minutes", "two", "no limit". */
export function amountWord(capacity: Capacity, amount: number): string {
  if (amount === Infinity) return 'no limit';
  return capacity === 'lines' || capacity === 'add_ons'
    ? countWord(amount)
    : `${grouped(amount)} ${UNITS[capacity]}`;
}

const UNITS = { data: 'GB', voice: 'minutes', texts: 'messages' } as const;

/** "you have used 312 GB so far", "you use two"; null where nothing is used. */
export function useWords(capacity: Capacity, used: number): string | null {
  if (used === 0) return null;
  switch (capacity) {
    case 'data':
      return `you have used ${grouped(used)} GB so far`;
    case 'voice':
      return `you have used ${grouped(used)} minutes so far`;
    case 'texts':
      return `you have sent ${grouped(used)} so far`;
    case 'lines':
    case 'add_ons':
      return `you use ${countWord(used)}`;
  }
}

const INTERNET: Readonly<Record<Technology, string>> = {
  none: 'no internet access',
  dsl: 'DSL internet',
  fiber: 'fiber internet',
};

export function internetWords(technology: Technology): string {
  return INTERNET[technology];
}

/** "a, b and c". */
export function listWords(items: readonly string[], word: 'and' | 'or' = 'and'): string {
  const last = items.at(-1) ?? '';
  return items.length < 2 ? last : `${items.slice(0, -1).join(', ')} ${word} ${last}`;
}

function metered(amount: number, what: string, unit: string): string {
  if (amount === Infinity) return `unlimited ${what}`;
  return amount === 0 ? `no ${what}` : `${grouped(amount)} ${unit}`;
}

function countWord(count: number): string {
  return COUNTS[count] ?? String(count);
}

/** "1,234.5": thousands as in the amounts of money beside it, at most one decimal. */
function grouped(amount: number): string {
  const [whole = '', decimals] = amount.toFixed(1).split('.');
  const thousands = whole.replaceAll(/\B(?=(\d{3})+$)/g, ',');
  return decimals === '0' || decimals === undefined ? thousands : `${thousands}.${decimals}`;
}
