import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { REFUSALS, REJECTIONS } from '../../api/http-errors.ts';
import type { Outcome, PlanChangeGateway } from '../../api/plan-change-gateway.ts';
import type { PlanChangeJson } from '../../api/schemas/plan-changes.ts';
import {
  createApiRig,
  verbalConsent,
  type ApiAnswer,
  type ApiRig,
  type CallOptions,
} from '../support/api-rig.ts';
import { freePort } from '../support/test-stack.ts';
import { expectProblem } from './expect-problem.ts';
import { startOverloadedTemporal } from './temporal-stub.ts';

interface Row {
  readonly status: number;
  readonly code: string;
  readonly provoke: () => Promise<ApiAnswer>;
  /** Seconds to wait are told. */
  readonly retryAfter?: true;
}

describe('API: every problem', () => {
  let api: ApiRig;
  const provoked = new Set<string>();

  before(async () => {
    api = await createApiRig('api problems');
  });
  after(() => api.close());

  const open = async (
    body: object,
    options?: CallOptions,
    from: { planCode?: string } = {},
  ): Promise<ApiAnswer> => {
    const { identificationId } = await api.identify(await api.stranger(from));
    const request = {
      identificationId,
      planCode: 'fiber-plus',
      activation: { when: 'immediately' },
      ...body,
    };
    return api.post('/v1/plan-changes', request, options);
  };
  const to = ({ planChangeId }: PlanChangeJson, action: string): string =>
    `/v1/plan-changes/${planChangeId}/${action}`;
  const opened = async (): Promise<PlanChangeJson> => api.opened(await api.stranger());
  const consent = (change: PlanChangeJson, hash = change.quote?.hash ?? ''): Promise<ApiAnswer> =>
    api.post(to(change, 'consent'), verbalConsent(hash));
  const reason = { reason: 'The customer said so' };

  /** The answer to a message when the workflow's side is this: for moments that pass too quickly to be met. */
  const whenTold = async (outcome: Outcome<never> | Error): Promise<ApiAnswer> => {
    const change = await opened();
    const other = await api.another({ gateway: gatewayOf(outcome) });
    return other.post(to(change, 'cancel'), reason);
  };

  const table: Row[] = [
    { status: 401, code: 'unauthenticated', provoke: () => api.get('/v1/plans', { as: null }) },
    { status: 403, code: 'role-not-allowed', provoke: () => open({}, { as: 'auditor' }) },
    { status: 404, code: 'not-found', provoke: () => api.get(`/v1/plan-changes/${randomUUID()}`) },
    { status: 422, code: 'invalid-input', provoke: () => open({ activation: { when: 'whenever' } }) },
    {
      status: 400,
      code: 'body-not-json',
      provoke: () => api.post('/v1/identifications', '{"accountNumber":'),
    },
    { status: 413, code: 'body-too-large', provoke: () => open({ planCode: 'x'.repeat(100_000) }) },
    {
      status: 415,
      code: 'encoding-unsupported',
      provoke: () => api.post('/v1/identifications', {}, { headers: { 'content-encoding': 'rot13' } }),
    },
    {
      status: 400,
      code: 'body-unreadable',
      provoke: () => api.post('/v1/identifications', {}, { headers: { 'content-encoding': 'gzip' } }),
    },
    { status: 400, code: 'idempotency-key-required', provoke: () => open({}, { key: null }) },
    {
      status: 422,
      code: 'idempotency-key-reused',
      async provoke() {
        await open({}, { key: 'one-key' });
        return open({}, { key: 'one-key' });
      },
    },
    {
      status: 403,
      code: 'identification-failed',
      provoke: () =>
        api.post('/v1/identifications', {
          accountNumber: '1',
          fullName: "Zoë O'Brien",
          serviceAddress: '62704',
        }),
    },
    {
      status: 429,
      code: 'too-many-identifications',
      retryAfter: true,
      async provoke() {
        const { accountNumber } = await api.stranger();
        const details = { accountNumber, fullName: 'x', serviceAddress: 'y' };
        for (let count = 0; count < 5; count += 1) await api.post('/v1/identifications', details);
        return api.post('/v1/identifications', details);
      },
    },

    {
      status: 409,
      code: 'plan-change-in-progress',
      async provoke() {
        const customer = await api.stranger();
        const { planChangeId } = await api.opened(customer);
        const { identificationId } = await api.identify(customer);
        const answer = await open({ identificationId });
        assert.equal(expectProblem(answer, 409, 'plan-change-in-progress')['openPlanChangeId'], planChangeId);
        return answer;
      },
    },
    {
      status: 403,
      code: 'identification-expired',
      async provoke() {
        const { identificationId } = await api.identify(await api.stranger());
        await api.rig
          .ownerKnex('identifications')
          .where({ id: identificationId })
          .update({ verified_at: new Date(0), expires_at: new Date(1) });
        return open({ identificationId });
      },
    },
    {
      status: 422,
      code: 'account-not-active',
      async provoke() {
        const customer = await api.stranger();
        const { identificationId } = await api.identify(customer);
        await api.rig.knex('customers').where({ id: customer.customerId }).update({ status: 'suspended' });
        return open({ identificationId });
      },
    },
    { status: 422, code: 'plan-unknown', provoke: () => open({ planCode: 'fiber-ultra' }) },
    { status: 422, code: 'plan-not-available', provoke: () => open({ planCode: 'dsl-two-lines' }) },
    { status: 422, code: 'plan-already-active', provoke: () => open({ planCode: 'fiber-basic' }) },
    {
      status: 422,
      code: 'activation-date-invalid',
      provoke: () => open({ activation: { when: 'on_date', date: '2020-02-29' } }),
    },
    { status: 422, code: 'promotion-not-applicable', provoke: () => open({ promotionCode: 'DSL-5' }) },

    {
      status: 409,
      code: 'wrong-state',
      async provoke() {
        const answer = await api.post(to(await opened(), 'confirmation'), {
          explained: ['done'],
          channel: 'phone',
        });
        assert.match(answer.text, /The change is awaiting consent\. .*record the consent first/);
        return answer;
      },
    },
    { status: 409, code: 'quote-superseded', provoke: async () => consent(await opened(), 'a'.repeat(64)) },
    {
      status: 409,
      code: 'consent-already-recorded',
      provoke: async () => consent(await api.changeOf(await api.stranger())),
    },
    {
      status: 409,
      code: 'change-busy',
      retryAfter: true,
      provoke: () => whenTold({ kind: 'refused', refusal: 'CHANGE_BUSY', status: 'awaiting_consent' }),
    },
    {
      status: 410,
      code: 'quote-expired',
      provoke: () => whenTold({ kind: 'refused', refusal: 'QUOTE_EXPIRED', status: 'awaiting_consent' }),
    },
    {
      status: 410,
      code: 'consent-expired',
      provoke: () => whenTold({ kind: 'refused', refusal: 'CONSENT_EXPIRED', status: 'awaiting_consent' }),
    },
    {
      status: 409,
      code: 'activation-due',
      provoke: () => whenTold({ kind: 'refused', refusal: 'ACTIVATION_DUE', status: 'scheduled' }),
    },
    {
      status: 409,
      code: 'plan-change-closed',
      async provoke() {
        const change = await opened();
        await api.post(to(change, 'decline'), reason);
        const answer = await consent(change);
        assert.equal(expectProblem(answer, 409, 'plan-change-closed')['planChangeStatus'], 'declined');
        return answer;
      },
    },
    {
      status: 409,
      code: 'nothing-to-revert',
      async provoke() {
        const customer = await api.stranger();
        const change = await api.opened(customer);
        const { identificationId } = await api.identify(customer);
        return api.post(to(change, 'revert'), { identificationId, activation: { when: 'immediately' } });
      },
    },

    { status: 409, code: 'workflow-paused', provoke: () => whenTold({ kind: 'paused' }) },
    {
      status: 503,
      code: 'not-accepted-yet',
      retryAfter: true,
      provoke: () => whenTold({ kind: 'not_accepted' }),
    },
    {
      status: 503,
      code: 'temporal-unavailable',
      retryAfter: true,
      provoke: () => whenTold({ kind: 'unreachable' }),
    },
    {
      status: 429,
      code: 'overloaded',
      retryAfter: true,
      async provoke() {
        const change = await opened();
        const temporal = await startOverloadedTemporal();
        try {
          const other = await api.another({ temporalAddress: temporal.address });
          return await other.post(to(change, 'cancel'), reason);
        } finally {
          await temporal.close();
        }
      },
    },
    {
      status: 503,
      code: 'database-unavailable',
      retryAfter: true,
      async provoke() {
        const other = await api.another({
          databaseUrl: `postgres://app:x@127.0.0.1:${await freePort()}/none`,
        });
        return other.get('/v1/plans');
      },
    },
    {
      status: 503,
      code: 'not-ready',
      retryAfter: true,
      provoke: async () => (await api.another({ taskQueue: 'nobody-polls-this' })).get('/readyz'),
    },
    {
      status: 500,
      code: 'internal-error',
      provoke: () => whenTold(new Error(`INSERT INTO customers VALUES ('Zoë O''Brien')`)),
    },
  ];

  for (const { status, code, provoke, retryAfter } of table) {
    it(`${status} ${code}`, async () => {
      const answer = await provoke();
      expectProblem(answer, status, code);
      const seconds = answer.headers.get('retry-after');
      if (retryAfter) assert.ok(Number(seconds) > 0, String(seconds));
      else assert.equal(seconds, null);
      provoked.add(code);
    });
  }

  it('is in this table', () => {
    const named = [...Object.keys(REJECTIONS), ...Object.values(REFUSALS).map(({ code }) => code)];
    assert.deepEqual(
      named.filter((code) => !table.some((row) => row.code === code)),
      [],
    );
    assert.equal(provoked.size, table.length);
  });

  it('carries the id of the request that met it, and asks for a key by the name of the scheme', async () => {
    const answer = await api.get('/v1/plans', { as: null });
    assert.equal(answer.headers.get('www-authenticate'), 'Bearer');
    const { requestId } = expectProblem(answer, 401, 'unauthenticated');
    assert.equal(requestId, answer.headers.get('x-request-id'));
  });

  it('names the members that are wrong by pointers', async () => {
    const answer = await open({
      planCode: 7,
      activation: { when: 'on_date', date: '2026-13-01' },
      'a/b~c': 1,
    });
    const { errors } = expectProblem(answer, 422, 'invalid-input');
    assert.deepEqual(errors?.map(({ pointer }) => pointer).sort(), [
      '/activation/date',
      '/a~1b~0c',
      '/planCode',
    ]);
    assert.ok(errors.every(({ detail }) => detail.length > 5));
    const query = expectProblem(await api.get('/v1/plan-changes?limit=0&status=open'), 422, 'invalid-input');
    assert.deepEqual(query.errors?.map(({ pointer }) => pointer).sort(), ['query/limit', 'query/status']);
  });
});

function gatewayOf(outcome: Outcome<never> | Error): PlanChangeGateway {
  const told = () => (outcome instanceof Error ? Promise.reject(outcome) : Promise.resolve(outcome));
  return {
    open: told,
    send: told,
    requestConsent: told,
    readiness: () => Promise.resolve({ server: true, worker: true }),
    close: () => Promise.resolve(),
  };
}
