import assert from 'node:assert/strict';
import { lockAccount } from '../../db/stores/account-facts.ts';
import { contentsOf } from '../support/database-contents.ts';
import { createRig, type Rig } from '../support/plan-change-rig.ts';
import { DOWNGRADE, stageApplied, stageChange, type StagedChange } from '../support/staged-change.ts';

interface ChargeRow {
  line_no: number;
  reversal: boolean;
  kind: string;
  amount_minor: bigint;
  days: number;
  of_days: number;
}

describe('compensation of an activation', () => {
  let rig: Rig;
  before(async () => {
    rig = await createRig('compensation');
  });
  after(() => rig.close());

  const stop = (change: StagedChange) => ({
    ...change.ids(),
    consent: null,
    causes: ['charges'],
    now: change.now,
  });
  const held = { status: 'held', reason: 'read_back_mismatch' } as const;
  const periods = async () => (await contentsOf(rig.ownerKnex))['subscription_periods'];
  const chargesOf = ({ planChangeId }: StagedChange) =>
    rig
      .knex<ChargeRow & { plan_change_id: string }>('charges')
      .where({ plan_change_id: planChangeId })
      .orderBy(['line_no', 'reversal']);
  const balanceOf = async ({ customerId }: StagedChange) => {
    const amounts = await rig
      .knex('balance_entries')
      .where({ customer_id: customerId })
      .pluck<bigint[]>('amount_minor');
    return { entries: amounts.length, sum: amounts.reduce((sum, amount) => sum + amount, 0n) };
  };
  const factsOf = ({ input, account }: StagedChange) =>
    rig.knex.transaction(async (trx) => {
      const { identificationId, planCode, promotionCode } = input;
      const facts = await lockAccount(trx, {
        ...{ customerId: account.customerId, identificationId, planCode, promotionCode },
      });
      return { ...facts, balanceEntries: facts.balanceEntries.map(({ amountMinor }) => amountMinor) };
    });

  for (const to of [held, { status: 'failed' } as const]) {
    it(`restores plan, charges and balance exactly, and the change is ${to.status}`, async () => {
      const change = await stageChange(rig, DOWNGRADE);
      const [periodsBefore, factsBefore] = [await periods(), await factsOf(change)];
      await change.run('activatePlan', change.activation(await change.consent()));
      assert.notDeepEqual(await periods(), periodsBefore);
      assert.equal((await balanceOf(change)).entries, 1);

      await change.run('compensateActivation', { ...stop(change), to });
      assert.deepEqual(await periods(), periodsBefore);
      assert.deepEqual(await balanceOf(change), { entries: 2, sum: 0n });
      const charges = await chargesOf(change);
      assert.equal(charges.length, 6);
      for (let index = 0; index < charges.length; index += 2) {
        const [posted, reversed] = [charges[index]!, charges[index + 1]!];
        assert.deepEqual([posted.reversal, reversed.reversal], [false, true]);
        assert.equal(posted.amount_minor + reversed.amount_minor, 0n);
        assert.deepEqual(
          [posted.kind, posted.days, posted.of_days],
          [reversed.kind, reversed.days, reversed.of_days],
        );
      }
      const row = await rig.knex('plan_changes').where({ id: change.planChangeId }).first<{
        status: string;
        applied_at: Date | null;
      }>();
      assert.deepEqual([row.status, row.applied_at], [to.status, null]);
      // What a quote is made of is as it was, but for entries that cancel each other out.
      const { balanceEntries, openPlanChangeId, ...facts } = await factsOf(change);
      assert.equal(
        balanceEntries.reduce((sum, amount) => sum + amount, 0n),
        0n,
      );
      assert.equal(openPlanChangeId, to.status === 'held' ? change.planChangeId : null);
      const { balanceEntries: none, openPlanChangeId: open, ...unchanged } = factsBefore;
      assert.deepEqual([none, open], [[], change.planChangeId]);
      assert.deepEqual(facts, unchanged);
    });
  }

  it('lets the same change be quoted again with the same figures, and applied', async () => {
    const change = await stageApplied(rig);
    const quotes = () =>
      rig
        .knex('quotes')
        .where({ plan_change_id: change.planChangeId })
        .orderBy('revision')
        .select<{ lines: unknown; net_minor: bigint; next_bill_minor: bigint; hash: string }[]>(
          'lines',
          'net_minor',
          'next_bill_minor',
          'hash',
        );
    await change.run('compensateActivation', { ...stop(change), to: held });
    const { planChangeId, author, now } = change;
    const requoted = await change.run('requotePlanChange', {
      ...{ planChangeId, messageId: 'requote', activation: null, author, now },
      expected: change.expected('held'),
    });
    assert.ok(requoted.outcome === 'quoted');
    const [first, second] = await quotes();
    assert.ok(first && second && first.hash !== second.hash);
    assert.deepEqual({ ...second, hash: first.hash }, first);

    const again = change.with(requoted.quote);
    const applied = await again.run('activatePlan', again.activation(await again.consent()));
    assert.equal(applied.outcome, 'applied');
    const verified = await again.run('verifyActivation', again.ids());
    assert.equal(verified.outcome, 'verified');
    const { sum } = await balanceOf(again);
    assert.ok(sum > 0n);
  });

  it('takes nothing back when nothing was applied', async () => {
    const change = await stageChange(rig, DOWNGRADE);
    const before = await contentsOf(rig.ownerKnex);
    await change.run('compensateActivation', { ...stop(change), to: { status: 'failed' } });
    const after = await contentsOf(rig.ownerKnex);
    for (const table of ['subscription_periods', 'charges', 'balance_entries', 'consents']) {
      assert.deepEqual(after[table], before[table], table);
    }
    const kinds = await rig
      .knex('account_notes')
      .where({ plan_change_id: change.planChangeId })
      .orderBy('sequence')
      .pluck('kind');
    assert.deepEqual(kinds, ['quoted', 'failed']);
  });

  for (const to of [held, { status: 'failed' } as const]) {
    it(`asks people, and tells the customer nothing, when another plan runs than the change opened (${to.status})`, async () => {
      const change = await stageApplied(rig);
      const mine = (table: string) => rig.ownerKnex(table).where({ plan_change_id: change.planChangeId });
      const { planChangeId: another } = await stageChange(rig);
      await mine('subscription_periods').update({ plan_change_id: another });
      assert.deepEqual(await change.run('compensateActivation', { ...stop(change), to }), {
        ...{ outcome: 'stopped', mailId: null, reason: 'plan_not_restored' },
      });
      const notes = await mine('account_notes')
        .whereIn('kind', ['compensated', 'held'])
        .pluck<string[]>('body');
      assert.equal(notes.length, 2);
      for (const note of notes) assert.match(note, /by hand/);
      assert.equal((await balanceOf(change)).sum, 0n);
      const row = await rig.knex('plan_changes').where({ id: change.planChangeId }).first<object>();
      assert.deepEqual(
        { ...row },
        { ...row, status: 'held', hold_reason: 'plan_not_restored', applied_at: null },
      );
      assert.deepEqual(await mine('email_outbox').pluck('kind'), []);
    });
  }

  it('is tried again when the consent cannot be kept for a reason that passes', async () => {
    const change = await stageChange(rig);
    const consent = await change.consent();
    await rig.ownerKnex.raw(`
      CREATE FUNCTION interrupt() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN RAISE EXCEPTION 'too slow' USING ERRCODE = 'query_canceled'; END $$;
      CREATE TRIGGER interrupted BEFORE INSERT ON consents FOR EACH ROW EXECUTE FUNCTION interrupt();`);
    const compensate = () => change.run('compensateActivation', { ...stop(change), consent, to: held });
    await assert.rejects(compensate(), { type: 'DATABASE_UNAVAILABLE' });
    await rig.ownerKnex.raw('DROP TRIGGER interrupted ON consents');
    assert.equal((await compensate()).outcome, 'stopped');
    assert.equal((await rig.knex('consents').where({ plan_change_id: change.planChangeId })).length, 1);
  });
});

