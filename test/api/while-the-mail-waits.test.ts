import assert from 'node:assert/strict';
import { planChange } from '../../api/schemas/plan-changes.ts';
import { createApiRig, type ApiRig } from '../support/api-rig.ts';
import { eventually } from '../support/eventually.ts';
import { expectProblem } from './expect-problem.ts';

/** "More than once in a billing cycle? Yes, as needed": whatever the mail server does. */
describe('API: a change that is applied but for its mail', () => {
  let api: ApiRig;
  let isMailAway = true;

  before(async () => {
    api = await createApiRig('api mail waits', {
      mailer: {
        send: ({ outboxId }) =>
          Promise.resolve(
            isMailAway
              ? { outcome: 'unavailable', status: 503, retryAfterMs: 500 }
              : { outcome: 'accepted', providerMessageId: outboxId },
          ),
      },
    });
  });
  after(() => api.close());

  const statusOf = async (id: string): Promise<string> =>
    (await api.get(`/v1/plan-changes/${id}`)).read(planChange).status;

  it('keeps nobody from changing again or going back, and each has its own summary in the end', async () => {
    const account = await api.stranger({ planCode: 'fiber-basic' });
    const first = await api.changeOf(account, { planCode: 'fiber-plus' });
    assert.equal(await statusOf(first.planChangeId), 'activated');
    const { identificationId, openPlanChangeId } = await api.identify(account);
    assert.equal(openPlanChangeId, null);

    const second = await api.changeOf(account, { planCode: 'fiber-complete' });
    const back = await api.post(`/v1/plan-changes/${second.planChangeId}/revert`, {
      identificationId,
      activation: { when: 'immediately' },
    });
    assert.equal(back.status, 201, back.text);
    const third = back.read(planChange);
    assert.equal(third.to?.planCode, 'fiber-plus');
    // What is applied cannot be replaced; what is open can.
    const replacing = (replaces: string) =>
      api.post('/v1/plan-changes', {
        ...{ identificationId, planCode: 'fiber-two-lines', activation: { when: 'immediately' }, replaces },
      });
    expectProblem(await replacing(first.planChangeId), 409, 'plan-change-closed');
    assert.equal((await replacing(third.planChangeId)).status, 201);

    isMailAway = false;
    for (const { planChangeId } of [first, second])
      await eventually(async () => (await statusOf(planChangeId)) === 'completed' || undefined);
    const mails = await api.rig.knex('email_outbox').where({ kind: 'summary' }).pluck('status');
    assert.deepEqual(mails, ['accepted', 'accepted']);
  });
});
