import assert from 'node:assert/strict';
import { ApplicationFailure } from '@temporalio/common';
import type { MailOutcome } from '../../activities/ports.ts';
import { FAULT } from '../../domain/failures.ts';
import { bundleAltered } from '../support/altered-workflows.ts';
import { openChange } from '../support/driven-change.ts';
import { createRig, startWorker, type Rig, type RigWorker } from '../support/plan-change-rig.ts';

/** Limits of activities are kept by the real clock: here they are shortened, the rest of the code is as it is. */
const SHORTER = [
  {
    file: 'workflows/steps.ts',
    from: "scheduleToCloseTimeout: '10 minutes'",
    to: "scheduleToCloseTimeout: '2 seconds'",
  },
  {
    file: 'workflows/steps.ts',
    from: "scheduleToCloseTimeout: '3 days'",
    to: "scheduleToCloseTimeout: '2 seconds'",
  },
];

describe('what takes too long', () => {
  let rig: Rig;
  let worker: RigWorker;
  let mails: MailOutcome = { outcome: 'accepted', providerMessageId: 'message' };
  let slowSteps: Promise<void> | undefined;
  let isDatabaseAway = false;

  before(async () => {
    rig = await createRig('times out', { mailer: { send: () => Promise.resolve(mails) } });
    const activities = {
      ...rig.activities,
      // Holds the activation up as a slow or absent database would.
      activatePlan: async (input: Parameters<typeof rig.activities.activatePlan>[0]) => {
        await slowSteps;
        if (isDatabaseAway) throw ApplicationFailure.retryable('ECONNREFUSED', FAULT.DATABASE_UNAVAILABLE);
        return rig.activities.activatePlan(input);
      },
    };
    const workflowBundle = await bundleAltered(SHORTER);
    worker = await startWorker(rig, { activities, workflowBundle });
  });
  after(async () => {
    await worker.stop();
    await rig.close();
  });

  it('an activation that does not commit in time is held, also when its attempt comes through later', async () => {
    const change = await openChange(rig, worker);
    let release = (): void => undefined;
    slowSteps = new Promise((resolve) => {
      release = resolve;
    });
    assert.deepEqual(await change.consent(), {
      ...{ outcome: 'done', status: 'held', holdReason: 'activation_late' },
    });
    release();
    slowSteps = undefined;
    assert.deepEqual(await change.posted(), { lines: 0, sum: 0n, balance: 0n });
    assert.equal(await change.plan(), 'fiber-basic');

    await change.requote();
    assert.deepEqual(await change.consent(), { outcome: 'done', status: 'activated' });
    assert.deepEqual(await change.result(), { status: 'completed' });
    assert.equal((await change.posted()).lines, 3);
  });

  it('so is one whose attempts fail until the time is over; that the customer agreed stays on record', async () => {
    const change = await openChange(rig, worker);
    isDatabaseAway = true;
    assert.deepEqual(await change.consent(), {
      ...{ outcome: 'done', status: 'held', holdReason: 'activation_late' },
    });
    isDatabaseAway = false;
    assert.deepEqual(await change.noteKinds(), ['quoted', 'consent_accepted', 'held']);
    assert.deepEqual(await change.posted(), { lines: 0, sum: 0n, balance: 0n });
  });

  it('a summary that the provider never takes is given up, and the change stands', async () => {
    mails = { outcome: 'unavailable', status: 503, retryAfterMs: null };
    const change = await openChange(rig, worker);
    await change.consent();
    assert.deepEqual(await change.result(), { status: 'completed' });
    mails = { outcome: 'accepted', providerMessageId: 'message' };
    assert.deepEqual((await change.noteKinds()).slice(-2), ['verified', 'email_given_up']);
    assert.equal(await change.plan(), 'fiber-plus');
  });
});
