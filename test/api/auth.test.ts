import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { apiKey, createApiRig, type ApiAnswer, type ApiRig } from '../support/api-rig.ts';
import { openApi, routes } from './documented.ts';
import { expectFreshProblem } from './expect-problem.ts';

describe('API: keys', () => {
  let api: ApiRig;

  before(async () => {
    api = await createApiRig('api keys', { worker: false });
  });
  after(() => api.close());

  const withHeader = (authorization: string): Promise<ApiAnswer> =>
    api.get('/v1/plans', { as: null, headers: { authorization } });
  const addKey = async (changed: object = {}): Promise<string> => {
    const key = apiKey();
    await api.rig.ownerKnex('api_keys').insert({
      agent_id: api.agentIds.agent,
      prefix: key.slice(3, 11),
      key_sha256: createHash('sha256').update(key).digest('hex'),
      ...changed,
    });
    return key;
  };

  it('are asked for by every operation but the public ones', async () => {
    const { paths } = await openApi(api);
    const id = '019b1f6e-7c1a-7b5e-9a53-2f5f4f1d8c11';
    for (const { path, method, access, operationId } of routes(api)) {
      const isPublic = paths[path]?.[method]?.security?.length === 0;
      assert.equal(isPublic, access === 'public', operationId);
      const concrete = path.replace(/\{\w+\}/, id);
      const answer =
        method === 'get' ? await api.get(concrete, { as: null }) : await api.post(concrete, {}, { as: null });
      if (isPublic) assert.notEqual(answer.status, 401, operationId);
      else expectFreshProblem(answer, 401, 'unauthenticated');
    }
    expectFreshProblem(await api.get(`/v1/plan-changes/${id}/events`, { as: null }), 401, 'unauthenticated');
  });

  it('that are missing, malformed, unknown, expired or revoked get one and the same answer', async () => {
    const known = api.keys.agent;
    const past = new Date(Date.now() - 1_000);
    const headers = [
      '',
      'Bearer',
      'Bearer ',
      known,
      `Basic ${known}`,
      `Bearer ${known} ${known}`,
      `Bearer ${known}, Bearer ${known}`,
      `Bearer ${known}x`,
      `Bearer ${known.slice(0, -1)}`,
      `Bearer ${known.toUpperCase()}`,
      `Bearer ${known.slice(0, 12)}${'0'.repeat(24)}`,
      `Bearer ${apiKey()}`,
      `Bearer pc_${'%'.repeat(8)}_${'a'.repeat(24)}`,
      `Bearer pc_' OR 1=1_${'a'.repeat(24)}`,
      `Bearer pc_aaaaaaaa_${'a'.repeat(8_000)}`,
      `Bearer ${await addKey({ expires_at: past })}`,
      `Bearer ${await addKey({ revoked_at: past })}`,
    ];
    const bodies = new Set<string>();
    for (const header of headers) {
      const answer = await withHeader(header);
      const { requestId, ...rest } = expectFreshProblem(answer, 401, 'unauthenticated');
      assert.ok(requestId);
      assert.equal(answer.headers.get('www-authenticate'), 'Bearer');
      bodies.add(JSON.stringify(rest));
    }
    assert.equal(bodies.size, 1);
    expectFreshProblem(await api.get(`/v1/plans?key=${known}`, { as: null }), 401, 'unauthenticated');
  });

  it('work whatever the case of the scheme, until they expire', async () => {
    assert.equal((await withHeader(`bearer ${api.keys.agent}`)).status, 200);
    assert.equal((await withHeader(`BEARER  ${api.keys.agent}`)).status, 200);
    const key = await addKey({ expires_at: new Date(Date.now() + 3_600_000) });
    assert.equal((await api.get('/v1/plans', { as: { key } })).status, 200);
  });

  it('of one agent are one agent: a new key goes on where the old one was', async () => {
    const { customerId } = (await api.identify(await api.stranger())).customer;
    const as = { key: await addKey() };
    assert.equal((await api.get(`/v1/customers/${customerId}/notes`, { as })).status, 200);
    const path = `/v1/customers/${customerId}/notes`;
    const first = await api.post(path, { body: 'Before the rotation' }, { key: 'rotation' });
    const again = await api.post(path, { body: 'Before the rotation' }, { key: 'rotation', as });
    assert.equal(again.text, first.text);
  });

  it('are stored as their hash and never logged', async () => {
    const rows = await api.rig.ownerKnex('api_keys');
    const stored = JSON.stringify([rows, api.logs]);
    for (const key of Object.values(api.keys)) assert.ok(!stored.includes(key.slice(12)));
  });
});
