import assert from 'node:assert/strict';
import type { MailOutcome } from '../../activities/ports.ts';
import { openChange, refusalOf } from '../support/driven-change.ts';
import { createRig, startWorker, type Rig, type RigWorker } from '../support/plan-change-rig.ts';
import { eventually } from '../support/eventually.ts';
import { END_OF_CYCLE } from '../support/staged-change.ts';

/** The button "cancel" of the Temporal UI. */
describe('a cancellation by operations', () => {
  let rig: Rig;
  let worker: RigWorker;
  /** While set, the provider holds the summary back. */
  let isMailHeldBack = false;
  let tries = 0;
  const mailer = {
    send(): Promise<MailOutcome> {
      tries += 1;
      return Promise.resolve(
        isMailHeldBack
          ? { outcome: 'unavailable', status: 503, retryAfterMs: 50 }
          : { outcome: 'accepted', providerMessageId: 'message' },
      );
    },
  };
  before(async () => {
    rig = await createRig('operations cancel', { mailer });
    worker = await startWorker(rig);
  });
  after(async () => {
    await worker.stop();
    await rig.close();
  });

  const authorsOf = (planChangeId: string, kind: string) =>
    rig.knex('account_notes').where({ plan_change_id: planChangeId, kind }).pluck('author_type');

  it('while the change waits for consent ends it as a cancellation', async () => {
    const change = await openChange(rig, worker);
    await change.handle.cancel();
    assert.deepEqual(await change.result(), { status: 'cancelled' });
    assert.deepEqual(await change.history(), ['awaiting_consent', 'cancelled']);
    assert.deepEqual(await authorsOf(change.planChangeId, 'cancelled'), ['ops']);
  });

  it('while the change waits for its date ends it as a cancellation', async () => {
    const change = await openChange(rig, worker, END_OF_CYCLE);
    await change.consent();
    await change.handle.cancel();
    assert.deepEqual(await change.result(), { status: 'cancelled' });
    assert.deepEqual(await change.history(), ['awaiting_consent', 'scheduled', 'cancelled']);
    assert.equal(await change.plan(), 'fiber-basic');
  });

  it('while the change is held ends it as a cancellation', async () => {
    const change = await openChange(rig, worker);
    await rig.knex('customers').where({ id: change.account.customerId }).update({ status: 'suspended' });
    await change.consent();
    await change.handle.cancel();
    assert.deepEqual(await change.result(), { status: 'cancelled' });
    assert.deepEqual(await change.history(), ['awaiting_consent', 'held', 'cancelled']);
  });

  it('after the activation is ignored, with a note; the summary still goes out', async () => {
    isMailHeldBack = true;
    const change = await openChange(rig, worker);
    await change.consent();
    const before = tries;
    await eventually(() => Promise.resolve(tries > before || undefined), { what: 'a try to send' });
    await change.handle.cancel();
    // It is told apart from a message: the change takes none any more.
    assert.equal((await refusalOf(change.cancel())).type, 'WRONG_STATE');
    isMailHeldBack = false;
    assert.deepEqual(await change.result(), { status: 'completed' });
    assert.equal(await change.plan(), 'fiber-plus');
    assert.deepEqual((await change.noteKinds()).slice(-2).sort(), ['cancellation_ignored', 'completed']);
    assert.deepEqual(await authorsOf(change.planChangeId, 'cancellation_ignored'), ['ops']);
  });

  it('racing a consent never leaves half a change', async () => {
    const change = await openChange(rig, worker);
    const message = await change.consentTo();
    const [consent] = await Promise.allSettled([
      change.send('recordConsent', message),
      change.handle.cancel(),
    ]);
    const { status } = await change.result();
    const { lines } = await change.posted();
    if (consent.status === 'fulfilled') {
      assert.deepEqual([status, lines, await change.plan()], ['completed', 3, 'fiber-plus']);
    } else {
      assert.deepEqual([status, lines, await change.plan()], ['cancelled', 0, 'fiber-basic']);
    }
  });
});
