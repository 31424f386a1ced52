import assert from 'node:assert/strict';
import {
  termsOf,
  type AccountFacts,
  type CurrentPlan,
  type OfferedPlan,
  type PlanChangeRequest,
  type Promotion,
  type QuotedTerms,
} from '../../domain/plan-change-terms.ts';

/** An account and a request that pass every rule; a test changes what it is about. */

// Noon of 16 November in Chicago; the cycle is 1 November to 1 December.
const NOW = '2026-11-16T18:00:00Z';
export const current: CurrentPlan = {
  ...{ planCode: 'basic', planName: 'Basic', version: 2, priceMinor: 3000n, interval: 'month' },
  ...{ technology: 'dsl', validFrom: '2025-06-01T05:00:00.000000Z', openingCharge: null, soldUntil: null },
};
export const offered: OfferedPlan = {
  ...{
    planCode: 'plus',
    planName: 'Plus',
    version: 4,
    priceMinor: 5000n,
    interval: 'month',
    currency: 'USD',
  },
  ...{ technology: 'fiber', features: ['Fast'], availableFrom: '2026-01-01', availableUntil: null },
};
export const promotion: Promotion = {
  ...{ promotionCode: 'PLUS-10', planCode: 'plus', percentOff: 10, amountOffMinor: null },
  ...{ validFrom: '2026-11-01', validUntil: '2026-12-15', withdrawn: false },
};
export const facts: AccountFacts = {
  ...{ customerId: 'c', subscriptionId: 's', accountStatus: 'active', currency: 'USD' },
  ...{ timeZone: 'America/Chicago', anchorDate: '2025-06-01', current, offered, promotion: null },
  terms: { version: '2026-01', sha256: 'ab'.repeat(32) },
  periods: [
    {
      ...{ from: current.validFrom, until: null, priceMinor: 3000n },
      ...{ interval: 'month', openedImmediately: false },
    },
  ],
  balanceEntries: [],
  openPlanChangeId: null,
};
export const request: PlanChangeRequest = {
  planChangeId: 'c0ffee00-0000-5000-8000-000000000001',
  ...{ quoteRevision: 1, promotionCode: null, activation: { when: 'immediately' }, now: NOW },
  furthestDateDays: 400,
};
export const onDate = (date: string): Partial<PlanChangeRequest> => ({
  activation: { when: 'on_date', date },
});
export const promoted = { promotionCode: 'PLUS-10' };

export function quoted(
  asked: Partial<PlanChangeRequest> = {},
  known: Partial<AccountFacts> = {},
): QuotedTerms {
  const terms = termsOf({ ...request, ...asked }, { ...facts, ...known });
  if (typeof terms === 'string') assert.fail(`refused: ${terms}`);
  return terms;
}
