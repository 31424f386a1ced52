import assert from 'node:assert/strict';
import { openChange, refusalOf, tryToOpen, type DrivenChange } from '../support/driven-change.ts';
import { eventually } from '../support/eventually.ts';
import { createRig, startWorker, type Rig, type RigWorker } from '../support/plan-change-rig.ts';
import { skipTime } from '../support/skip-time.ts';
import { DOWNGRADE, END_OF_CYCLE } from '../support/staged-change.ts';
import { failWritesTo } from '../activities/failing-statement.ts';

describe('an activation that cannot be as agreed', () => {
  let rig: Rig;
  let worker: RigWorker;
  before(async () => {
    rig = await createRig('held');
    worker = await startWorker(rig);
  });
  after(async () => {
    await worker.stop();
    await rig.close();
  });

  const setStatus = ({ account }: DrivenChange, status: 'active' | 'suspended') =>
    rig.knex('customers').where({ id: account.customerId }).update({ status });
  const nothingPosted = { lines: 0, sum: 0n, balance: 0n };

  it('is held, quoted anew, agreed to anew and applied', async () => {
    const change = await openChange(rig, worker);
    await setStatus(change, 'suspended');
    const oldHash = await change.quoteHash();
    assert.deepEqual(await change.consent(), {
      ...{ outcome: 'done', status: 'held', holdReason: 'account_not_active' },
    });
    assert.deepEqual(await change.posted(), nothingPosted);
    assert.equal(await change.plan(), 'fiber-basic');
    assert.deepEqual(await refusalOf(change.consent(oldHash)), { type: 'WRONG_STATE', status: 'held' });
    assert.deepEqual(await refusalOf(change.decline()), { type: 'WRONG_STATE', status: 'held' });

    await setStatus(change, 'active');
    assert.deepEqual(await change.requote(), { outcome: 'done', status: 'awaiting_consent' });
    assert.equal((await refusalOf(change.consent(oldHash))).type, 'QUOTE_SUPERSEDED');
    assert.deepEqual(await change.consent(), { outcome: 'done', status: 'activated' });
    assert.deepEqual(await change.result(), { status: 'completed' });
    assert.equal(await change.plan(), 'fiber-plus');
    assert.deepEqual(await change.noteKinds(), [
      ...['quoted', 'consent_accepted', 'held', 'requoted', 'consent_accepted', 'plan_applied'],
      ...['verified', 'completed'],
    ]);
  });

  it('on its date is held, and the new quote is for now: the day the customer wanted has come', async () => {
    const change = await openChange(rig, worker, END_OF_CYCLE);
    await change.consent();
    await setStatus(change, 'suspended');
    await skipTime(change.workflowId, { days: 32 });
    await change.reaches('held');
    assert.deepEqual(await change.posted(), nothingPosted);
    await setStatus(change, 'active');
    assert.equal((await change.requote()).outcome, 'done');
    assert.equal((await change.row()).activate_at, null);
    assert.deepEqual(await change.consent(), { outcome: 'done', status: 'activated' });
    assert.deepEqual(await change.result(), { status: 'completed' });
  });

  it('while held can be cancelled', async () => {
    const change = await openChange(rig, worker);
    await setStatus(change, 'suspended');
    await change.consent();
    assert.equal((await change.cancel('No longer wanted')).outcome, 'done');
    assert.deepEqual(await change.result(), { status: 'cancelled' });
  });

  it('expires when people do nothing for two weeks, however often a new quote was refused', async () => {
    const change = await openChange(rig, worker);
    await setStatus(change, 'suspended');
    await change.consent();
    await skipTime(change.workflowId, { days: 10 });
    assert.deepEqual(await change.requote(), {
      ...{ outcome: 'rejected', code: 'account-not-active', activation: { when: 'immediately' } },
    });
    assert.equal((await change.row()).status, 'held');
    await skipTime(change.workflowId, { days: 3 });
    assert.equal((await change.row()).status, 'held');
    await skipTime(change.workflowId, { days: 2 });
    assert.deepEqual(await change.result(), { status: 'expired' });
  });

  it('that the database refuses fails with nothing charged', async () => {
    const change = await openChange(rig, worker);
    const broken = await failWritesTo(rig.ownerKnex, 'charges', 'refused', '23514');
    const answer = await change.consent();
    await broken.mend();
    assert.deepEqual(answer, { outcome: 'done', status: 'failed' });
    assert.deepEqual(await change.result(), { status: 'failed' });
    assert.deepEqual(await change.posted(), nothingPosted);
    assert.equal(await change.plan(), 'fiber-basic');
    assert.deepEqual(await change.noteKinds(), ['quoted', 'consent_accepted', 'failed']);
    // The way is free for another one.
    const { change: next } = await tryToOpen(rig, worker, change.account);
    assert.deepEqual(await next.consent(), { outcome: 'done', status: 'activated' });
  });

  it('whose read-back the database refuses is taken back and fails', async () => {
    const change = await openChange(rig, worker, DOWNGRADE);
    const before = await change.plan();
    const broken = await failWritesTo(rig.ownerKnex, 'email_outbox', 'refused', '23514');
    const answer = await change.consent();
    await broken.mend();
    assert.deepEqual(answer, { outcome: 'done', status: 'failed' });
    assert.deepEqual(await change.posted(), { lines: 6, sum: 0n, balance: 0n });
    assert.equal(await change.plan(), before);
    assert.deepEqual(await change.noteKinds(), [
      ...['quoted', 'consent_accepted', 'plan_applied', 'compensated', 'failed'],
    ]);
  });

  it('on its date that the database refuses fails, and a step before it waits for a mended program', async () => {
    const change = await openChange(rig, worker, END_OF_CYCLE);
    const broken = await failWritesTo(rig.ownerKnex, 'consents', 'refused', '23514');
    // The message is accepted; its step is tried again until the database takes it.
    const consent = change.consent();
    const failed = async (): Promise<true | undefined> => {
      const { events } = await change.handle.fetchHistory();
      return (events ?? []).some((event) => event.workflowTaskFailedEventAttributes) || undefined;
    };
    await eventually(failed, { what: 'a failed workflow task' });
    await broken.mend();
    assert.deepEqual(await consent, { outcome: 'done', status: 'scheduled' });

    const refused = await failWritesTo(rig.ownerKnex, 'subscription_periods', 'refused', '23514');
    await skipTime(change.workflowId, { days: 32 });
    await change.reaches('failed');
    await refused.mend();
    assert.deepEqual(await change.result(), { status: 'failed' });
    assert.deepEqual(await change.posted(), nothingPosted);
  });
});
