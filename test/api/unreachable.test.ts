import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { planChange } from '../../api/schemas/plan-changes.ts';
import { createApiRig, type Api, type ApiAnswer, type ApiRig } from '../support/api-rig.ts';
import { eventually } from '../support/eventually.ts';
import { testTemporal } from '../support/test-stack.ts';
import { expectFreshProblem } from './expect-problem.ts';
import { openGate, type TcpGate } from './tcp-gate.ts';

/** No request may hang longer than this, milliseconds. */
const LIMIT = 10_000;
const readiness = z.looseObject({
  parts: z.strictObject({ database: z.boolean(), temporal: z.boolean(), worker: z.boolean() }),
});

describe('API: parts that cannot be reached', function () {
  this.timeout(60_000);
  let api: ApiRig;
  let gate: TcpGate;
  let behind: Api;

  before(async () => {
    api = await createApiRig('api unreachable');
  });
  after(() => api.close());
  afterEach(() => gate.close());

  const requestOf = async (): Promise<object> => {
    const { identificationId } = await api.identify(await api.stranger());
    return { identificationId, planCode: 'fiber-plus', activation: { when: 'immediately' } };
  };
  const inTime = async (asked: Promise<ApiAnswer>): Promise<ApiAnswer> => {
    const start = Date.now();
    const answer = await asked;
    assert.ok(Date.now() - start < LIMIT, `took ${Date.now() - start} ms`);
    return answer;
  };
  const unavailable = async (asked: Promise<ApiAnswer>, code: string): Promise<void> => {
    const answer = await inTime(asked);
    const { detail } = expectFreshProblem(answer, 503, code);
    assert.match(detail, /again/);
    assert.ok(Number(answer.headers.get('retry-after')) > 0);
  };
  const notReady = async (parts: object): Promise<void> => {
    const answer = await inTime(behind.get('/readyz', { as: null }));
    expectFreshProblem(answer, 503, 'not-ready');
    assert.deepEqual(answer.read(readiness).parts, parts);
    assert.equal((await inTime(behind.get('/livez', { as: null }))).status, 200);
  };
  /** On a busy machine the impatient API may have to be asked again. */
  const succeeds = (ask: () => Promise<ApiAnswer>, status: number): Promise<ApiAnswer> =>
    eventually(async () => {
      const answer = await ask();
      assert.ok(answer.status === status || [202, 503].includes(answer.status), answer.text);
      return answer.status === status ? answer : undefined;
    });
  const isReady = (): Promise<true> =>
    eventually(async () => ((await behind.get('/readyz', { as: null })).status === 200 ? true : undefined));

  for (const state of ['closed', 'silent'] as const) {
    it(`Temporal (${state}): 503 in time, reads go on, and the same request succeeds when it is back`, async () => {
      const { address } = await testTemporal();
      const { hostname: host, port } = new URL(`tcp://${address}`);
      gate = await openGate({ host, port: Number(port) }, state);
      behind = await api.another({ temporalAddress: `127.0.0.1:${gate.port}`, waitMs: 500 });
      const change = await api.opened(await api.stranger());
      const path = `/v1/plan-changes/${change.planChangeId}`;
      const [body, key, reason] = [await requestOf(), randomUUID(), { reason: 'no' }];
      await Promise.all([
        unavailable(behind.post('/v1/plan-changes', body, { key }), 'temporal-unavailable'),
        unavailable(behind.post(`${path}/cancel`, reason, { key }), 'temporal-unavailable'),
        notReady({ database: true, temporal: false, worker: false }),
      ]);
      assert.equal((await behind.get(path)).read(planChange).status, change.status);

      await gate.set('open');
      await isReady();
      await succeeds(() => behind.post('/v1/plan-changes', body, { key }), 201);
      const cancelled = await succeeds(() => behind.post(`${path}/cancel`, reason, { key }), 200);
      assert.equal(cancelled.read(planChange).status, 'cancelled');
    });

    it(`PostgreSQL (${state}): 503 in time, and all is well when it is back`, async () => {
      const url = new URL(api.rig.database.appUrl);
      gate = await openGate({ host: url.hostname, port: Number(url.port) }, 'open');
      url.port = String(gate.port);
      behind = await api.another({ databaseUrl: url.href });
      const change = await api.opened(await api.stranger());
      const path = `/v1/plan-changes/${change.planChangeId}`;
      assert.equal((await behind.get(path)).status, 200);

      const [body, key, reason] = [await requestOf(), randomUUID(), { reason: 'no' }];
      await gate.set(state);
      await Promise.all([
        unavailable(behind.post('/v1/plan-changes', body, { key }), 'database-unavailable'),
        unavailable(behind.post(`${path}/cancel`, reason, { key }), 'database-unavailable'),
        unavailable(behind.get(path), 'database-unavailable'),
        unavailable(behind.get('/v1/plans'), 'database-unavailable'),
        unavailable(behind.post(`${path}/decline`, { reason: 'no' }), 'database-unavailable'),
        unavailable(behind.get('/v1/terms/2025-02', { as: null }), 'database-unavailable'),
        notReady({ database: false, temporal: true, worker: true }),
      ]);

      await gate.set('open');
      await isReady();
      assert.equal((await behind.get(path)).read(planChange).status, change.status);
      // The same requests under their keys.
      await succeeds(() => behind.post('/v1/plan-changes', body, { key }), 201);
      const cancelled = await succeeds(() => behind.post(`${path}/cancel`, reason, { key }), 200);
      assert.equal(cancelled.read(planChange).status, 'cancelled');
    });
  }

  it('Temporal (half-open): a connection nobody ever spoke on is given up, and the same request succeeds', async () => {
    const { address } = await testTemporal();
    const { hostname: host, port } = new URL(`tcp://${address}`);
    gate = await openGate({ host, port: Number(port) }, 'silent');
    behind = await api.another({ temporalAddress: `127.0.0.1:${gate.port}`, waitMs: 500 });
    const [body, key] = [await requestOf(), randomUUID()];
    await unavailable(behind.post('/v1/plan-changes', body, { key }), 'temporal-unavailable');
    // The connection that was opened stays as it is: neither cut nor answered.
    await gate.set('half-open');
    await succeeds(() => behind.post('/v1/plan-changes', body, { key }), 201);
    await isReady();
  });

  it('Temporal (half-open): what was opened while nobody spoke is given up by asking whether it is ready, too', async () => {
    const { address } = await testTemporal();
    const { hostname: host, port } = new URL(`tcp://${address}`);
    gate = await openGate({ host, port: Number(port) }, 'silent');
    behind = await api.another({ temporalAddress: `127.0.0.1:${gate.port}`, waitMs: 500 });
    await notReady({ database: true, temporal: false, worker: false });
    await gate.set('half-open');
    await isReady();
  });

  it('PostgreSQL (half-open): what hung is given up in time and not used again', async () => {
    const url = new URL(api.rig.database.appUrl);
    gate = await openGate({ host: url.hostname, port: Number(url.port) }, 'open');
    url.port = String(gate.port);
    behind = await api.another({ databaseUrl: url.href });
    // As many connections as it will ever have.
    await Promise.all(Array.from({ length: 30 }, () => behind.get('/v1/plans')));
    await gate.set('half-open');
    const answers = await Promise.all(Array.from({ length: 12 }, () => inTime(behind.get('/v1/plans'))));
    for (const answer of answers.filter(({ status }) => status !== 200)) {
      expectFreshProblem(answer, 503, 'database-unavailable');
    }
    for (let round = 0; round < 12; round += 1) assert.equal((await behind.get('/v1/plans')).status, 200);
  });

  it('a database that goes away in the middle of requests is a 503 too', async () => {
    const url = new URL(api.rig.database.appUrl);
    gate = await openGate({ host: url.hostname, port: Number(url.port) }, 'open');
    url.port = String(gate.port);
    behind = await api.another({ databaseUrl: url.href });
    const asked = Array.from({ length: 30 }, () => inTime(behind.get('/v1/plans')));
    await gate.set('closed');
    for (const answer of await Promise.all(asked)) {
      if (answer.status !== 200) expectFreshProblem(answer, 503, 'database-unavailable');
    }
  });
});
