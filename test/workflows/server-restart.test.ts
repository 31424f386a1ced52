import assert from 'node:assert/strict';
import { endProcess } from '../../dev/stack/process.ts';
import { openChange, tryToOpen, type DrivenChange } from '../support/driven-change.ts';
import { inDays } from '../support/local-calendar.ts';
import {
  createRig,
  startWorker,
  workflowBundle,
  type Rig,
  type RigWorker,
} from '../support/plan-change-rig.ts';
import { brokenReplays } from '../support/replay-histories.ts';
import { skipTime } from '../support/skip-time.ts';
import { skipToEveOf } from '../support/skip-to-date.ts';
import { startTestTemporal, type TestTemporal } from '../support/test-stack.ts';
import { eventually } from '../support/eventually.ts';

const ZONE = 'America/Chicago';
const DAYS = 90;

describe('a change that waits for its date while the Temporal server is killed', () => {
  let rig: Rig;
  let server: TestTemporal;
  let worker: RigWorker;
  before(async () => {
    rig = await createRig('server restart');
    server = await startTestTemporal();
    worker = await startWorker(rig, {}, server);
  });
  after(async () => {
    await worker.stop();
    server.stop();
    await rig.close();
  });

  const scheduled = async (): Promise<DrivenChange> => {
    const activation = { when: 'on_date', date: inDays(ZONE, DAYS) } as const;
    const change = await openChange(rig, worker, { input: { activation } });
    assert.deepEqual(await change.consent(), { outcome: 'done', status: 'scheduled' });
    return change;
  };
  const kill = async (): Promise<void> => {
    assert.equal(await endProcess(server.mark, { signal: 'SIGKILL', within: 5_000 }), 'stopped');
  };
  /** The date comes: applied once, as it was agreed, and the history can be replayed. */
  const isAppliedOnce = async (change: DrivenChange, skippedDays: number): Promise<void> => {
    await skipToEveOf(change, { skippedDays, server });
    assert.equal((await change.row()).status, 'scheduled');
    await skipTime(change.workflowId, { minutes: 2 }, server);
    assert.deepEqual(await change.result(), { status: 'completed' });
    assert.deepEqual(await change.history(), [
      ...['awaiting_consent', 'scheduled', 'activating', 'activated', 'completed'],
    ]);
    assert.deepEqual(await change.noteKinds(), [
      ...['quoted', 'consent_accepted', 'scheduled', 'plan_applied', 'verified', 'completed'],
    ]);
    assert.equal((await change.posted()).lines, 3);
    assert.equal(await change.plan(), 'fiber-plus');
    assert.equal(rig.mails.filter(({ recipient }) => recipient === change.account.email).length, 1);
    const history = await change.handle.fetchHistory();
    const { workflowId } = change;
    assert.deepEqual(await brokenReplays(await workflowBundle(), [{ workflowId, history }]), []);
  };

  it('is applied once, by the worker that was there all the time', async () => {
    const change = await scheduled();
    await skipTime(change.workflowId, { days: 30 }, server);
    await kill();
    await server.restart();
    assert.equal((await change.row()).status, 'scheduled');
    await isAppliedOnce(change, 30);
  }).timeout(40_000);

  it('is applied once, by a worker that came after the kill and knows nothing of it', async () => {
    const change = await scheduled();
    await worker.stop();
    await kill();
    await server.restart();
    worker = await startWorker(rig, {}, server);
    await kill();
    await server.restart();
    await isAppliedOnce(change.over(worker), 0);
  }).timeout(40_000);

  it('takes a cancellation after the restart, and another change goes its way', async () => {
    const change = await scheduled();
    await kill();
    await server.restart();
    const cancelled = await eventually(() => change.cancel('No longer wanted', { updateId: 'cancel-once' }));
    assert.deepEqual(cancelled, { outcome: 'done', status: 'cancelled' });
    assert.deepEqual(await change.result(), { status: 'cancelled' });
    assert.deepEqual(await change.posted(), { lines: 0, sum: 0n, balance: 0n });
    assert.equal(await change.plan(), 'fiber-basic');
    const next = await tryToOpen(rig, worker, change.account);
    assert.deepEqual(next.answer, { outcome: 'quoted' });
  }).timeout(40_000);
});
