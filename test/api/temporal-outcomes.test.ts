import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { planChange, type PlanChangeJson, acceptedPlanChange } from '../../api/schemas/plan-changes.ts';
import { planChangeWorkflowId } from '../../workflows/contract.ts';
import { createApiRig, verbalConsent, type Api, type ApiAnswer, type ApiRig } from '../support/api-rig.ts';
import { eventually } from '../support/eventually.ts';
import { startWorker, type RigWorker } from '../support/plan-change-rig.ts';
import { testTemporal } from '../support/test-stack.ts';
import { expectFreshProblem, expectProblem } from './expect-problem.ts';

const REASON = { reason: 'The customer said so' };

describe('API: outcomes of calls to Temporal', function () {
  this.timeout(60_000);
  let api: ApiRig;
  /** The same API, less patient. */
  let hasty: Api;

  before(async () => {
    api = await createApiRig('api outcomes');
    hasty = await api.another({ waitMs: 700 });
  });
  after(() => api.close());

  const pathOf = ({ planChangeId }: PlanChangeJson, action = ''): string =>
    `/v1/plan-changes/${planChangeId}${action}`;
  const opened = async (): Promise<PlanChangeJson> => api.opened(await api.stranger());
  const requestOf = async (): Promise<object> => {
    const { identificationId } = await api.identify(await api.stranger());
    return { identificationId, planCode: 'fiber-plus', activation: { when: 'immediately' } };
  };
  const countOf = async (table: 'charges' | 'consents', { planChangeId }: PlanChangeJson): Promise<number> =>
    (await api.rig.knex(table).where({ plan_change_id: planChangeId })).length;

  it('no worker: 503, and the same request takes effect once one is there', async () => {
    const taskQueue = `${api.taskQueue}-later`;
    const alone = await api.another({ waitMs: 700, taskQueue });
    const [body, key] = [await requestOf(), randomUUID()];
    const early = await alone.post('/v1/plan-changes', body, { key });
    const { detail } = expectFreshProblem(early, 503, 'not-accepted-yet');
    assert.match(detail, /same Idempotency-Key/);
    assert.ok(Number(early.headers.get('retry-after')) > 0);
    assert.equal((await alone.get('/readyz')).status, 503);
    assert.equal((await alone.get('/livez')).status, 200);

    const worker = await startWorker(api.rig, { taskQueue });
    try {
      const patient = await api.another({ taskQueue });
      const late = await patient.post('/v1/plan-changes', body, { key });
      assert.equal(late.status, 201, late.text);
      assert.equal((await patient.get('/readyz')).status, 200);
      const { customerId } = late.read(planChange);
      const rows = await api.rig.knex('plan_changes').where({ customer_id: customerId });
      assert.equal(rows.length, 1);
    } finally {
      await worker.stop();
    }
  });

  it('a worker that went away: nothing is promised about a consent, and it is taken once later', async () => {
    const taskQueue = `${api.taskQueue}-again`;
    let worker: RigWorker = await startWorker(api.rig, { taskQueue });
    const there = await api.another({ waitMs: 700, taskQueue });
    const change = (await there.post('/v1/plan-changes', await requestOf())).read(planChange);
    await worker.stop();
    const [consent, key] = [verbalConsent(change.quote?.hash ?? ''), randomUUID()];
    expectFreshProblem(
      await there.post(pathOf(change, '/consent'), consent, { key }),
      503,
      'not-accepted-yet',
    );
    assert.equal(await countOf('consents', change), 0);
    worker = await startWorker(api.rig, { taskQueue });
    try {
      const patient = await api.another({ taskQueue });
      const answer = await patient.post(pathOf(change, '/consent'), consent, { key });
      assert.equal(answer.status, 200, answer.text);
      assert.deepEqual([await countOf('consents', change), await countOf('charges', change)], [1, 3]);
    } finally {
      await worker.stop();
    }
  });

  it('accepted and not finished: 202 with Location, and the same request gets the end of it', async () => {
    const change = await opened();
    const [consent, key] = [verbalConsent(change.quote?.hash ?? ''), randomUUID()];
    const give = (through: Api): Promise<ApiAnswer> =>
      through.post(pathOf(change, '/consent'), consent, { key });
    await api.rig.ownerKnex.transaction(async (trx) => {
      await trx('subscriptions').where({ customer_id: change.customerId }).forUpdate();
      // On a busy machine it may take the worker a while to accept.
      const accepted = await eventually(async () => {
        const answer = await give(hasty);
        return answer.status === 202 ? answer : undefined;
      });
      for (const answer of [accepted, await give(hasty)]) {
        assert.equal(answer.status, 202, answer.text);
        assert.equal(answer.headers.get('location'), pathOf(change));
        assert.ok(Number(answer.headers.get('retry-after')) > 0);
        assert.equal(answer.read(acceptedPlanChange).planChangeId, change.planChangeId);
      }
    });
    const answer = await give(api);
    assert.equal(answer.status, 200, answer.text);
    assert.equal((await give(api)).text, answer.text);
    assert.deepEqual([await countOf('consents', change), await countOf('charges', change)], [1, 3]);
  });

  it('paused by operations: 409, readable, and the same request is taken once it goes on', async () => {
    const change = await opened();
    const { namespace } = await testTemporal();
    const execution = { namespace, workflowId: planChangeWorkflowId(change.planChangeId), reason: 'test' };
    const service = api.worker?.client.workflowService;
    await service?.pauseWorkflowExecution({ ...execution, requestId: randomUUID() });
    const consent = verbalConsent(change.quote?.hash ?? '');
    const messages: [string, object][] = [
      ['/consent', consent],
      ['/cancel', REASON],
      ['/decline', REASON],
      ['/requote', {}],
      ['/reschedule', { activation: { when: 'end_of_cycle' } }],
    ];
    for (const [action, body] of messages) {
      const { detail } = expectFreshProblem(
        await api.post(pathOf(change, action), body, { key: 'paused' }),
        409,
        'workflow-paused',
      );
      assert.match(detail, /operations/);
    }
    assert.deepEqual((await api.get(pathOf(change))).read(planChange), change);
    await service?.unpauseWorkflowExecution({ ...execution, requestId: randomUUID() });
    const answer = await api.post(pathOf(change, '/consent'), consent, { key: 'paused' });
    assert.equal(answer.status, 200, answer.text);
    assert.deepEqual([await countOf('consents', change), await countOf('charges', change)], [1, 3]);
  });

  it('closed: 409 with the final status for every message', async () => {
    const completed = await api.changeOf(await api.stranger());
    const declined = await opened();
    await api.post(pathOf(declined, '/decline'), REASON);
    await api.worker?.client.workflow.getHandle(planChangeWorkflowId(completed.planChangeId)).result();
    for (const [change, status] of [
      [completed, 'completed'],
      [declined, 'declined'],
    ] as const) {
      const messages: [string, object][] = [
        ['/cancel', REASON],
        ['/requote', {}],
        ['/reschedule', { activation: { when: 'end_of_cycle' } }],
      ];
      for (const [action, body] of messages) {
        const problem = expectProblem(
          await api.post(pathOf(change, action), body),
          409,
          'plan-change-closed',
        );
        assert.equal(problem['planChangeStatus'], status);
        assert.match(problem.detail, new RegExp(status));
      }
    }
  });

  for (const [name, status] of [
    ['decline', 'declined'],
    ['cancel', 'cancelled'],
  ] as const) {
    it(`${name}, committed and its message lost with the server: the repeat is told to the workflow`, async () => {
      const { planChangeId, customerId } = await opened();
      const workflowId = planChangeWorkflowId(planChangeId);
      await api.rig.run(
        'closePlanChange',
        {
          ...{ planChangeId, customerId, cause: 'lost', status, remarkId: null },
          expected: { status: 'awaiting_consent', revision: 1 },
          author: { type: 'agent', id: api.agentIds.agent },
          now: new Date().toISOString(),
        },
        { workflowId },
      );
      const again = () => api.post(`/v1/plan-changes/${planChangeId}/${name}`, { reason: 'Too dear.' });
      assert.equal((await again()).read(planChange).status, status);
      const ended: unknown = await api.worker?.client.workflow.getHandle(workflowId).result();
      assert.deepEqual(ended, { status });
      assert.equal((await again()).read(planChange).status, status);
    });
  }

  it('terminated behind our back: a 409 and no half-done change', async () => {
    const change = await opened();
    await api.worker?.client.workflow.getHandle(planChangeWorkflowId(change.planChangeId)).terminate('test');
    const answer = await api.post(pathOf(change, '/consent'), verbalConsent(change.quote?.hash ?? ''));
    const { detail } = expectProblem(answer, 409, 'plan-change-closed');
    assert.match(detail, /awaiting_consent, and nothing carries it on\. Ask operations to repair it/);
    assert.equal(await countOf('charges', change), 0);
  });
});
