import assert from 'node:assert/strict';
import { eventually } from '../support/eventually.ts';
import { openChange, refusalOf, type DrivenChange } from '../support/driven-change.ts';
import { createRig, startWorker, type Rig, type RigWorker } from '../support/plan-change-rig.ts';
import { skipTime } from '../support/skip-time.ts';
import { END_OF_CYCLE } from '../support/staged-change.ts';

/**
 * A server that is killed in the wrong moment loses a message whose step has committed. The test commits a step
 * behind the workflow's back: the next message is told, and the workflow goes on from where the database stands.
 */
describe('a change that the database has further on than its workflow', () => {
  let rig: Rig;
  let worker: RigWorker;
  before(async () => {
    rig = await createRig('overtaken');
    worker = await startWorker(rig);
  });
  after(async () => {
    await worker.stop();
    await rig.close();
  });

  const author = () => ({ type: 'agent', id: rig.agent.agentId }) as const;
  const now = () => new Date().toISOString();
  const awaiting = { status: 'awaiting_consent', revision: 1 } as const;
  const lost = 'a-message-that-was-lost';

  const requoteUnseen = ({ planChangeId, workflowId }: DrivenChange) =>
    rig.run(
      'requotePlanChange',
      { planChangeId, messageId: lost, expected: awaiting, activation: null, author: author(), now: now() },
      { workflowId },
    );
  const scheduleUnseen = async (change: DrivenChange) => {
    const { evidenceId, quoteHash, method } = await change.consentTo();
    await rig.run(
      'scheduleActivation',
      {
        ...{ planChangeId: change.planChangeId, messageId: lost, expected: awaiting },
        consent: { evidenceId, quoteHash, method, author: author(), acceptedAt: now() },
      },
      { workflowId: change.workflowId },
    );
  };
  const closeUnseen = (
    { planChangeId, workflowId, account }: DrivenChange,
    status: 'cancelled' | 'declined',
  ) =>
    rig.run(
      'closePlanChange',
      {
        ...{ planChangeId, customerId: account.customerId, cause: lost, expected: awaiting, status },
        ...{ author: author(), remarkId: null, now: now() },
      },
      { workflowId },
    );

  it('a lost consent: the next message is told, and the date is kept', async () => {
    const change = await openChange(rig, worker, END_OF_CYCLE);
    await scheduleUnseen(change);
    assert.deepEqual(await change.cancel(), { outcome: 'overtaken', status: 'scheduled' });
    assert.equal((await refusalOf(change.consent())).type, 'CONSENT_ALREADY_RECORDED');
    await skipTime(change.workflowId, { days: 32 });
    assert.deepEqual(await change.result(), { status: 'completed' });
    assert.equal((await change.posted()).lines, 3);
  });

  it('a lost consent is found at the consent deadline when no other message comes', async () => {
    const change = await openChange(rig, worker, END_OF_CYCLE);
    await scheduleUnseen(change);
    await skipTime(change.workflowId, { days: 32 });
    assert.deepEqual(await change.result(), { status: 'completed' });
  });

  it('a lost consent that is sent again meets its own step', async () => {
    const change = await openChange(rig, worker, END_OF_CYCLE);
    await scheduleUnseen(change);
    assert.deepEqual(await change.consent(undefined, { updateId: lost }), {
      ...{ outcome: 'done', status: 'scheduled' },
    });
    const consents = await rig.knex('consents').where({ plan_change_id: change.planChangeId });
    assert.equal(consents.length, 1);
  });

  it('a lost new quote: a consent to the old one does nothing and says so, then the new one counts', async () => {
    const change = await openChange(rig, worker);
    const oldHash = await change.quoteHash();
    await requoteUnseen(change);
    assert.deepEqual(await change.consent(oldHash), { outcome: 'overtaken', status: 'awaiting_consent' });
    assert.deepEqual(await change.posted(), { lines: 0, sum: 0n, balance: 0n });
    assert.equal((await refusalOf(change.consent(oldHash))).type, 'QUOTE_SUPERSEDED');
    assert.deepEqual(await change.consent(), { outcome: 'done', status: 'activated' });
    assert.deepEqual(await change.result(), { status: 'completed' });
  });

  it('a lost new quote: asking for one more is told, and the one that is there counts', async () => {
    const change = await openChange(rig, worker);
    await requoteUnseen(change);
    assert.deepEqual(await change.requote(), { outcome: 'overtaken', status: 'awaiting_consent' });
    assert.equal((await change.row()).quote_revision, 2);
    assert.deepEqual(await change.consent(), { outcome: 'done', status: 'activated' });
  });

  it('a lost new quote: the customer is reminded of it at half of its time', async () => {
    const change = await openChange(rig, worker, END_OF_CYCLE);
    await requoteUnseen(change);
    assert.deepEqual(await change.requote(), { outcome: 'overtaken', status: 'awaiting_consent' });
    await skipTime(change.workflowId, { days: 6 });
    await eventually(async () => (await change.noteKinds()).includes('consent_reminder') || undefined);
    await change.decline();
    assert.deepEqual(await change.result(), { status: 'declined' });
  });

  for (const status of ['cancelled', 'declined'] as const) {
    it(`a lost end (${status}): a consent does nothing and says so, and the workflow ends`, async () => {
      const change = await openChange(rig, worker);
      await closeUnseen(change, status);
      assert.deepEqual(await change.consent(), { outcome: 'overtaken', status });
      assert.deepEqual(await change.result(), { status });
      // What the lost step had to tell the customer is sent, once. Who declined needs no mail.
      const subjects = () => rig.mails.filter(({ recipient }) => recipient === change.account.email);
      if (status === 'cancelled')
        await eventually(() => Promise.resolve(subjects().length === 1 || undefined));
      assert.equal(subjects().length, status === 'cancelled' ? 1 : 0);
      assert.deepEqual(await change.posted(), { lines: 0, sum: 0n, balance: 0n });
      assert.equal(await change.plan(), 'fiber-basic');
    });
  }

  for (const committed of ['activatePlan', 'verifyActivation'] as const) {
    it(`a lost ${committed}: a cancellation by operations comes too late, and the change completes`, async () => {
      const change = await openChange(rig, worker, END_OF_CYCLE);
      await change.consent();
      const { planChangeId, workflowId, account } = change;
      const { activate_at } = await change.row();
      const due = activate_at?.toISOString() ?? '';
      await rig.run('activatePlan', { planChangeId, revision: 1, consent: null, now: due }, { workflowId });
      if (committed === 'verifyActivation') {
        await rig.run(
          committed,
          { planChangeId, customerId: account.customerId, revision: 1 },
          { workflowId },
        );
      }
      await change.handle.cancel();
      assert.deepEqual(await change.result(), { status: 'completed' });
      assert.equal(await change.plan(), 'fiber-plus');
      assert.equal((await change.posted()).lines, 3);
      assert.equal(rig.mails.filter(({ recipient }) => recipient === account.email).length, 1);
    });
  }

  it('a lost cancellation of a scheduled change is found on its date: nothing is applied', async () => {
    const change = await openChange(rig, worker, END_OF_CYCLE);
    await change.consent();
    const { planChangeId, workflowId, account } = change;
    await rig.run(
      'closePlanChange',
      {
        ...{ planChangeId, customerId: account.customerId, cause: lost, status: 'cancelled' },
        ...{ expected: { status: 'scheduled', revision: 1 }, author: author(), remarkId: null, now: now() },
      },
      { workflowId },
    );
    await skipTime(workflowId, { days: 32 });
    assert.deepEqual(await change.result(), { status: 'cancelled' });
    assert.equal(await change.plan(), 'fiber-basic');
  });
});
