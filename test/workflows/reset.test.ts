import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { contentsOf } from '../support/database-contents.ts';
import { openChange, type DrivenChange } from '../support/driven-change.ts';
import { eventually } from '../support/eventually.ts';
import { createRig, startWorker, type Rig, type RigWorker } from '../support/plan-change-rig.ts';
import { skipTime } from '../support/skip-time.ts';
import { testTemporal } from '../support/test-stack.ts';

/** The button "reset" of the Temporal UI runs a workflow again from an earlier task, its later messages again too. */
describe('a workflow that operations reset', () => {
  let rig: Rig;
  let worker: RigWorker;
  before(async () => {
    rig = await createRig('reset');
    worker = await startWorker(rig);
  });
  after(async () => {
    await worker.stop();
    await rig.close();
  });

  /** Resets to the last task before the last message, or to the first task; the handle then means the new run. */
  const reset = async (
    { handle }: DrivenChange,
    to: 'before the last message' | 'the start',
  ): Promise<void> => {
    const { events } = await handle.fetchHistory();
    const ended = (events ?? []).filter((event) => event.workflowTaskCompletedEventAttributes);
    const message = (events ?? []).findLast((event) => event.workflowExecutionUpdateAcceptedEventAttributes);
    const target =
      to === 'the start'
        ? ended[0]
        : ended.findLast(({ eventId }) => Number(eventId) < Number(message?.eventId));
    assert.ok(target?.eventId);
    const { runId } = await handle.describe();
    await worker.client.workflowService.resetWorkflowExecution({
      ...{ namespace: (await testTemporal()).namespace, requestId: randomUUID(), reason: 'test' },
      ...{ workflowExecution: { workflowId: handle.workflowId, runId } },
      workflowTaskFinishEventId: target.eventId,
    });
  };
  const isUnchangedBy = async (action: () => Promise<void>): Promise<void> => {
    const before = await contentsOf(rig.ownerKnex);
    await action();
    const { step_receipts: receipts, ...after } = await contentsOf(rig.ownerKnex);
    const { step_receipts: known, ...expected } = before;
    assert.deepEqual(after, expected);
    // Only steps that found nothing to do.
    assert.ok((receipts?.length ?? 0) >= (known?.length ?? 0));
  };

  it('is applied once', async () => {
    const change = await openChange(rig, worker);
    await change.consent();
    await change.result();
    await isUnchangedBy(async () => {
      await reset(change, 'before the last message');
      assert.deepEqual(await change.result(), { status: 'completed' });
    });
    assert.equal(rig.mails.filter(({ recipient }) => recipient === change.account.email).length, 1);
  });

  it('is cancelled once, and its mail goes out once', async () => {
    const change = await openChange(rig, worker);
    await change.cancel();
    await change.result();
    // Its notice goes out beside the change; what the provider answered is stored after the provider has it.
    await eventually(
      async () => {
        const mail = { plan_change_id: change.planChangeId, status: 'accepted' };
        return (await rig.knex('email_outbox').where(mail).first()) as object | undefined;
      },
      { what: 'the mail about the end, stored as accepted' },
    );
    await isUnchangedBy(async () => {
      await reset(change, 'before the last message');
      assert.deepEqual(await change.result(), { status: 'cancelled' });
    });
  });

  it('stays held, and people still decide', async () => {
    const change = await openChange(rig, worker);
    await rig.knex('customers').where({ id: change.account.customerId }).update({ status: 'suspended' });
    await change.consent();
    await reset(change, 'before the last message');
    // Until the new run is where the old one was, it turns messages away.
    const { outcome } = await eventually(() => change.cancel(), { what: 'the new run held again' });
    assert.equal(outcome, 'done');
    assert.deepEqual(await change.result(), { status: 'cancelled' });
  });

  it('to its start finds at the deadline that all is done', async () => {
    const change = await openChange(rig, worker);
    await change.consent();
    await change.result();
    await isUnchangedBy(async () => {
      await reset(change, 'the start');
      await skipTime(change.workflowId, { days: 8 });
      assert.deepEqual(await change.result(), { status: 'completed' });
    });
  });
});