describe('an activation that came late', () => {
  let rig: Rig;
  before(async () => {
    rig = await createRig('late');
  });
  after(() => rig.close());

  const late = { status: 'held', reason: 'activation_late' } as const;
  const stop = (change: StagedChange) => ({
    ...change.ids(),
    consent: null,
    causes: ['late'],
    now: change.now,
    to: late,
  });

  it('is held when it did not commit in time', async () => {
    const change = await stageChange(rig);
    const stopped = await change.run('holdLateActivation', stop(change));
    assert.equal(stopped.outcome, 'stopped');
    // The attempt that was under way finds the change held and does nothing.
    const attempt = await change.run('activatePlan', change.activation(await change.consent()));
    assert.equal(attempt.outcome, 'overtaken');
    assert.deepEqual(await rig.knex('charges').where({ plan_change_id: change.planChangeId }), []);
  });

  it('counts when it committed after all', async () => {
    const change = await stageApplied(rig);
    const before = await contentsOf(rig.ownerKnex);
    assert.deepEqual(await change.run('holdLateActivation', stop(change)), { outcome: 'already_applied' });
    const after = await contentsOf(rig.ownerKnex);
    assert.deepEqual({ ...after, step_receipts: [] }, { ...before, step_receipts: [] });
  });

  it('stays held for the reason it had when only its answer came late', async () => {
    const change = await stageChange(rig);
    await rig.knex('customers').where({ id: change.customerId }).update({ status: 'suspended' });
    await change.run('activatePlan', change.activation(await change.consent()));
    const stopped = await change.run('holdLateActivation', stop(change));
    // The mail that the hold queued is named again: the workflow that would have sent it never knew of it.
    const [mailId] = await rig
      .knex('email_outbox')
      .where({ plan_change_id: change.planChangeId, kind: 'held' })
      .pluck<string[]>('id');
    assert.ok(mailId);
    assert.deepEqual(stopped, { outcome: 'stopped', mailId, reason: 'account_not_active' });
  });
});
