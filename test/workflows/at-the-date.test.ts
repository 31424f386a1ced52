import assert from 'node:assert/strict';
import { WorkflowUpdateFailedError } from '@temporalio/client';
import type { MessageAnswer } from '../../workflows/contract.ts';
import { openChange, refusalOf, type DrivenChange } from '../support/driven-change.ts';
import { eventually } from '../support/eventually.ts';
import { inDays } from '../support/local-calendar.ts';
import { createRig, startWorker, type Rig, type RigWorker } from '../support/plan-change-rig.ts';
import { skipTime } from '../support/skip-time.ts';
import { skipToEveOf } from '../support/skip-to-date.ts';

const ZONE = 'America/Chicago';
const LATER = { when: 'on_date', date: inDays(ZONE, 90) } as const;

/** A message that comes when the date comes: either it wins or the activation does, and the loser is told. */
describe('a message at the instant of the date', () => {
  let rig: Rig;
  let worker: RigWorker;
  before(async () => {
    rig = await createRig('at the date');
    worker = await startWorker(rig);
  });
  after(async () => {
    await worker.stop();
    await rig.close();
  });

  const scheduled = async (): Promise<DrivenChange> => {
    const activation = { when: 'on_date', date: inDays(ZONE, 30) } as const;
    const change = await openChange(rig, worker, { input: { activation } });
    assert.deepEqual(await change.consent(), { outcome: 'done', status: 'scheduled' });
    return change;
  };
  const isApplied = async (change: DrivenChange): Promise<void> => {
    assert.deepEqual(await change.result(), { status: 'completed' });
    assert.equal((await change.posted()).lines, 3);
    assert.equal(await change.plan(), 'fiber-plus');
  };
  const isNotApplied = async (change: DrivenChange): Promise<void> => {
    assert.deepEqual(await change.posted(), { lines: 0, sum: 0n, balance: 0n });
    assert.equal(await change.plan(), 'fiber-basic');
  };

  const messages: [
    name: string,
    send: (change: DrivenChange) => Promise<MessageAnswer>,
    wonAs: 'cancelled' | 'awaiting_consent',
  ][] = [
    ['a cancellation', (change) => change.cancel(), 'cancelled'],
    ['a new date', (change) => change.reschedule(LATER), 'awaiting_consent'],
  ];
  for (const [name, send, wonAs] of messages) {
    it(`${name} that a worker takes together with the fired timer comes too late`, async () => {
      const change = await scheduled();
      await skipToEveOf(change);
      const { taskQueue } = worker;
      await worker.stop();
      worker = await startWorker(rig, { taskQueue: `${taskQueue}-nobody` });
      // Nobody polls the change's own queue: the timer fires, and its task waits with the message.
      const skipped = skipTime(change.workflowId, { minutes: 2 });
      const waiting = change.over(worker);
      await eventually(async () => {
        const { events } = await waiting.handle.fetchHistory();
        return (events ?? []).some((event) => event.timerFiredEventAttributes) || undefined;
      });
      const refusal = refusalOf(send(waiting));
      const taker = await startWorker(rig, { taskQueue });
      assert.deepEqual(await refusal, { type: 'ACTIVATION_DUE', status: 'scheduled' });
      await skipped;
      await isApplied(waiting);
      await taker.stop();
      await worker.stop();
      worker = await startWorker(rig, { taskQueue });
    });

    it(`${name} that races with the timer wins, or is told that it comes too late`, async () => {
      const race = async (messageFirst: boolean): Promise<void> => {
        const change = await scheduled();
        await skipToEveOf(change, { seconds: 1 });
        const attempt = messageFirst ? send(change) : undefined;
        const skipped = skipTime(change.workflowId, { seconds: 2 });
        const [outcome] = await Promise.allSettled([attempt ?? send(change), skipped]);
        if (outcome.status === 'fulfilled') {
          assert.deepEqual(outcome.value, { outcome: 'done', status: wonAs });
          assert.equal((await change.row()).status, wonAs);
          await isNotApplied(change);
          return;
        }
        if (outcome.reason instanceof WorkflowUpdateFailedError) {
          const { type } = await refusalOf(Promise.reject(outcome.reason));
          assert.match(type, /^(ACTIVATION_DUE|WRONG_STATE)$/);
        }
        await isApplied(change);
      };
      await Promise.all([true, false, true, false].map(race));
    });
  }

  it('a new date is not given to a change that is not waiting for one', async () => {
    const applied = await openChange(rig, worker);
    await applied.consent();
    await applied.result();
    await assert.rejects(applied.reschedule(LATER), /already completed/);
    await isApplied(applied);

    const held = await openChange(rig, worker);
    await rig.knex('customers').where({ id: held.account.customerId }).update({ status: 'suspended' });
    await held.consent();
    assert.deepEqual(await refusalOf(held.reschedule(LATER)), { type: 'WRONG_STATE', status: 'held' });
    await isNotApplied(held);
  });
});
