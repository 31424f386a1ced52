import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import proto from '@temporalio/proto';
import { acceptedPlanChange, planChange } from '../../api/schemas/plan-changes.ts';
import { createApiRig, verbalConsent, type Api, type ApiAnswer, type ApiRig } from '../support/api-rig.ts';
import { agreementOf, askForConsent, customerAt, PRODUCT_TEMPLATES } from '../support/customer-mails.ts';
import { expectFreshProblem } from './expect-problem.ts';
import {
  OVERLOADED,
  startOverloadedTemporal,
  startTemporalStub,
  UNAVAILABLE,
  type TemporalStub,
} from './temporal-stub.ts';

const REASON = { reason: 'The customer said so' };
/** Within this time every outcome is told, milliseconds. */
const PROMISED = 5_000;

describe('API: a Temporal server that turns calls away (RESOURCE_EXHAUSTED)', () => {
  let api: ApiRig;
  let temporal: TemporalStub;
  /** The same API, before the server that turns everything away. */
  let busy: Api;

  before(async () => {
    api = await createApiRig('api overloaded', { templates: PRODUCT_TEMPLATES });
    temporal = await startOverloadedTemporal();
    busy = await api.another({ temporalAddress: temporal.address });
  });
  after(async () => {
    await api.close();
    await temporal.close();
  });

  const inTime = async <T>(asked: () => Promise<T>): Promise<T> => {
    const start = Date.now();
    const answer = await asked();
    assert.ok(Date.now() - start < PROMISED, `took ${Date.now() - start} ms`);
    return answer;
  };
  const turnedAway = async (asked: () => Promise<ApiAnswer>): Promise<void> => {
    const before = temporal.calls.length;
    const answer = await inTime(asked);
    const { detail } = expectFreshProblem(answer, 429, 'overloaded');
    assert.match(detail, /again/);
    assert.ok(Number(answer.headers.get('retry-after')) > 0);
    assert.equal(
      temporal.calls.length - before,
      1,
      'asked once, and not again while the server is overloaded',
    );
  };

  it('429 with Retry-After in time, by every request that needs the server', async () => {
    const account = await api.stranger();
    const change = await api.opened(account, { activation: { when: 'end_of_cycle' } });
    const path = `/v1/plan-changes/${change.planChangeId}`;
    const other = await api.stranger();
    const { identificationId } = await api.identify(other);
    const opening = { identificationId, planCode: 'fiber-plus', activation: { when: 'immediately' } };
    const customer = await api.stranger();
    const applied = await api.changeOf(customer);
    const { identificationId: again } = await api.identify(customer);

    const requests: [string, object][] = [
      ['/v1/plan-changes', opening],
      [`${path}/consent`, verbalConsent(change.quote?.hash ?? '')],
      [`${path}/consent-link`, {}],
      [`${path}/decline`, REASON],
      [`${path}/cancel`, REASON],
      [`${path}/requote`, {}],
      [`${path}/reschedule`, { activation: { when: 'immediately' } }],
      [
        `/v1/plan-changes/${applied.planChangeId}/revert`,
        { identificationId: again, activation: { when: 'immediately' } },
      ],
    ];
    for (const [to, body] of requests) await turnedAway(() => busy.post(to, body));

    const link = customerAt({ ...api, ...busy }, await askForConsent(api, change.planChangeId));
    const confirm = change.quote?.hash ?? '';
    for (const said of [agreementOf(account), { decision: 'decline', confirm }]) {
      const page = await inTime(() => link.submit(said));
      assert.match(page.text, /Open the link again in a few minutes/);
      assert.equal(page.status, 429);
    }
  });

  it('nothing is kept of it: the same request is taken by a server that has time', async () => {
    const change = await api.opened(await api.stranger());
    const path = `/v1/plan-changes/${change.planChangeId}/consent`;
    const [consent, key] = [verbalConsent(change.quote?.hash ?? ''), randomUUID()];
    await turnedAway(() => busy.post(path, consent, { key }));
    assert.equal((await api.get(`/v1/plan-changes/${change.planChangeId}`)).read(planChange).consent, null);
    const answer = await api.post(path, consent, { key });
    assert.equal(answer.status, 200, answer.text);
  });

  it('a message that is in the history already is 202, however busy the server is with its answer', async () => {
    const change = await api.opened(await api.stranger());
    const { workflowservice, enums } = proto.temporal.api;
    const accepted = workflowservice.v1.UpdateWorkflowExecutionResponse.encode({
      updateRef: {
        workflowExecution: { workflowId: change.temporal.workflowId, runId: change.temporal.runId },
        updateId: 'an update',
      },
      stage:
        enums.v1.UpdateWorkflowExecutionLifecycleStage.UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_ACCEPTED,
    }).finish();
    const accepting = await startTemporalStub((method) =>
      method === 'UpdateWorkflowExecution' ? accepted : OVERLOADED,
    );
    try {
      const through = await api.another({ temporalAddress: accepting.address });
      const path = `/v1/plan-changes/${change.planChangeId}`;
      const answer = await inTime(() => through.post(`${path}/cancel`, REASON));
      assert.equal(answer.status, 202, answer.text);
      assert.equal(answer.headers.get('location'), path);
      assert.equal(answer.read(acceptedPlanChange).planChangeId, change.planChangeId);
    } finally {
      await accepting.close();
    }
  });

  it('a server that is not there for a moment is asked again, but never past the time that was promised', async () => {
    const away = await startTemporalStub(() => UNAVAILABLE);
    try {
      const hasty = await api.another({ temporalAddress: away.address, waitMs: 2_000 });
      const change = await api.opened(await api.stranger());
      const start = Date.now();
      const answer = await hasty.post(`/v1/plan-changes/${change.planChangeId}/cancel`, REASON);
      const took = Date.now() - start;
      expectFreshProblem(answer, 503, 'temporal-unavailable');
      assert.ok(took < 2_500, `took ${took} ms`);
      assert.ok(away.calls.length > 2, `asked ${away.calls.length} times`);
    } finally {
      await away.close();
    }
  });

  it('is not ready, and lives', async () => {
    expectFreshProblem(await inTime(() => busy.get('/readyz', { as: null })), 503, 'not-ready');
    assert.equal((await busy.get('/livez', { as: null })).status, 200);
  });
});
