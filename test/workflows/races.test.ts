import assert from 'node:assert/strict';
import { WorkflowUpdateFailedError } from '@temporalio/client';
import type { MessageAnswer } from '../../workflows/contract.ts';
import { openChange, refusalOf, type DrivenChange } from '../support/driven-change.ts';
import { createRig, startWorker, type Rig, type RigWorker } from '../support/plan-change-rig.ts';
import { END_OF_CYCLE } from '../support/staged-change.ts';

/** Messages at the same time: exactly one wins, and every other one is told so. */
describe('racing messages', () => {
  let rig: Rig;
  let worker: RigWorker;
  before(async () => {
    rig = await createRig('races');
    worker = await startWorker(rig);
  });
  after(async () => {
    await worker.stop();
    await rig.close();
  });

  interface Outcome {
    readonly wins: MessageAnswer[];
    readonly refusals: { type: string; status: string }[];
    /** Messages that came when the workflow had closed. */
    readonly closed: number;
  }
  const race = async (attempts: readonly Promise<MessageAnswer>[]): Promise<Outcome> => {
    const outcome: Outcome & { closed: number } = { wins: [], refusals: [], closed: 0 };
    for (const attempt of await Promise.allSettled(attempts)) {
      if (attempt.status === 'fulfilled') outcome.wins.push(attempt.value);
      else if (attempt.reason instanceof WorkflowUpdateFailedError) {
        outcome.refusals.push(await refusalOf(Promise.reject(attempt.reason)));
      } else outcome.closed += 1;
    }
    return outcome;
  };

  it('of five consents one is recorded', async () => {
    const change = await openChange(rig, worker);
    const messages = await Promise.all([1, 2, 3, 4, 5].map(() => change.consentTo()));
    const { wins, refusals, closed } = await race(
      messages.map((message) => change.send('recordConsent', message)),
    );
    assert.deepEqual(wins, [{ outcome: 'done', status: 'activated' }]);
    for (const { type } of refusals) assert.equal(type, 'CONSENT_ALREADY_RECORDED');
    assert.equal(refusals.length + closed, 4);
    await change.result();
    const consents = await rig.knex('consents').where({ plan_change_id: change.planChangeId });
    assert.deepEqual([consents.length, (await change.posted()).lines], [1, 3]);
  });

  const contests: [what: string, start: (change: DrivenChange) => Promise<MessageAnswer>[]][] = [
    ['a cancellation and a consent', (change) => [change.cancel(), change.consent()]],
    ['a consent and a cancellation', (change) => [change.consent(), change.cancel()]],
    ['a decline and a consent', (change) => [change.decline(), change.consent()]],
    ['a new quote and a consent', (change) => [change.requote(), change.consent()]],
    ['a cancellation and a decline', (change) => [change.cancel(), change.decline()]],
  ];
  for (const [what, start] of contests) {
    it(`of ${what} one wins, and the other is refused clearly`, async () => {
      const change = await openChange(rig, worker, END_OF_CYCLE);
      const { wins, refusals, closed } = await race(start(change));
      assert.equal(wins.length, 1);
      assert.equal(refusals.length + closed, 1);
      for (const { type, status } of refusals) {
        assert.match(type, /^(WRONG_STATE|CHANGE_BUSY|QUOTE_SUPERSEDED|CONSENT_ALREADY_RECORDED)$/);
        assert.notEqual(status, '');
      }
      const [winner] = wins;
      assert.ok(winner?.outcome === 'done');
      assert.equal((await change.row()).status, winner.status);
    });
  }

  it('are judged one after the other when one worker task brings them all', async () => {
    const change = await openChange(rig, worker, END_OF_CYCLE);
    const consent = await change.consentTo();
    await worker.stop();
    worker = await startWorker(rig, { taskQueue: `${worker.taskQueue}-nobody` });
    const waiting = change.over(worker);
    // Nobody polls the change's own queue yet: both messages wait on the server.
    const attempts = [waiting.send('recordConsent', consent), waiting.cancel(), waiting.requote()];
    const settled = race(attempts);
    const taker = await startWorker(rig);
    const { wins, refusals } = await settled;
    await taker.stop();
    assert.equal(wins.length, 1);
    assert.equal(refusals.length, 2);
    for (const { type } of refusals) assert.match(type, /^(WRONG_STATE|CHANGE_BUSY)$/);
    await worker.stop();
    worker = await startWorker(rig);
  });

  it('between the start of one change and its opening by two callers there is one quote', async () => {
    const account = await rig.account();
    const input = rig.input(account);
    const answers = await Promise.all([worker.open(input), worker.open(input), worker.open(input)]);
    for (const { answer } of answers) assert.deepEqual(answer, { outcome: 'quoted' });
    const quotes = await rig.knex('quotes').where({ plan_change_id: input.planChangeId });
    assert.equal(quotes.length, 1);
  });
});
