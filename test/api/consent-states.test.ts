import assert from 'node:assert/strict';
import { recordedState } from '../../api/consent-page/states.ts';
import type { CustomerOffer } from '../../db/read-models/customer-offer.ts';

const AT = '2026-11-24T15:04:05.000000Z';
const OFFER: CustomerOffer = {
  planChangeId: '0192f0a0-0000-7000-8000-000000000001',
  status: 'completed',
  isCurrent: true,
  currency: 'USD',
  timeZone: 'America/Chicago',
  from: { planName: 'Fiber Basic', priceMinor: 3_000n, interval: 'month' },
  to: { planName: 'Fiber Plus', priceMinor: 5_000n, interval: 'month' },
  promotion: null,
  when: 'on_date',
  effectiveDate: '2026-12-01',
  expiresAt: AT,
  termsVersion: '2025-02',
  termsSha256: '0'.repeat(64),
  lines: [],
  netMinor: 0n,
  dueNowMinor: 0n,
  toBalanceMinor: 0n,
  nextBillDate: '2026-12-01',
  nextBillMinor: 5_000n,
  interruptions: [],
  agreedAt: AT,
  usedAt: AT,
};

describe('Consent page: what has come of an answer', () => {
  const cases: [string, Partial<CustomerOffer>, string, RegExp][] = [
    ['declined', { status: 'declined', agreedAt: null }, 'You declined the change', /Nothing was charged/],
    [
      'agreed, not carried out, and no consent kept',
      { status: 'failed', agreedAt: null },
      'Your agreement is recorded, but we could not make the change',
      /recorded your agreement at 09:04 on Tuesday, 24 November 2026.*Nothing was charged.*call us/,
    ],
    [
      'being applied',
      { status: 'activating' },
      'You agreed to change to Fiber Plus',
      /changing your plan now/,
    ],
    ['applied', { status: 'activated' }, 'Your plan was changed to Fiber Plus', /summary by email/],
    ['out of time on hold', { status: 'expired' }, 'The change you agreed to was not made', /on hold/],
    [
      'overtaken by a newer quote',
      { status: 'awaiting_consent', isCurrent: false },
      'There is a newer offer',
      /no longer counts.*Nothing changes until you agree/,
    ],
  ];
  for (const [what, members, title, says] of cases) {
    it(what, () => {
      const state = recordedState({ ...OFFER, ...members });
      assert.equal(state.title, title);
      assert.match(state.sentences.join(' '), says);
    });
  }
});
