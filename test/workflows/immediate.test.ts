import assert from 'node:assert/strict';
import { openChange, refusalOf, tryToOpen } from '../support/driven-change.ts';
import { createRig, startWorker, type Rig, type RigWorker } from '../support/plan-change-rig.ts';
import { DOWNGRADE } from '../support/staged-change.ts';

describe('an immediate change', () => {
  let rig: Rig;
  let worker: RigWorker;
  before(async () => {
    rig = await createRig('immediate');
    worker = await startWorker(rig);
  });
  after(async () => {
    await worker.stop();
    await rig.close();
  });

  it('is quoted, agreed to, applied, read back, mailed and complete', async () => {
    const change = await openChange(rig, worker);
    assert.equal(await change.plan(), 'fiber-basic');
    // The answer to a consent comes after activation and read-back.
    assert.deepEqual(await change.consent(), { outcome: 'done', status: 'activated' });
    assert.equal(await change.plan(), 'fiber-plus');

    assert.deepEqual(await change.result(), { status: 'completed' });
    assert.deepEqual(await change.history(), ['awaiting_consent', 'activating', 'activated', 'completed']);
    assert.deepEqual(await change.noteKinds(), [
      ...['quoted', 'consent_accepted', 'plan_applied', 'verified', 'completed'],
    ]);
    const { lines, sum, balance } = await change.posted();
    assert.ok(lines === 3 && sum > 0n && balance === 0n);
    assert.equal(rig.mails.filter(({ recipient }) => recipient === change.account.email).length, 1);
  });

  it('to a cheaper plan leaves its surplus on the balance', async () => {
    const change = await openChange(rig, worker, DOWNGRADE);
    await change.consent();
    await change.result();
    const { sum, balance } = await change.posted();
    assert.ok(sum < 0n);
    assert.equal(balance, -sum);
  });

  it('can follow another one on the same day, and back again to net zero', async () => {
    const account = await rig.account();
    const apply = async (planCode: string) => {
      const { change, answer } = await tryToOpen(rig, worker, account, { planCode });
      assert.deepEqual(answer, { outcome: 'quoted' });
      await change.consent();
      await change.result();
      return (await change.posted()).sum;
    };
    const [there, back] = [await apply('fiber-plus'), await apply('fiber-basic')];
    assert.equal(there + back, 0n);
  });

  it('that is refused ends at once, with the reason and a pointer', async () => {
    const open = await openChange(rig, worker);
    const { change, answer } = await tryToOpen(rig, worker, open.account);
    assert.deepEqual(answer, {
      ...{ outcome: 'rejected', code: 'plan-change-in-progress' },
      openPlanChangeId: open.planChangeId,
    });
    assert.deepEqual(await change.result(), { status: 'rejected' });
    assert.deepEqual(await change.history(), ['rejected']);
  });

  it('asked for twice at the same time opens once; the other is refused in words', async () => {
    const account = await rig.account();
    const attempts = await Promise.all([1, 2, 3].map(() => tryToOpen(rig, worker, account)));
    const codes = attempts.map(({ answer }) => (answer.outcome === 'rejected' ? answer.code : 'quoted'));
    assert.deepEqual(codes.sort(), ['plan-change-in-progress', 'plan-change-in-progress', 'quoted']);
  });

  it('opened again by the same request meets the one that runs', async () => {
    const change = await openChange(rig, worker);
    const { answer } = await worker.open(change.input);
    assert.deepEqual(answer, { outcome: 'quoted' });
    assert.deepEqual(await change.history(), ['awaiting_consent']);
  });

  it('is agreed to once: a second consent is refused, the same message again is answered the same', async () => {
    const change = await openChange(rig, worker);
    const message = await change.consentTo();
    const options = { updateId: 'the-one-consent' };
    const first = await change.send('recordConsent', message, options);
    assert.deepEqual(await change.send('recordConsent', message, options), first);
    await change.result();
    assert.equal((await change.posted()).lines, 3);
  });

  it('is not applied under another hash than the current quote', async () => {
    const change = await openChange(rig, worker);
    const stale = { ...(await change.consentTo()), quoteHash: 'ab'.repeat(32) };
    assert.deepEqual(await refusalOf(change.send('recordConsent', stale)), {
      ...{ type: 'QUOTE_SUPERSEDED', status: 'awaiting_consent' },
    });
    const foreign = await openChange(rig, worker);
    const { type } = await refusalOf(change.send('recordConsent', await foreign.consentTo()));
    assert.equal(type, 'QUOTE_SUPERSEDED');
    assert.deepEqual(await change.posted(), { lines: 0, sum: 0n, balance: 0n });
    assert.equal((await change.consent()).outcome, 'done');
  });
});
