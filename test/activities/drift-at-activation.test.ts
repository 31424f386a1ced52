import assert from 'node:assert/strict';
import { HELD_BECAUSE } from '../../domain/note-words.ts';
import type { HoldReason } from '../../domain/plan-change-status.ts';
import { contentsOf } from '../support/database-contents.ts';
import { createRig, type Rig } from '../support/plan-change-rig.ts';
import { stageChange, stageScheduled, type StagedChange } from '../support/staged-change.ts';

/** What an activation that is held must not touch. */
const MONEY = ['subscription_periods', 'charges', 'balance_entries'];

describe('drift at activation', () => {
  let rig: Rig;
  // The catalogue is changed by these tests: a database for each keeps them apart.
  beforeEach(async () => {
    rig = await createRig('drift');
  });
  afterEach(() => rig.close());

  const newVersion = (change: Record<string, unknown>) =>
    rig.ownerKnex.raw(
      `INSERT INTO plan_versions (plan_code, version, plan_name, price_minor, currency, billing_interval, technology,
                                  features, allowances, available_from, available_until)
       SELECT plan_code, version + 1, plan_name, :priceMinor, currency, billing_interval, technology, features,
              allowances, available_from, :availableUntil
       FROM current_plan_versions WHERE plan_code = 'fiber-plus'`,
      { priceMinor: 8915, availableUntil: null, ...change },
    );
  const update = (table: string, where: object, columns: object) =>
    rig.ownerKnex(table).where(where).update(columns);

  const kinds: [
    reason: HoldReason,
    what: string,
    happens: (change: StagedChange) => PromiseLike<unknown>,
    promotionCode?: string,
  ][] = [
    [
      'account_not_active',
      'the account is suspended',
      ({ customerId }) => update('customers', { id: customerId }, { status: 'suspended' }),
    ],
    [
      'account_not_active',
      'the account is closed',
      ({ customerId }) => update('customers', { id: customerId }, { status: 'closed' }),
    ],
    [
      'current_plan_changed',
      'the current plan has another price',
      ({ account }) =>
        update('subscription_periods', { subscription_id: account.subscriptionId }, { price_minor: 100 }),
    ],
    ['price_changed', 'the plan has another price', () => newVersion({ priceMinor: 8916 })],
    ['plan_version_changed', 'the plan has a new version', () => newVersion({})],
    ['plan_unavailable', 'the plan is sold no more', () => newVersion({ availableUntil: '2025-12-01' })],
    [
      'promotion_unavailable',
      'the promotion was withdrawn',
      () => update('promotions', { promotion_code: 'FIBER-10' }, { withdrawn_at: new Date() }),
      'FIBER-10',
    ],
    [
      'price_changed',
      'the promotion takes less off',
      () => update('promotions', { promotion_code: 'FIBER-10' }, { percent_off: 9 }),
      'FIBER-10',
    ],
    [
      'quote_changed',
      'the bill days moved',
      ({ account }) => update('subscriptions', { id: account.subscriptionId }, { anchor_date: '2024-01-20' }),
    ],
  ];
  for (const [reason, what, happens, promotionCode = null] of kinds) {
    it(`holds and charges nothing when ${what} (${reason})`, async () => {
      const change = await stageScheduled(rig, {
        input: { promotionCode, activation: { when: 'on_date', date: inDays(3) } },
      });
      await happens(change);
      const before = await contentsOf(rig.ownerKnex);
      const held = await change.run('activatePlan', change.activation(null));
      assert.deepEqual([held.outcome, held.outcome === 'held' && held.reason], ['held', reason]);

      const after = await contentsOf(rig.ownerKnex);
      for (const table of MONEY) assert.deepEqual(after[table], before[table], table);
      const row = await rig.knex('plan_changes').where({ id: change.planChangeId }).first<{
        status: string;
        hold_reason: string;
        applied_at: Date | null;
      }>();
      assert.deepEqual([row.status, row.hold_reason, row.applied_at], ['held', reason, null]);
      const notes = await rig
        .knex('account_notes')
        .where({ plan_change_id: change.planChangeId, kind: 'held' })
        .pluck<string[]>('body');
      assert.equal(notes.length, 1);
      assert.match(
        notes[0] ?? '',
        new RegExp(`^Held, nothing charged: ${HELD_BECAUSE[reason]}\\. The customer must`),
      );
    });
  }

  it('keeps the consent on record when the change is held at once', async () => {
    const change = await stageChange(rig);
    await update('customers', { id: change.customerId }, { status: 'suspended' });
    const held = await change.run('activatePlan', change.activation(await change.consent()));
    assert.equal(held.outcome, 'held');
    const consents = await rig
      .knex('consents')
      .where({ plan_change_id: change.planChangeId })
      .pluck('quote_hash');
    assert.deepEqual(consents, [change.quote.hash]);
  });
});

function inDays(days: number): string {
  return new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
}
