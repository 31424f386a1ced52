import assert from 'node:assert/strict';
import type { MailOutcome } from '../../activities/ports.ts';
import { noticeWorkflowId } from '../../workflows/contract.ts';
import { openChange, type DrivenChange } from '../support/driven-change.ts';
import { eventually } from '../support/eventually.ts';
import { createRig, startWorker, type Rig, type RigWorker } from '../support/plan-change-rig.ts';

/** The button "cancel" of the Temporal UI, on a workflow that sends a notice. */
describe('a notice that operations cancel', () => {
  let rig: Rig;
  let worker: RigWorker;
  let tries = 0;
  let answer = (): Promise<MailOutcome> => Promise.resolve(AWAY);
  const AWAY: MailOutcome = { outcome: 'unavailable', status: 503, retryAfterMs: 60_000 };
  const mailer = {
    send(): Promise<MailOutcome> {
      tries += 1;
      return answer();
    },
  };
  before(async () => {
    rig = await createRig('cancelled notices', { mailer });
    worker = await startWorker(rig);
  });
  beforeEach(() => {
    tries = 0;
  });
  after(async () => {
    await worker.stop();
    await rig.close();
  });

  /** Cancels the workflow of the one mail of a change while its first attempt is made or was made. */
  const cancelled = async (change: DrivenChange, meanwhile = (): void => undefined) => {
    await change.cancel();
    const { id } = await rig
      .knex('email_outbox')
      .where({ plan_change_id: change.planChangeId })
      .first<{ id: string }>('id');
    const handle = worker.client.workflow.getHandle(noticeWorkflowId(id));
    await eventually(() => Promise.resolve(tries > 0 || undefined));
    await handle.cancel();
    meanwhile();
    await handle.result();
    const { status } = await rig.knex('email_outbox').where({ id }).first<{ status: string }>('status');
    const notes = await rig
      .knex('account_notes')
      .where({ plan_change_id: change.planChangeId, kind: 'notice_given_up' })
      .pluck<string[]>('body');
    return { status, notes, workflow: (await handle.describe()).status.name };
  };

  it('is handed to people: it does not vanish', async () => {
    answer = () => Promise.resolve(AWAY);
    assert.deepEqual(await cancelled(await openChange(rig, worker)), {
      ...{ status: 'given_up', workflow: 'COMPLETED' },
      notes: [
        'The notice of cancellation could not be sent by email (cancelled by operations). Tell the customer by other means.',
      ],
    });
  });

  it('is sent all the same when that comes too late, and nobody is asked', async () => {
    let accept = (_outcome: MailOutcome): void => undefined;
    answer = () =>
      new Promise((resolve) => {
        accept = resolve;
      });
    const change = await openChange(rig, worker);
    const seen = await cancelled(change, () => {
      accept({ outcome: 'accepted', providerMessageId: 'late' });
    });
    assert.deepEqual(seen, { status: 'accepted', workflow: 'COMPLETED', notes: [] });
  });
});
