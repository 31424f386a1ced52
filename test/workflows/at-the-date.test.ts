import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
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
  /** Lets the date come in two or three seconds of real time; returns when, milliseconds. */
  const comesTrue = async (change: DrivenChange, seconds: number): Promise<number> => {
    const activateAt = (await change.row()).activate_at?.getTime() ?? assert.fail();
    const ahead = Math.floor((activateAt - Date.now()) / 1_000) - seconds;
    await skipTime(change.workflowId, { seconds: ahead });
    return activateAt - ahead * 1_000;
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
  for (const [name, send] of messages) {
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
  }

  // The messages of one change go out around the instant at which its timer fires, in real time.
  const AROUND_MS = [-120, -50, -30, -20, -15, -10, 0, 15];
  it('wins or is told that it comes too late, never both, however close the race', async () => {
    const race = async ([, send, wonAs]: (typeof messages)[number], aroundMs: number): Promise<void> => {
      const change = await scheduled();
      const due = await comesTrue(change, 2);
      await delay(Math.max(0, due + aroundMs - Date.now()));
      const [outcome] = await Promise.allSettled([send(change)]);
      if (outcome.status === 'fulfilled') {
        assert.deepEqual(outcome.value, { outcome: 'done', status: wonAs });
        assert.deepEqual(await change.history(), ['awaiting_consent', 'scheduled', wonAs]);
        await isNotApplied(change);
        return;
      }
      if (outcome.reason instanceof WorkflowUpdateFailedError) {
        const { type } = await refusalOf(Promise.reject(outcome.reason));
        assert.match(type, /^(ACTIVATION_DUE|WRONG_STATE)$/);
      } else assert.match(String(outcome.reason), /already completed|not found/i);
      await isApplied(change);
      assert.deepEqual(await change.history(), [
        ...['awaiting_consent', 'scheduled', 'activating', 'activated', 'completed'],
      ]);
    };
    await Promise.all(messages.flatMap((message) => AROUND_MS.map((aroundMs) => race(message, aroundMs))));
  }).timeout(40_000);

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
