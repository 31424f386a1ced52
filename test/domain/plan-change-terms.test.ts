import assert from 'node:assert/strict';
import { REJECTION_CODES } from '../../domain/failures.ts';
import {
  termsOf,
  type AccountFacts,
  type CurrentPlan,
  type PlanChangeRequest,
  type Promotion,
} from '../../domain/plan-change-terms.ts';
import { current, facts, offered, onDate, promoted, promotion, quoted, request } from './account-facts.ts';

describe('terms of a plan change', () => {
  const refusals: [
    what: string,
    code: string,
    asked: Partial<PlanChangeRequest>,
    known: Partial<AccountFacts>,
  ][] = [
    ['a suspended account', 'account-not-active', {}, { accountStatus: 'suspended' }],
    ['a closed account', 'account-not-active', {}, { accountStatus: 'closed' }],
    ['a plan that does not exist', 'plan-unknown', {}, { offered: null }],
    ['the plan as it is', 'plan-already-active', {}, { offered: { ...offered, planCode: 'basic' } }],
    ['a plan in another currency', 'plan-not-available', {}, { offered: { ...offered, currency: 'EUR' } }],
    [
      'a plan that is not yet sold',
      'plan-not-available',
      {},
      { offered: { ...offered, availableFrom: '2026-11-17' } },
    ],
    ['a retired plan', 'plan-not-available', {}, { offered: { ...offered, availableUntil: '2026-11-16' } }],
    [
      'a plan that is retired by the date',
      'plan-not-available',
      onDate('2026-11-20'),
      { offered: { ...offered, availableUntil: '2026-11-20' } },
    ],
    ['a date that has come', 'activation-date-invalid', onDate('2026-11-16'), {}],
    ['a date too far ahead', 'activation-date-invalid', onDate('2027-12-22'), {}],
    ['a date that is none', 'activation-date-invalid', onDate('2027-02-29'), {}],
    ['a promotion that does not exist', 'promotion-not-applicable', promoted, {}],
    [
      'a promotion of another plan',
      'promotion-not-applicable',
      promoted,
      { promotion: { ...promotion, planCode: 'other' } },
    ],
    [
      'a promotion that was withdrawn',
      'promotion-not-applicable',
      promoted,
      { promotion: { ...promotion, withdrawn: true } },
    ],
    [
      'a promotion that is over',
      'promotion-not-applicable',
      promoted,
      { promotion: { ...promotion, validUntil: '2026-11-16' } },
    ],
    [
      'a promotion that begins after today',
      'promotion-not-applicable',
      { ...promoted, ...onDate('2026-11-25') },
      { promotion: { ...promotion, validFrom: '2026-11-17' } },
    ],
    [
      'a promotion that is over by the date',
      'promotion-not-applicable',
      { ...promoted, ...onDate('2026-12-15') },
      { promotion },
    ],
  ];
  for (const [what, code, asked, known] of refusals) {
    it(`refuse ${what}`, () => {
      assert.equal(termsOf({ ...request, ...asked }, { ...facts, ...known }), code);
    });
  }

  it('know every code but those of the step that reads the identification and the open change', () => {
    const judgedBefore = ['plan-change-in-progress', 'identification-expired'];
    const seen = new Set([...refusals.map(([, code]) => code), ...judgedBefore]);
    assert.deepEqual([...seen].sort(), [...REJECTION_CODES].sort());
  });

  it('quote an immediate change for today in the zone of the account', () => {
    const { effectiveDate, activateAt, from, to, quote } = quoted({ now: '2026-11-17T05:59:59Z' });
    assert.deepEqual([effectiveDate, activateAt], ['2026-11-16', null]);
    assert.deepEqual([from, to], [current, offered]);
    assert.deepEqual(
      quote.lines.map((line) => line.amountMinor),
      [-1500n, 2500n, 0n],
    );
  });

  it('quote a date from its first instant, and the end of the cycle without amounts', () => {
    const dated = quoted(onDate('2026-11-17'));
    assert.deepEqual([dated.effectiveDate, dated.activateAt], ['2026-11-17', '2026-11-17T06:00:00Z']);
    const end = quoted({ activation: { when: 'end_of_cycle' } });
    assert.deepEqual([end.effectiveDate, end.quote.netMinor], ['2026-12-01', 0n]);
  });

  const prices: [what: string, change: Partial<Promotion>, priceMinor: bigint][] = [
    ['a percentage', { percentOff: 10 }, 4500n],
    ['a percentage of less than a minor unit, cut down', { percentOff: 33 }, 3350n],
    ['an amount', { percentOff: null, amountOffMinor: 499n }, 4501n],
    ['an amount above the price', { percentOff: null, amountOffMinor: 9999n }, 0n],
    ['everything', { percentOff: 100 }, 0n],
  ];
  for (const [what, change, priceMinor] of prices) {
    it(`take a promotion off: ${what}`, () => {
      const { to, quote } = quoted(promoted, { promotion: { ...promotion, ...change } });
      assert.equal(to.priceMinor, priceMinor);
      assert.equal(quote.nextBill.amountMinor, priceMinor);
      assert.match(quote.canonicalJson, /"promotion":"PLUS-10"/);
    });
  }

  it('cut a discount down to whole minor units', () => {
    const { to } = quoted(promoted, {
      offered: { ...offered, priceMinor: 999n },
      promotion: { ...promotion, percentOff: 33 },
    });
    assert.equal(to.priceMinor, 999n - 329n);
  });

  const caps: [what: string, opened: CurrentPlan['openingCharge'], creditMinor: bigint][] = [
    ['the price, for a plan billed in full', null, -1500n],
    [
      'what the plan was charged when it began in this cycle',
      { effectiveDate: '2026-11-10', days: 21, amountMinor: 700n },
      -700n,
    ],
    [
      'the price again in the cycle after',
      { effectiveDate: '2026-10-10', days: 21, amountMinor: 700n },
      -1500n,
    ],
    [
      'the price, where the plan began with its cycle and was billed there',
      { effectiveDate: '2026-11-01', days: 0, amountMinor: 0n },
      -1500n,
    ],
  ];
  for (const [what, openingCharge, creditMinor] of caps) {
    it(`limit the credit to ${what}`, () => {
      const { quote } = quoted({}, { current: { ...current, openingCharge } });
      assert.equal(quote.lines[0]?.amountMinor, creditMinor);
    });
  }

  it('let earlier surpluses lower the next bill, less the bills that used them', () => {
    const balanceEntries = [{ date: '2026-10-20', amountMinor: 4000n }];
    // The bill of 1 November over 30.00 took its part: 10.00 are left for the bill of 1 December.
    assert.equal(quoted({}, { balanceEntries }).quote.nextBill.amountMinor, 4000n);
  });

  it('are the same for the same facts, and have another hash for every revision', () => {
    assert.deepEqual(quoted(), quoted());
    assert.notEqual(quoted().quote.hash, quoted({ quoteRevision: 2 }).quote.hash);
  });
});
