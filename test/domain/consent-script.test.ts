import assert from 'node:assert/strict';
import { quotePlanChange, type QuoteInput } from '../../domain/quote.ts';

const sample: QuoteInput = {
  ...{
    planChangeId: 'c0ffee00-0000-5000-8000-000000000001',
    quoteRevision: 1,
    currency: 'USD',
    timeZone: 'America/New_York',
  },
  ...{ anchorDate: '2026-11-01', when: 'immediately', effectiveDate: '2026-11-16', promotionCode: null },
  from: { planCode: 'basic', planName: 'Basic', version: 1, priceMinor: 3000n, interval: 'month' },
  to: { planCode: 'plus', planName: 'Plus', version: 2, priceMinor: 5000n, interval: 'month' },
  ...{ creditCapMinor: 3000n, balanceMinor: 0n },
  terms: { version: '2026-01', sha256: 'ab'.repeat(32) },
  interruptions: [],
};
const scriptOf = (change: Partial<QuoteInput>): string[] =>
  quotePlanChange({ ...sample, ...change }).script.text.split('\n');

describe('consent script', () => {
  it('says everything there is to agree to, in order', () => {
    assert.equal(quotePlanChange(sample).script.version, '2026-11b');
    assert.deepEqual(scriptOf({}), [
      'This call is recorded.',
      'You are changing your plan from Basic at $30.00 a month to Plus at $50.00 a month.',
      'The change takes effect today, Monday, 16 November 2026.',
      'Credit for unused time on Basic, 15 of 30 days: $15.00.',
      'Charge for remaining time on Plus, 15 of 30 days: $25.00.',
      'There is no fee for changing your plan.',
      '$10.00 is due now.',
      'Your next bill is on Tuesday, 1 December 2026: $50.00.',
      'All amounts are before tax.',
      'The terms of service, version 2026-01, apply.',
      'Do you agree?',
    ]);
  });

  const dated: Partial<QuoteInput> = { when: 'on_date', effectiveDate: '2026-12-17' };
  const { from: basic, to: plus } = sample;
  const sentences: [string, Partial<QuoteInput>, string][] = [
    [
      'the date and its zone',
      dated,
      'The change takes effect at the start of Thursday, 17 December 2026, New York time.',
    ],
    ['when a dated amount is due', dated, '$9.67 is due on Thursday, 17 December 2026.'],
    [
      'that nothing is prorated',
      { when: 'end_of_cycle', effectiveDate: '2026-12-01' },
      'Nothing is credited or charged for part of a cycle.',
    ],
    [
      'an interruption, before the customer agrees',
      { interruptions: ['Internet access ends when the new plan starts.'] },
      'Internet access ends when the new plan starts.',
    ],
    [
      'that nothing is due',
      { when: 'end_of_cycle', effectiveDate: '2026-12-01' },
      'Nothing is due on Tuesday, 1 December 2026.',
    ],
    [
      'what goes to the balance',
      { from: { ...plus }, to: { ...basic }, creditCapMinor: 5000n },
      'Nothing is due now; $10.00 goes to your account balance and is used on the bills that follow.',
    ],
    [
      'what the balance takes off the next bill',
      { balanceMinor: 1250n },
      'Your next bill is on Tuesday, 1 December 2026: $37.50, after $12.50 from your account balance.',
    ],
    ['the promotion', { promotionCode: 'AUTUMN' }, 'The new price includes the promotion AUTUMN.'],
    [
      'another interval',
      { to: { ...plus, interval: 'year' } },
      'You will be billed once a year instead of once a month.',
    ],
    [
      'that the credit was limited',
      { creditCapMinor: 400n },
      'Credit for unused time on Basic, limited to what was billed, 15 of 30 days: $4.00.',
    ],
  ];
  for (const [what, change, sentence] of sentences) {
    it(`says ${what}`, () => {
      assert.ok(scriptOf(change).includes(sentence), scriptOf(change).join('\n'));
      assert.ok(!scriptOf({}).includes(sentence));
    });
  }
});
