import assert from 'node:assert/strict';
import { openChange, type DrivenChange } from '../support/driven-change.ts';
import { dateIn, daysAfter, firstInstantOf, inDays } from '../support/local-calendar.ts';
import { createRig, startWorker, type Rig, type RigWorker } from '../support/plan-change-rig.ts';
import { skipTime } from '../support/skip-time.ts';
import { skipToEveOf } from '../support/skip-to-date.ts';

const CHICAGO = 'America/Chicago';
/** A date that can be ordered, and a skip that stays before it. */
const FAR = 390;
const HOP = 380;
const WITHIN_MS = 60_000;

/** The last day of the first February to come that has so many days. */
function endOfFebruary(days: 28 | 29): string {
  const tomorrow = inDays(CHICAGO, 1);
  for (let year = Number(tomorrow.slice(0, 4)); ; year += 1) {
    const last = daysAfter(`${year}-03-01`, -1);
    if (last.endsWith(String(days)) && last >= tomorrow) return last;
  }
}

/**
 * 29 February is mostly further ahead than a change may be ordered. The time of a change goes on until it is
 * not, and then the customer asks for it: a new date, a new quote, consent again.
 */
describe('29 February', () => {
  let rig: Rig;
  let worker: RigWorker;
  before(async () => {
    rig = await createRig('leap day');
    worker = await startWorker(rig);
  });
  after(async () => {
    await worker.stop();
    await rig.close();
  });

  /** A change in whose own time so many days have gone by since the test began. */
  interface Traveller {
    readonly change: DrivenChange;
    skippedDays: number;
  }
  const opened = async (anchorDate: string): Promise<Traveller> => {
    const activation = { when: 'on_date', date: inDays(CHICAGO, 1) } as const;
    return {
      change: await openChange(rig, worker, { account: { anchorDate }, input: { activation } }),
      skippedDays: 0,
    };
  };
  const ask = async ({ change }: Traveller, date: string): Promise<void> => {
    assert.deepEqual(await change.reschedule({ when: 'on_date', date }), {
      ...{ outcome: 'done', status: 'awaiting_consent' },
    });
  };
  const agree = async ({ change }: Traveller): Promise<void> => {
    assert.deepEqual(await change.consent(), { outcome: 'done', status: 'scheduled' });
  };
  /** Waits, year for year, until the date can be ordered, and orders it. */
  const moveTo = async (traveller: Traveller, date: string): Promise<void> => {
    while (date > inDays(CHICAGO, traveller.skippedDays + FAR)) {
      const activation = { when: 'on_date', date: daysAfter(date, 40) } as const;
      assert.deepEqual(await traveller.change.reschedule(activation), {
        ...{ outcome: 'rejected', code: 'activation-date-invalid', activation },
      });
      await ask(traveller, inDays(CHICAGO, traveller.skippedDays + FAR));
      await agree(traveller);
      await skipTime(traveller.change.workflowId, { days: HOP });
      traveller.skippedDays += HOP;
    }
    await ask(traveller, date);
  };
  const quoteOf = async ({ change }: Traveller) => {
    const quote = await rig
      .knex('quotes')
      .where({ plan_change_id: change.planChangeId })
      .orderBy('revision', 'desc')
      .first<{ lines: { days: number; ofDays: number }[]; net_minor: bigint; next_bill_date: string }>();
    const [credit, charge] = quote.lines;
    return {
      credit: [credit?.days, credit?.ofDays],
      charge: [charge?.days, charge?.ofDays],
      net: quote.net_minor,
      nextBill: quote.next_bill_date,
    };
  };
  const isAppliedOn = async (traveller: Traveller, date: string): Promise<void> => {
    const { change, skippedDays } = traveller;
    await agree(traveller);
    await skipToEveOf(change, { skippedDays });
    assert.equal((await change.row()).status, 'scheduled');
    await skipTime(change.workflowId, { minutes: 2 });
    assert.deepEqual(await change.result(), { status: 'completed' });
    const start = firstInstantOf(date, CHICAGO);
    const { effective_date: effective, applied_at: appliedAt } = await change.row();
    const lateMs = (appliedAt?.getTime() ?? 0) - start;
    assert.equal(effective, date);
    assert.ok(lateMs >= 0 && lateMs < 60_000, `applied ${lateMs} ms after ${date} began`);
    assert.equal(dateIn(CHICAGO, appliedAt?.getTime()), date);
    assert.equal(await change.plan(), 'fiber-plus');
    assert.equal((await change.posted()).lines, 3);
  };

  it('is a date like any other: a day of a cycle of 29 days', async () => {
    const leapDay = endOfFebruary(29);
    const traveller = await opened('2024-01-15');
    await moveTo(traveller, leapDay);
    const { credit, charge, net, nextBill } = await quoteOf(traveller);
    assert.deepEqual(
      { credit, charge, nextBill },
      {
        ...{ credit: [15, 29], charge: [15, 29], nextBill: leapDay.replace('02-29', '03-15') },
      },
    );
    await isAppliedOn(traveller, leapDay);
    assert.equal((await traveller.change.posted()).sum, net);
  }).timeout(WITHIN_MS);

  it('is the bill day of accounts of the 29th, 30th and 31st; in other years the 28th is', async () => {
    const ends = [endOfFebruary(28), endOfFebruary(29)].sort();
    await Promise.all(
      [29, 30, 31].map(async (day) => {
        const traveller = await opened(`2024-01-${day}`);
        for (const end of ends) {
          const month = daysAfter(end, 1).slice(0, 8);
          await moveTo(traveller, daysAfter(end, -1));
          const dayBefore = await quoteOf(traveller);
          // From the bill day of January to that of February.
          const ofDays = 31 - day + Number(end.slice(8));
          assert.deepEqual(
            [dayBefore.credit, dayBefore.charge],
            [
              [1, ofDays],
              [1, ofDays],
            ],
          );
          assert.equal(dayBefore.nextBill, end);
          await ask(traveller, end);
          const onBillDay = await quoteOf(traveller);
          assert.deepEqual([onBillDay.credit, onBillDay.net], [[0, ofDays], 0n]);
          await ask(traveller, daysAfter(end, 1));
          // From the original day, not from the 28th.
          const next = await quoteOf(traveller);
          assert.deepEqual([next.credit, next.nextBill], [[day - 1, day], `${month}${day}`]);
        }
        const [, last = ''] = ends;
        await ask(traveller, last);
        await isAppliedOn(traveller, last);
        assert.deepEqual(await traveller.change.posted(), { lines: 3, sum: 0n, balance: 0n });
      }),
    );
  }).timeout(WITHIN_MS);
});
