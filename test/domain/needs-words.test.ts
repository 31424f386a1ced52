import assert from 'node:assert/strict';
import type { CustomerNeeds } from '../../domain/customer-needs.ts';
import { needsWords } from '../../domain/needs-words.ts';

describe('needsWords', () => {
  const table: [CustomerNeeds, string[]][] = [
    [{}, []],
    [{ lowerBill: false, moreData: false }, []],
    [{ internet: 'none', lines: 0, addOns: [] }, ['no internet access', 'no phone line', 'no add-ons']],
    [
      { internet: 'fast', lines: 2, addOns: ['tv_streaming', 'film_streaming'], billing: 'year' },
      ['fast internet access', 'two phone lines', 'TV streaming and film streaming', 'billed once a year'],
    ],
    [
      { moreData: true, moreCalls: true, maxMonthlyMinor: 9_000n, lowerBill: true },
      ['more data', 'more minutes of calls', 'no more than $90.00 a month', 'a lower bill'],
    ],
  ];
  for (const [needs, words] of table) {
    it(`tells ${words.join(', ') || 'nothing'}`, () => {
      assert.deepEqual(needsWords(needs, 'USD'), words);
    });
  }
});
