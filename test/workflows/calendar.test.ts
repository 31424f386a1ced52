import assert from 'node:assert/strict';
import type { AccountOverrides } from '../../dev/seed/test-account.ts';
import { openChange, tryToOpen, type DrivenChange } from '../support/driven-change.ts';
import {
  comingClockChanges,
  dateIn,
  daysAfter,
  firstInstantOf,
  inDays,
  monthEndsAroundFebruary,
} from '../support/local-calendar.ts';
import { createRig, startWorker, type Rig, type RigWorker } from '../support/plan-change-rig.ts';
import { skipTime } from '../support/skip-time.ts';
import { skipToEveOf } from '../support/skip-to-date.ts';

const CHICAGO = 'America/Chicago';
const APIA = 'Pacific/Apia';
/** The longest skip takes a moment, and several wait for their dates at once. */
const WITHIN_MS = 40_000;

describe('the calendar of a dated change', () => {
  let rig: Rig;
  let worker: RigWorker;
  before(async () => {
    rig = await createRig('calendar');
    worker = await startWorker(rig);
  });
  after(async () => {
    await worker.stop();
    await rig.close();
  });

  const scheduled = async (date: string, account: AccountOverrides = {}): Promise<DrivenChange> => {
    const change = await openChange(rig, worker, {
      account,
      input: { activation: { when: 'on_date', date } },
    });
    assert.deepEqual(await change.consent(), { outcome: 'done', status: 'scheduled' });
    return change;
  };
  /** Asserts that a scheduled change is applied at the first instant of its local date, and not before. */
  const isAppliedOn = async (change: DrivenChange, date: string, timeZone: string): Promise<void> => {
    const start = new Date(firstInstantOf(date, timeZone));
    const { effective_date: effectiveDate, activate_at: activateAt } = await change.row();
    assert.deepEqual([effectiveDate, activateAt], [date, start]);
    await skipToEveOf(change);
    assert.equal((await change.row()).status, 'scheduled', `a minute before ${date} in ${timeZone}`);
    await skipTime(change.workflowId, { minutes: 2 });
    assert.deepEqual(await change.result(), { status: 'completed' });
    const { applied_at: appliedAt } = await change.row();
    const lateMs = (appliedAt?.getTime() ?? 0) - start.getTime();
    assert.ok(lateMs >= 0 && lateMs < 60_000, `applied ${lateMs} ms after ${date} began in ${timeZone}`);
    const period = await rig
      .knex('subscription_periods')
      .where({ plan_change_id: change.planChangeId })
      .first<{ start: Date }>(rig.knex.raw('lower(valid) AS start'));
    assert.deepEqual(period.start, start);
    assert.equal(await change.plan(), 'fiber-plus');
    assert.equal((await change.posted()).lines, 3);
  };

  for (const days of [365, 400]) {
    it(`reaches ${days} days ahead`, async () => {
      const date = inDays(CHICAGO, days);
      const change = await scheduled(date);
      await isAppliedOn(change, date, CHICAGO);
      assert.deepEqual(await change.history(), [
        ...['awaiting_consent', 'scheduled', 'activating', 'activated', 'completed'],
      ]);
    }).timeout(WITHIN_MS);
  }

  it('does not reach 401', async () => {
    const activation = { when: 'on_date', date: inDays(CHICAGO, 401) } as const;
    const { answer } = await tryToOpen(rig, worker, await rig.account(), { activation });
    assert.deepEqual(answer, {
      ...{ outcome: 'rejected', code: 'activation-date-invalid', openPlanChangeId: null },
    });
  });

  const zones: [timeZone: string, what: string][] = [
    [CHICAGO, 'in the north'],
    ['Australia/Sydney', 'in the south'],
    ['America/Santiago', 'in the south, at midnight'],
    ['Africa/Cairo', 'in the north, at midnight'],
  ];
  for (const [timeZone, what] of zones) {
    it(`goes over every change of the clocks ${what} (${timeZone})`, async () => {
      const changes = comingClockChanges(timeZone);
      assert.ok(changes.length >= 2, `${timeZone} has summer and winter time`);
      const dates = changes.flatMap((date) => [date, daysAfter(date, 1)]);
      await Promise.all(
        dates.map(async (date) => isAppliedOn(await scheduled(date, { timeZone }), date, timeZone)),
      );
    }).timeout(WITHIN_MS);
  }

  for (const timeZone of ['America/Santiago', 'Africa/Cairo']) {
    it(`begins a day without midnight at one o'clock (${timeZone})`, async () => {
      const short = comingClockChanges(timeZone).find(
        (date) => dateIn(timeZone, firstInstantOf(date, timeZone) + 23 * 3_600_000) !== date,
      );
      assert.ok(short, 'a day of 23 hours comes');
      const { activate_at: activateAt } = await (await scheduled(short, { timeZone })).row();
      const clock = activateAt?.toLocaleTimeString('sv', { timeZone });
      assert.deepEqual([dateIn(timeZone, activateAt?.getTime()), clock], [short, '01:00:00']);
    });
  }

  it('knows the ends of months: an account of the 31st is billed on 31 January, at the end of February, on 31 March', async () => {
    const account = { anchorDate: '2024-01-31' };
    const dates = monthEndsAroundFebruary(CHICAGO);
    assert.ok(dates.some((date) => date.slice(5, 7) === '02'));
    await Promise.all(
      dates.map(async (date) => {
        const change = await scheduled(date, account);
        await isAppliedOn(change, date, CHICAGO);
        // A change on a bill day moves with the bill.
        assert.deepEqual(await change.posted(), { lines: 3, sum: 0n, balance: 0n }, date);
        const dayBefore = await scheduled(daysAfter(date, -1), account);
        await isAppliedOn(dayBefore, daysAfter(date, -1), CHICAGO);
        assert.notEqual((await dayBefore.posted()).sum, 0n, 'one day of the cycle is left');
      }),
    );
  }).timeout(WITHIN_MS);

  it('ends the cycle of an account of the 31st on the last day of the month', async () => {
    const change = await openChange(rig, worker, {
      account: { anchorDate: '2024-01-31' },
      input: { activation: { when: 'end_of_cycle' } },
    });
    await change.consent();
    const [year = 0, month = 0] = inDays(CHICAGO, 1).split('-').map(Number);
    const lastDay = new Date(Date.UTC(year, month, 0)).toISOString().slice(0, 10);
    await isAppliedOn(change, lastDay, CHICAGO);
    assert.deepEqual(await change.posted(), { lines: 3, sum: 0n, balance: 0n });
  });

  it('counts the days of Samoa, and refuses the one it never had', async () => {
    const tomorrow = inDays(APIA, 1);
    await isAppliedOn(await scheduled(tomorrow, { timeZone: APIA }), tomorrow, APIA);
    for (const date of ['2011-12-30', dateIn(APIA)]) {
      const account = await rig.account({ timeZone: APIA });
      const { answer } = await tryToOpen(rig, worker, account, { activation: { when: 'on_date', date } });
      assert.deepEqual(answer, {
        ...{ outcome: 'rejected', code: 'activation-date-invalid', openPlanChangeId: null },
      });
    }
  });

  it('holds a change whose promotion was cut short to end before its date', async () => {
    const date = inDays(CHICAGO, 60);
    const code = 'ENDS-EARLY';
    await rig.ownerKnex('promotions').insert({
      ...{ promotion_code: code, plan_code: 'fiber-plus', description: '20 % off', percent_off: 20 },
      ...{ valid_from: '2026-01-01', valid_until: daysAfter(date, 30) },
    });
    const change = await openChange(rig, worker, {
      input: { promotionCode: code, activation: { when: 'on_date', date } },
    });
    await change.consent();
    await skipTime(change.workflowId, { days: 30 });
    // Its first day without is the very day of the change.
    await rig.ownerKnex('promotions').where({ promotion_code: code }).update({ valid_until: date });
    await skipTime(change.workflowId, { days: 31 });
    const { hold_reason: reason } = await change.reaches('held');
    assert.equal(reason, 'promotion_unavailable');
    assert.deepEqual(await change.posted(), { lines: 0, sum: 0n, balance: 0n });
    assert.equal(await change.plan(), 'fiber-basic');
    assert.equal((await change.cancel('Not without the promotion')).outcome, 'done');
    assert.deepEqual(await change.result(), { status: 'cancelled' });
  });
});
