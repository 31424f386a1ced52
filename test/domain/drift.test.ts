import assert from 'node:assert/strict';
import fc from 'fast-check';
import { addDays } from '../../domain/calendar.ts';
import { HOLD_REASONS } from '../../domain/plan-change-status.ts';
import {
  driftOf,
  type AccountFacts,
  type AgreedTerms,
  type PlanChangeRequest,
  type QuotedTerms,
} from '../../domain/plan-change-terms.ts';
import { current, facts, offered, onDate, promoted, promotion, quoted, request } from './account-facts.ts';

/** What is agreed to when the customer accepts these terms. */
function agreedTo(terms: QuotedTerms, asked: Partial<PlanChangeRequest> = {}): AgreedTerms {
  const { planChangeId, quoteRevision, promotionCode, activation } = { ...request, ...asked };
  return {
    ...{ planChangeId, quoteRevision, promotionCode, when: activation.when },
    effectiveDate: terms.effectiveDate,
    quoteHash: terms.quote.hash,
    from: terms.from,
    to: terms.to,
    terms: facts.terms,
  };
}

describe('drift', () => {
  const asked = { ...promoted, ...onDate('2026-11-25') };
  const known: AccountFacts = { ...facts, promotion };
  const agreed = agreedTo(quoted(asked, { promotion }), asked);
  const openingCharge = { effectiveDate: '2026-11-10', days: 21, amountMinor: 100n };

  const drifts: [what: string, reason: string, change: Partial<AccountFacts>][] = [
    ['a suspended account', 'account_not_active', { accountStatus: 'suspended' }],
    ['another current plan', 'current_plan_changed', { current: { ...current, planCode: 'other' } }],
    ['another version of the current plan', 'current_plan_changed', { current: { ...current, version: 3 } }],
    ['another current price', 'current_plan_changed', { current: { ...current, priceMinor: 3001n } }],
    [
      'the same plan in a later period',
      'current_plan_changed',
      { current: { ...current, validFrom: '2025-06-01T05:00:00.000001Z' } },
    ],
    ['a plan that is gone', 'plan_unavailable', { offered: null }],
    [
      'a plan that is retired by its date',
      'plan_unavailable',
      { offered: { ...offered, availableUntil: '2026-11-25' } },
    ],
    ['a promotion that is gone', 'promotion_unavailable', { promotion: null }],
    [
      'a promotion that was withdrawn',
      'promotion_unavailable',
      { promotion: { ...promotion, withdrawn: true } },
    ],
    [
      'a promotion that ends before its date',
      'promotion_unavailable',
      { promotion: { ...promotion, validUntil: '2026-11-25' } },
    ],
    ['another list price', 'price_changed', { offered: { ...offered, priceMinor: 5100n, version: 5 } }],
    ['another discount', 'price_changed', { promotion: { ...promotion, percentOff: 9 } }],
    ['a new version at the same price', 'plan_version_changed', { offered: { ...offered, version: 5 } }],
    ['other bill days', 'quote_changed', { anchorDate: '2025-06-02' }],
    ['a plan of another name', 'quote_changed', { offered: { ...offered, planName: 'Plus 2' } }],
    ['less to credit than was agreed', 'quote_changed', { current: { ...current, openingCharge } }],
  ];
  for (const [what, reason, change] of drifts) {
    it(`${reason}: ${what}`, () => {
      assert.equal(driftOf(agreed, { ...known, ...change }), reason);
    });
  }

  it('has a row here for every reason but those that are not found by comparing', () => {
    const foundElsewhere = ['activation_late', 'plan_not_restored', 'read_back_mismatch'];
    const seen = new Set([...drifts.map(([, reason]) => reason), ...foundElsewhere]);
    assert.deepEqual([...seen].sort(), [...HOLD_REASONS].sort());
  });

  const harmless: [what: string, change: Partial<AccountFacts>][] = [
    ['newer terms', { terms: { version: '2027-01', sha256: 'cd'.repeat(32) } }],
    ['a promotion that just takes no new orders', { promotion: { ...promotion, validFrom: '2026-11-25' } }],
    ['a plan that is sold until after its date', { offered: { ...offered, availableUntil: '2026-11-26' } }],
    ['a surplus from elsewhere', { balanceEntries: [{ date: '2026-11-20', amountMinor: 100n }] }],
    ['other features', { offered: { ...offered, features: [] } }],
  ];
  for (const [what, change] of harmless) {
    it(`is not ${what}`, () => {
      assert.equal(driftOf(agreed, { ...known, ...change }), null);
    });
  }

  it('is never found between a quote and its own facts, whatever they are', () => {
    const any = fc.record({
      priceMinor: fc.bigInt(0n, 10n ** 6n),
      newPriceMinor: fc.bigInt(0n, 10n ** 6n),
      percentOff: fc.option(fc.integer({ min: 1, max: 100 })),
      ahead: fc.option(fc.integer({ min: 1, max: 300 })),
      interval: fc.constantFrom('month' as const, 'year' as const),
      timeZone: fc.constantFrom('America/Chicago', 'Pacific/Kiritimati', 'America/Sao_Paulo', 'UTC'),
    });
    fc.assert(
      fc.property(any, ({ priceMinor, newPriceMinor, percentOff, ahead, interval, timeZone }) => {
        const wide = { ...promotion, percentOff, validFrom: '2026-01-01', validUntil: '2028-01-01' };
        const account: AccountFacts = {
          ...facts,
          timeZone,
          current: { ...current, priceMinor },
          offered: { ...offered, priceMinor: newPriceMinor, interval },
          promotion: percentOff === null ? null : wide,
        };
        const wanted: Partial<PlanChangeRequest> = {
          ...(percentOff === null ? {} : promoted),
          ...(ahead === null ? {} : onDate(addDays('2026-11-17', ahead))),
        };
        assert.equal(driftOf(agreedTo(quoted(wanted, account), wanted), account), null);
      }),
    );
  });
});
