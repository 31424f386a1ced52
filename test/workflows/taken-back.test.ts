import assert from 'node:assert/strict';
import { openChange, type DrivenChange } from '../support/driven-change.ts';
import { eventually } from '../support/eventually.ts';
import { alterWritesTo } from '../support/altered-writes.ts';
import { createRig, startWorker, type Rig, type RigWorker } from '../support/plan-change-rig.ts';
import { skipTime } from '../support/skip-time.ts';
import { DOWNGRADE, END_OF_CYCLE, type StageOptions } from '../support/staged-change.ts';

/** A database that stores something else than it was told, and one that does not take the compensation at first. */
describe('an activation that is taken back', () => {
  let rig: Rig;
  let worker: RigWorker;
  before(async () => {
    rig = await createRig('taken back');
    worker = await startWorker(rig);
  });
  after(async () => {
    await worker.stop();
    await rig.close();
  });

  /** Row by row what an account has, and what all that was ever posted comes to, line by line. */
  const stateOf = async ({ account }: DrivenChange) => {
    const { rows } = await rig.ownerKnex.raw<{ rows: object[] }>(
      `SELECT to_jsonb(p) AS state FROM subscription_periods p WHERE p.subscription_id = :subscriptionId
       UNION ALL SELECT to_jsonb(s) FROM subscriptions s WHERE s.id = :subscriptionId
       UNION ALL SELECT to_jsonb(c) FROM customers c WHERE c.id = :customerId
       UNION ALL SELECT jsonb_build_object('balance', coalesce(sum(amount_minor), 0)) FROM balance_entries
         WHERE customer_id = :customerId
       UNION ALL SELECT jsonb_build_object('line', line_no, 'charged', sum(amount_minor)) FROM charges
         JOIN plan_changes pc ON pc.id = plan_change_id WHERE pc.customer_id = :customerId
         GROUP BY plan_change_id, line_no HAVING sum(amount_minor) <> 0
       ORDER BY 1`,
      { ...account },
    );
    return rows;
  };
  const heldMailsOf = (change: DrivenChange) =>
    rig.mails.filter(
      ({ recipient, subject }) => recipient === change.account.email && subject.endsWith('held'),
    ).length;
  const isHeldAsBefore = async (change: DrivenChange, before: unknown): Promise<void> => {
    const { hold_reason: reason, applied_at: appliedAt } = await change.reaches('held');
    assert.deepEqual([reason, appliedAt], ['read_back_mismatch', null]);
    assert.deepEqual(await stateOf(change), before);
    const kinds = await change.noteKinds();
    assert.deepEqual(kinds.slice(-3), ['plan_applied', 'compensated', 'held']);
    assert.equal(new Set(kinds).size, kinds.length, 'each noted once');
    assert.deepEqual((await change.history()).slice(-2), ['activating', 'held']);
    const notes = await rig
      .knex('account_notes')
      .where({ plan_change_id: change.planChangeId, kind: 'compensated' })
      .pluck<string[]>('body');
    assert.match(notes[0] ?? '', /plan, charges and balance are as before \([a-z_, ]+\)/);
    await eventually(() => Promise.resolve(heldMailsOf(change) > 0 || undefined), { within: 20_000 });
    assert.equal(heldMailsOf(change), 1);
  };
  const isAppliedAnew = async (change: DrivenChange): Promise<void> => {
    assert.equal((await change.requote()).outcome, 'done');
    assert.deepEqual(await change.consent(), { outcome: 'done', status: 'activated' });
    assert.deepEqual(await change.result(), { status: 'completed' });
    const { sum, balance } = await change.posted();
    assert.equal(balance, sum < 0n ? -sum : 0n);
  };

  const mismatches: [what: string, table: string, alteration: string, options?: StageOptions][] = [
    [
      'a charge of a cent more',
      'charges',
      `IF NEW.kind = 'charge' AND NOT NEW.reversal THEN NEW.amount_minor := NEW.amount_minor + 1; END IF`,
    ],
    [
      'a credit of a cent less',
      'charges',
      `IF NEW.kind = 'credit' AND NOT NEW.reversal THEN NEW.amount_minor := NEW.amount_minor + 1; END IF`,
    ],
    ['a line too few', 'charges', `IF NEW.kind = 'fee' THEN RETURN NULL; END IF`],
    ['a line of other days', 'charges', `IF NEW.kind = 'credit' THEN NEW.days := 0; END IF`],
    [
      'a surplus of a cent more',
      'balance_entries',
      `IF NOT NEW.reversal THEN NEW.amount_minor := NEW.amount_minor + 1; END IF`,
    ],
    ['a surplus that is not stored', 'balance_entries', 'RETURN NULL'],
    ['another price', 'subscription_periods', 'NEW.price_minor := NEW.price_minor - 1'],
    ['another plan', 'subscription_periods', `NEW.plan_code := 'dsl-internet'; NEW.plan_version := 1`],
  ];
  for (const [what, table, alteration] of mismatches) {
    it(`for ${what}: all is as before, held, noted and mailed once, then applied anew`, async () => {
      const change = await openChange(rig, worker, DOWNGRADE);
      const before = await stateOf(change);
      const altered = await alterWritesTo(rig.ownerKnex, table, alteration);
      try {
        assert.deepEqual(await change.consent(), {
          ...{ outcome: 'done', status: 'held', holdReason: 'read_back_mismatch' },
        });
      } finally {
        await altered.mend();
      }
      await isHeldAsBefore(change, before);
      await isAppliedAnew(change);
    });
  }

  it('on its date: all is as before, held, and the new quote is for now', async () => {
    const change = await openChange(rig, worker, END_OF_CYCLE);
    await change.consent();
    const before = await stateOf(change);
    const altered = await alterWritesTo(
      rig.ownerKnex,
      'subscription_periods',
      'NEW.price_minor := NEW.price_minor - 1',
    );
    await skipTime(change.workflowId, { days: 32 });
    await change.reaches('held');
    await altered.mend();
    await isHeldAsBefore(change, before);
    await isAppliedAnew(change);
  });

  // The counter of a sequence is not rolled back: it counts attempts.
  const firstTries = (then: string) => `IF NEW.reversal AND nextval('tries') <= 2 THEN ${then}; END IF`;
  const overcharge = `IF NEW.kind = 'charge' AND NOT NEW.reversal THEN NEW.amount_minor := NEW.amount_minor + 1; END IF`;
  const troubles: [what: string, trouble: string][] = [
    ['is busy', firstTries(`RAISE EXCEPTION 'busy' USING ERRCODE = '40001'`)],
    ['refuses it', firstTries(`RAISE EXCEPTION 'no'`)],
    ['stores another amount', firstTries('NEW.amount_minor := 0')],
    ['stores nothing', firstTries('RETURN NULL')],
  ];
  for (const [what, trouble] of troubles) {
    it(`is tried again while the database ${what}, until all is exactly as before`, async () => {
      const change = await openChange(rig, worker, DOWNGRADE);
      const before = await stateOf(change);
      await rig.ownerKnex.raw('CREATE SEQUENCE tries; GRANT USAGE ON SEQUENCE tries TO app');
      const altered = await alterWritesTo(rig.ownerKnex, 'charges', `${overcharge}; ${trouble}`);
      try {
        assert.deepEqual(await change.consent(), {
          ...{ outcome: 'done', status: 'held', holdReason: 'read_back_mismatch' },
        });
        await isHeldAsBefore(change, before);
      } finally {
        await altered.mend();
        await rig.ownerKnex.raw('DROP SEQUENCE tries');
      }
      await isAppliedAnew(change);
    });
  }
});
