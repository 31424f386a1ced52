import assert from 'node:assert/strict';
import { addDays, localDateOf, startOfLocalDate } from '../../domain/calendar.ts';
import { openChange, refusalOf } from '../support/driven-change.ts';
import { createRig, startWorker, type Rig, type RigWorker } from '../support/plan-change-rig.ts';
import { skipTime } from '../support/skip-time.ts';
import { END_OF_CYCLE } from '../support/staged-change.ts';

const ZONE = 'America/Chicago';
const onDate = (daysAhead: number) => ({
  input: {
    activation: {
      when: 'on_date',
      date: addDays(localDateOf(new Date().toISOString(), ZONE), daysAhead),
    } as const,
  },
});

describe('a dated change', () => {
  let rig: Rig;
  let worker: RigWorker;
  before(async () => {
    rig = await createRig('dated');
    worker = await startWorker(rig);
  });
  after(async () => {
    await worker.stop();
    await rig.close();
  });

  it('waits 45 days for its date, also while the worker is away, and is applied on it', async () => {
    const change = await openChange(rig, worker, onDate(45));
    const { date } = onDate(45).input.activation;
    assert.deepEqual(await change.consent(), { outcome: 'done', status: 'scheduled' });
    const scheduled = await change.row();
    assert.deepEqual(
      [scheduled.effective_date, scheduled.activate_at?.toISOString()],
      [date, new Date(startOfLocalDate(date, ZONE)).toISOString()],
    );

    await worker.stop();
    worker = await startWorker(rig);
    const waiting = change.over(worker);
    await skipTime(change.workflowId, { days: 44 });
    assert.equal((await waiting.row()).status, 'scheduled');
    assert.equal(await waiting.plan(), 'fiber-basic');

    await skipTime(change.workflowId, { days: 2 });
    assert.deepEqual(await waiting.result(), { status: 'completed' });
    assert.equal(await waiting.plan(), 'fiber-plus');
    const { applied_at: appliedAt, activate_at: activateAt } = await waiting.row();
    const lateMs = (appliedAt?.getTime() ?? 0) - (activateAt?.getTime() ?? 0);
    assert.ok(lateMs >= 0 && lateMs < 60_000, `applied ${lateMs} ms after its date`);
    assert.equal((await waiting.posted()).lines, 3);
    assert.deepEqual(await waiting.history(), [
      ...['awaiting_consent', 'scheduled', 'activating', 'activated', 'completed'],
    ]);
    const period = await rig
      .knex('subscription_periods')
      .where({ plan_change_id: change.planChangeId })
      .first<{ start: Date }>(rig.knex.raw('lower(valid) AS start'));
    assert.deepEqual(period.start, activateAt);
  });

  it('at the end of the cycle costs nothing and moves with the bill', async () => {
    const change = await openChange(rig, worker, END_OF_CYCLE);
    await change.consent();
    await skipTime(change.workflowId, { days: 32 });
    assert.deepEqual(await change.result(), { status: 'completed' });
    assert.deepEqual(await change.posted(), { lines: 3, sum: 0n, balance: 0n });
    assert.equal(await change.plan(), 'fiber-plus');
  });

  it('can be cancelled while it waits', async () => {
    const change = await openChange(rig, worker, onDate(10));
    await change.consent();
    assert.deepEqual(await change.cancel('Moves to another town'), { outcome: 'done', status: 'cancelled' });
    assert.deepEqual(await change.result(), { status: 'cancelled' });
    const notes = await rig
      .knex('account_notes')
      .where({ plan_change_id: change.planChangeId, kind: 'cancelled' })
      .pluck<string[]>('body');
    assert.match(notes[0] ?? '', /Reason: Moves to another town/);
    assert.equal(await change.plan(), 'fiber-basic');
  });

  it('takes no second consent and no decline once it is agreed to', async () => {
    const change = await openChange(rig, worker, onDate(10));
    await change.consent();
    assert.deepEqual(await refusalOf(change.consent()), {
      ...{ type: 'CONSENT_ALREADY_RECORDED', status: 'scheduled' },
    });
    assert.deepEqual(await refusalOf(change.decline()), { type: 'WRONG_STATE', status: 'scheduled' });
    assert.deepEqual(await refusalOf(change.requote()), { type: 'WRONG_STATE', status: 'scheduled' });
  });

  it('rescheduled has a new quote: the old hash, its consent and its date are void', async () => {
    const change = await openChange(rig, worker, onDate(10));
    const oldHash = await change.quoteHash();
    await change.consent();
    assert.deepEqual(await change.reschedule(onDate(20).input.activation), {
      ...{ outcome: 'done', status: 'awaiting_consent' },
    });
    const { quote_revision: revision, effective_date: date } = await change.row();
    assert.deepEqual([revision, date], [2, onDate(20).input.activation.date]);
    assert.deepEqual(await refusalOf(change.consent(oldHash)), {
      ...{ type: 'QUOTE_SUPERSEDED', status: 'awaiting_consent' },
    });
    // The earlier consent stays on record as superseded evidence.
    const consents = () =>
      rig.knex('consents').where({ plan_change_id: change.planChangeId }).pluck('quote_hash');
    assert.deepEqual(await consents(), [oldHash]);

    assert.equal((await change.consent()).outcome, 'done');
    await skipTime(change.workflowId, { days: 11 });
    assert.equal((await change.row()).status, 'scheduled');
    await skipTime(change.workflowId, { days: 10 });
    assert.deepEqual(await change.result(), { status: 'completed' });
    assert.equal((await consents()).length, 2);
    assert.equal((await change.posted()).lines, 3);
  });

  it('rescheduled to a date that cannot be stays as it is', async () => {
    const change = await openChange(rig, worker, onDate(10));
    await change.consent();
    const activation = { when: 'on_date', date: '2020-01-01' } as const;
    assert.deepEqual(await change.reschedule(activation), {
      ...{ outcome: 'rejected', code: 'activation-date-invalid', activation },
    });
    const { status, quote_revision: revision } = await change.row();
    assert.deepEqual([status, revision], ['scheduled', 1]);
    await skipTime(change.workflowId, { days: 11 });
    assert.deepEqual(await change.result(), { status: 'completed' });
  });

  it('rescheduled to now is applied at once, with a new consent', async () => {
    const change = await openChange(rig, worker, onDate(10));
    await change.consent();
    await change.reschedule({ when: 'immediately' });
    assert.equal((await change.row()).activate_at, null);
    assert.deepEqual(await change.consent(), { outcome: 'done', status: 'activated' });
    assert.deepEqual(await change.result(), { status: 'completed' });
  });
});
