import assert from 'node:assert/strict';
import { openChange, refusalOf, tryToOpen } from '../support/driven-change.ts';
import { createRig, startWorker, type Rig, type RigWorker } from '../support/plan-change-rig.ts';
import { skipTime } from '../support/skip-time.ts';

describe('ways out of the wait for consent', () => {
  let rig: Rig;
  let worker: RigWorker;
  before(async () => {
    rig = await createRig('ways out');
    worker = await startWorker(rig);
  });
  after(async () => {
    await worker.stop();
    await rig.close();
  });

  it('declined by the customer', async () => {
    const change = await openChange(rig, worker);
    assert.deepEqual(await change.decline(), { outcome: 'done', status: 'declined' });
    assert.deepEqual(await change.result(), { status: 'declined' });
    assert.deepEqual(await change.noteKinds(), ['quoted', 'declined']);
    assert.equal(await change.plan(), 'fiber-basic');
  });

  it('cancelled by an agent', async () => {
    const change = await openChange(rig, worker);
    assert.deepEqual(await change.cancel(), { outcome: 'done', status: 'cancelled' });
    assert.deepEqual(await change.result(), { status: 'cancelled' });
    assert.deepEqual(await change.noteKinds(), ['quoted', 'cancelled']);
  });

  it('replaced by another change, which opens in the same step', async () => {
    const change = await openChange(rig, worker);
    const { change: next, answer } = await tryToOpen(rig, worker, change.account, {
      ...{ planCode: 'fiber-complete', replacesId: change.planChangeId },
    });
    assert.deepEqual(answer, { outcome: 'quoted' });
    assert.deepEqual(await change.result(), { status: 'cancelled' });
    assert.deepEqual(await change.noteKinds(), ['quoted', 'replaced']);
    assert.equal((await next.consent()).outcome, 'done');
    assert.equal(await next.plan(), 'fiber-complete');
  });

  it('not replaced by a change that is refused', async () => {
    const change = await openChange(rig, worker);
    const { answer } = await tryToOpen(rig, worker, change.account, {
      ...{ planCode: 'no-such-plan', replacesId: change.planChangeId },
    });
    assert.equal(answer.outcome, 'rejected');
    assert.equal((await change.consent()).outcome, 'done');
  });

  it('expired at the deadline: reminded at half, nothing charged, and nothing more is taken', async () => {
    const change = await openChange(rig, worker);
    await skipTime(change.workflowId, { days: 4 });
    assert.ok((await change.noteKinds()).includes('consent_reminder'));
    assert.equal((await change.row()).status, 'awaiting_consent');
    await skipTime(change.workflowId, { days: 4 });
    assert.deepEqual(await change.result(), { status: 'expired' });
    assert.deepEqual(await change.noteKinds(), ['quoted', 'consent_reminder', 'expired']);
    assert.deepEqual(await change.posted(), { lines: 0, sum: 0n, balance: 0n });
  });

  it('a quote that expired takes no consent; a new quote does, until the deadline of the change', async () => {
    const change = await openChange(rig, worker);
    await skipTime(change.workflowId, { hours: 25 });
    assert.deepEqual(await refusalOf(change.consent()), {
      ...{ type: 'QUOTE_EXPIRED', status: 'awaiting_consent' },
    });
    const oldHash = await change.quoteHash();
    assert.deepEqual(await change.requote(), { outcome: 'done', status: 'awaiting_consent' });
    assert.equal((await refusalOf(change.consent(oldHash))).type, 'QUOTE_SUPERSEDED');
    assert.deepEqual(await change.consent(), { outcome: 'done', status: 'activated' });
    assert.deepEqual(await change.result(), { status: 'completed' });
    assert.deepEqual(await change.noteKinds(), [
      ...['quoted', 'requoted', 'consent_accepted', 'plan_applied', 'verified', 'completed'],
    ]);
  });

  it('a new quote that cannot be made leaves the old one on offer', async () => {
    const change = await openChange(rig, worker);
    const { customerId } = change.account;
    const set = (status: string) => rig.knex('customers').where({ id: customerId }).update({ status });
    await set('suspended');
    assert.deepEqual(await change.requote(), {
      ...{ outcome: 'rejected', code: 'account-not-active', activation: { when: 'immediately' } },
    });
    await set('active');
    assert.deepEqual(await change.consent(), { outcome: 'done', status: 'activated' });
  });

  it('a change that has ended takes no message', async () => {
    const change = await openChange(rig, worker);
    await change.decline();
    await change.result();
    await assert.rejects(change.consent(), /already completed|not found/i);
    await assert.rejects(change.cancel(), /already completed|not found/i);
    assert.deepEqual(await change.history(), ['awaiting_consent', 'declined']);
  });
});
