import assert from 'node:assert/strict';
import type { QuoteLine } from '../../domain/quote.ts';
import { mismatchesOf, type AppliedChange } from '../../domain/read-back.ts';

const days = { start: '2026-11-16', end: '2026-12-01', days: 15, ofDays: 30 };
const credit: QuoteLine = { kind: 'credit', description: 'Credit', ...days, amountMinor: -2500n };
const charge: QuoteLine = { kind: 'charge', description: 'Charge', ...days, amountMinor: 1500n };
const applied: AppliedChange = {
  planChangeId: 'c0ffee00-0000-5000-8000-000000000001',
  customer: { fullName: 'A', email: 'a@example.com', accountNumber: '1', timeZone: 'UTC' },
  ...{ currency: 'USD', when: 'immediately', effectiveDate: '2026-11-16' },
  from: { planCode: 'plus', planName: 'Plus', priceMinor: 5000n, interval: 'month', soldUntil: null },
  agreed: {
    promotionCode: null,
    ...{ planCode: 'basic', version: 2, priceMinor: 3000n, quoteHash: 'ab' },
    ...{ lines: [credit, charge], toBalanceMinor: 1000n },
  },
  current: {
    ...{ planCode: 'basic', planName: 'Basic', version: 2, priceMinor: 3000n, interval: 'month' },
    ...{ features: [], allowances: {}, openedByPlanChangeId: 'c0ffee00-0000-5000-8000-000000000001' },
  },
  postedLines: [credit, charge],
  postedToBalanceMinor: 1000n,
  ...{ consentQuoteHash: 'ab', consentMethod: 'verbal', dueNowMinor: 0n },
  nextBill: { date: '2026-12-01', amountMinor: 2000n },
  ...{ interruptions: [], termsVersion: '2026-01' },
};
const running = (change: Partial<NonNullable<AppliedChange['current']>>): Partial<AppliedChange> => ({
  current: { ...applied.current!, ...change },
});
const postedAs = (change: Partial<QuoteLine>): Partial<AppliedChange> => ({
  postedLines: [credit, { ...charge, ...change }],
});

describe('read-back', () => {
  it('finds nothing where everything is as agreed', () => {
    assert.deepEqual(mismatchesOf(applied), []);
  });

  const rows: [what: string, change: Partial<AppliedChange>, mismatches: string[]][] = [
    ['no plan', { current: null }, ['current_plan', 'current_price', 'opened_by_this_change']],
    ['another plan', running({ planCode: 'plus' }), ['current_plan']],
    ['another version', running({ version: 1 }), ['current_plan']],
    ['another price', running({ priceMinor: 3001n }), ['current_price']],
    ['a period of another change', running({ openedByPlanChangeId: 'other' }), ['opened_by_this_change']],
    ['a period of no change', running({ openedByPlanChangeId: null }), ['opened_by_this_change']],
    ['no lines', { postedLines: [] }, ['charges']],
    ['a line too few', { postedLines: [credit] }, ['charges']],
    ['a line too many', { postedLines: [credit, charge, charge] }, ['charges']],
    ['lines in another order', { postedLines: [charge, credit] }, ['charges']],
    ['another kind', postedAs({ kind: 'fee' }), ['charges']],
    ['another description', postedAs({ description: 'Other' }), ['charges']],
    ['another first day', postedAs({ start: '2026-11-17' }), ['charges']],
    ['another end', postedAs({ end: '2026-12-02' }), ['charges']],
    ['other days', postedAs({ days: 14 }), ['charges']],
    ['days of another cycle', postedAs({ ofDays: 31 }), ['charges']],
    ['another amount', postedAs({ amountMinor: 1501n }), ['charges']],
    ['another balance', { postedToBalanceMinor: 0n }, ['balance']],
    ['no consent', { consentQuoteHash: null }, ['consent']],
    ['consent to another quote', { consentQuoteHash: 'cd' }, ['consent']],
    [
      'everything at once',
      { current: null, postedLines: [], postedToBalanceMinor: 0n, consentQuoteHash: null },
      ['current_plan', 'current_price', 'opened_by_this_change', 'charges', 'balance', 'consent'],
    ],
  ];
  for (const [what, change, mismatches] of rows) {
    it(`finds ${what}`, () => {
      assert.deepEqual(mismatchesOf({ ...applied, ...change }), mismatches);
    });
  }
});
