import assert from 'node:assert/strict';
import { problem as problemJson } from '../../api/schemas/common.ts';
import { planChange, type PlanChangeJson } from '../../api/schemas/plan-changes.ts';
import { createApiRig, verbalConsent, type ApiAnswer, type ApiRig, type Caller } from '../support/api-rig.ts';
import { inDays } from '../support/local-calendar.ts';
import { expectProblem } from './expect-problem.ts';

const REASON = { reason: 'The customer said so' };
const dated = (days: number) => ({ activation: { when: 'on_date', date: inDays('America/Chicago', days) } });

/** The refusals of a change that somebody else has just moved or is just moving. */
const TOO_LATE = /^(wrong-state|change-busy|quote-superseded|consent-already-recorded|plan-change-closed)$/;

describe('API: two agents at one change', () => {
  let api: ApiRig;
  before(async () => {
    api = await createApiRig('api two agents');
  });
  after(() => api.close());

  type Action = 'consent' | 'decline' | 'cancel' | 'requote' | 'reschedule';

  const act = (change: PlanChangeJson, action: Action, as: Caller): Promise<ApiAnswer> => {
    const bodies: Record<Action, object> = {
      ...{ consent: verbalConsent(change.quote?.hash ?? ''), decline: REASON, cancel: REASON },
      ...{ requote: {}, reschedule: dated(40) },
    };
    return api.post(`/v1/plan-changes/${change.planChangeId}/${action}`, bodies[action], { as });
  };
  const now = async ({ planChangeId }: PlanChangeJson): Promise<PlanChangeJson> =>
    (await api.get(`/v1/plan-changes/${planChangeId}`)).read(planChange);
  /** A change whose customer is on the phone with both: the agent opened it. */
  const shared = async (how: 'at once' | 'dated' | 'scheduled'): Promise<PlanChangeJson> => {
    const account = await api.stranger();
    const request = how === 'at once' ? {} : dated(20);
    const change =
      how === 'scheduled' ? await api.changeOf(account, request) : await api.opened(account, request);
    assert.equal(change.status, how === 'scheduled' ? 'scheduled' : 'awaiting_consent');
    await api.identify(account, 'supervisor');
    return change;
  };

  // Whichever comes first, the other is no longer possible.
  const contests: [how: 'at once' | 'dated', first: Action, second: Action][] = [
    ['at once', 'consent', 'cancel'],
    ['at once', 'consent', 'consent'],
    ['dated', 'consent', 'consent'],
    ['dated', 'consent', 'decline'],
    ['dated', 'requote', 'consent'],
    ['dated', 'decline', 'cancel'],
  ];
  for (const [how, first, second] of contests) {
    it(`${first} and ${second} of a change that is ${how}: one wins, the other gets 409`, async () => {
      const change = await shared(how);
      const answers = await Promise.all([act(change, first, 'agent'), act(change, second, 'supervisor')]);
      const [winner, loser] = answers[0].status === 200 ? answers : [answers[1], answers[0]];
      assert.equal(winner.status, 200, winner.text);
      const { code } = loser.read(problemJson);
      assert.match(code, TOO_LATE);
      const problem = expectProblem(loser, 409, code);
      assert.ok(problem['planChangeStatus'], 'the loser learns how the change stands');
      const [left, won] = [await now(change), winner.read(planChange)];
      assert.equal(left.quote?.hash, won.quote?.hash);
      // Only the summary mail may have followed.
      if (won.status !== 'activated') assert.equal(left.status, won.status);
      const consents = await api.rig.knex('consents').where({ plan_change_id: change.planChangeId });
      assert.ok(consents.length <= 1);
    });
  }

  it('a new date and a cancellation: nothing comes after the cancellation', async () => {
    const change = await shared('scheduled');
    const [moved, cancelled] = await Promise.all([
      act(change, 'reschedule', 'agent'),
      act(change, 'cancel', 'supervisor'),
    ]);
    // A change with a new date may be cancelled as well, if that comes second.
    const left = await now(change);
    if (cancelled.status === 200) assert.equal(left.status, 'cancelled');
    else expectProblem(cancelled, 409, 'change-busy');
    if (moved.status !== 200) {
      assert.match(moved.read(problemJson).code, /^(change-busy|plan-change-closed|wrong-state)$/);
      assert.equal(cancelled.status, 200, cancelled.text);
    }
    const quotes = await api.rig.knex('quotes').where({ plan_change_id: change.planChangeId });
    assert.equal(quotes.length, moved.status === 200 ? 2 : 1);
  });

  it('one who has not identified the customer changes nothing, whatever the other does', async () => {
    const change = await api.opened(await api.stranger(), dated(20));
    const [agent, supervisor] = await Promise.all([
      act(change, 'consent', 'agent'),
      act(change, 'cancel', 'supervisor'),
    ]);
    assert.equal(agent.status, 200);
    expectProblem(supervisor, 404, 'not-found');
    assert.equal((await now(change)).status, 'scheduled');
  });
});
