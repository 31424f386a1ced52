import assert from 'node:assert/strict';
import type { Knex } from 'knex';
import { createActivities } from '../../activities/index.ts';
import { openDatabase } from '../../db/knex.ts';
import { createSteps } from '../../db/once.ts';
import { createOutbox } from '../../db/stores/outbox.ts';
import { DEFAULT_POLICY } from '../../domain/policy.ts';
import { driveChange, openChange, refusalOf } from '../support/driven-change.ts';
import { eventually } from '../support/eventually.ts';
import { createRig, startWorker, type Rig, type RigWorker } from '../support/plan-change-rig.ts';
import { skipTime } from '../support/skip-time.ts';
import { END_OF_CYCLE } from '../support/staged-change.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';

/** How often a step must have failed before the way to the database is mended. */
const FAILURES = 2;

describe('while the database is away', () => {
  let rig: Rig;
  let proxy: TcpProxy;
  let knex: Knex;
  let worker: RigWorker;
  let failures = 0;

  before(async () => {
    rig = await createRig('database away');
    proxy = await startTcpProxy(rig.database.appUrl);
    knex = openDatabase({ url: proxy.urlFor(rig.database.appUrl), applicationName: 'database away' });
    const steps = createSteps(knex);
    const activities = createActivities({
      steps: {
        once: (receipt, work) =>
          steps.once(receipt, work).catch((error: unknown) => {
            failures += 1;
            throw error;
          }),
      },
      outbox: createOutbox(knex, { publicUrl: 'http://api.test' }),
      mailer: { send: () => Promise.resolve({ outcome: 'accepted', providerMessageId: 'message' }) },
      templates: {
        summary: () => ({ subject: 'Summary', text: 'Summary', html: 'Summary' }),
        notice: () => ({ subject: 'Notice', text: 'Notice', html: 'Notice' }),
      },
      policy: DEFAULT_POLICY,
      mailUnknownForMs: 600_000,
    });
    worker = await startWorker(rig, { activities });
  });
  after(async () => {
    await worker.stop();
    await knex.destroy();
    await proxy.close();
    await rig.close();
  });

  /** Runs `start` with the database away; it comes back once its step has failed some times. */
  const whileAway = async <T>(start: () => Promise<T>): Promise<T> => {
    failures = 0;
    await proxy.cut();
    const under = start();
    // Watched from here on, so that an early end is no unhandled rejection.
    under.catch(() => undefined);
    await eventually(() => Promise.resolve(failures >= FAILURES || undefined), { what: 'failing steps' });
    await proxy.mend();
    return under;
  };

  it('a change is opened once it is back', async () => {
    const account = await rig.account();
    const input = rig.input(account);
    const { answer } = await whileAway(() => worker.open(input));
    assert.deepEqual(answer, { outcome: 'quoted' });
    assert.deepEqual(await driveChange(rig, worker, account, input).history(), ['awaiting_consent']);
  });

  it('an accepted consent is applied once it is back, once', async () => {
    const change = await openChange(rig, worker);
    const message = await change.consentTo();
    const answer = await whileAway(() => change.send('recordConsent', message));
    assert.deepEqual(answer, { outcome: 'done', status: 'activated' });
    assert.deepEqual(await change.result(), { status: 'completed' });
    assert.equal((await change.posted()).lines, 3);
  });

  it('a date that comes is kept once it is back', async () => {
    const change = await openChange(rig, worker, END_OF_CYCLE);
    await change.consent();
    await whileAway(() => skipTime(change.workflowId, { days: 32 }));
    assert.deepEqual(await change.result(), { status: 'completed' });
    assert.equal(await change.plan(), 'fiber-plus');
  });

  it('the end of a hold takes no message that nobody would work on', async () => {
    const change = await openChange(rig, worker);
    await rig.ownerKnex('customers').where({ id: change.account.customerId }).update({ status: 'suspended' });
    await change.consent();
    // Time is skipped only while nothing is under way, and the mail about the hold is.
    await eventually(
      async () =>
        (await rig
          .knex('email_outbox')
          .where({ plan_change_id: change.planChangeId, status: 'accepted' })
          .first<object | undefined>()) ?? undefined,
      { what: 'the mail about the hold' },
    );
    failures = 0;
    await proxy.cut();
    const skipped = skipTime(change.workflowId, { days: 15 });
    await eventually(() => Promise.resolve(failures > 0 || undefined), { what: 'the hold to end' });
    assert.deepEqual(await refusalOf(change.requote()), { type: 'CONSENT_EXPIRED', status: 'held' });
    await proxy.mend();
    await skipped;
    assert.deepEqual(await change.result(), { status: 'expired' });
  });
});
