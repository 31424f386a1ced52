import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { session as sessionShape } from '../../api/schemas/session.ts';
import { apiKey, createApiRig, type ApiAnswer, type ApiRig } from '../support/api-rig.ts';
import { expectFreshProblem } from './expect-problem.ts';

/** What the browser sends with every request of a page of ours that changes something. */
const OURS = { 'x-requested-by': 'console', 'sec-fetch-site': 'same-origin' };

describe('API: session of the console', () => {
  let api: ApiRig;
  before(async () => {
    api = await createApiRig('api session', { worker: false });
  });
  after(() => api.close());
  beforeEach(() => api.rig.ownerKnex('rate_limits').delete());

  const signIn = (key: string, headers: Record<string, string> = {}): Promise<ApiAnswer> =>
    api.post('/v1/session', { key }, { as: null, key: null, headers });
  const setCookie = (answer: ApiAnswer): string => answer.headers.getSetCookie()[0] ?? '';
  const cookieOf = (answer: ApiAnswer): string => setCookie(answer).split(';')[0] ?? '';
  const signedIn = async (key: string = api.keys.agent): Promise<string> => cookieOf(await signIn(key));
  const get = (path: string, cookie: string): Promise<ApiAnswer> =>
    api.get(path, { as: null, headers: { cookie } });
  const addKey = async (): Promise<{ key: string; sha256: string }> => {
    const key = apiKey();
    const sha256 = createHash('sha256').update(key).digest('hex');
    const row = { agent_id: api.agentIds.agent, prefix: key.slice(3, 11), key_sha256: sha256 };
    await api.rig.ownerKnex('api_keys').insert(row);
    return { key, sha256 };
  };

  it('exchanges a key for a cookie that scripts and other sites cannot use, and keeps only its hash', async () => {
    const answer = await signIn(api.keys.supervisor);
    assert.equal(answer.status, 201);
    const { agentId, name, role, expiresAt } = answer.read(sessionShape);
    assert.deepEqual([agentId, name, role], [api.agentIds.supervisor, 'dev-supervisor', 'supervisor']);
    const hours = (Date.parse(expiresAt ?? '') - Date.now()) / 3_600_000;
    assert.ok(hours > 11.9 && hours <= 12.01, expiresAt ?? '');
    assert.match(
      setCookie(answer),
      /^plan-change-session=[\w-]{43}; Max-Age=43200; Path=\/; HttpOnly; SameSite=Strict$/,
    );
    const [, token = ''] = cookieOf(answer).split('=');
    const stored = JSON.stringify(await api.rig.ownerKnex('agent_sessions'));
    assert.ok(!stored.includes(token) && !answer.text.includes(token) && !api.logs.join('').includes(token));
    assert.ok(stored.includes(createHash('sha256').update(token).digest('hex')));
  });

  it('says who is asking, by cookie as by key', async () => {
    const byCookie = (await get('/v1/session', await signedIn())).read(sessionShape);
    const byKey = (await api.get('/v1/session')).read(sessionShape);
    assert.deepEqual({ ...byCookie, expiresAt: null }, byKey);
    assert.equal(byKey.role, 'agent');
  });

  it('answers nobody without an error, and a key that does not hold with one', async () => {
    const nobody = await api.get('/v1/session', { as: null });
    assert.deepEqual([nobody.status, nobody.text], [204, '']);
    const answer = await api.get('/v1/session', { as: { key: apiKey() } });
    expectFreshProblem(answer, 401, 'unauthenticated');
  });

  it('opens the same routes as the key, with the same rights', async () => {
    const cookie = await signedIn();
    assert.equal((await get('/v1/plans', cookie)).status, 200);
    const { accountNumber, fullName, serviceAddress } = await api.stranger();
    const details = { accountNumber, fullName, serviceAddress };
    const headers = { cookie, ...OURS };
    assert.equal((await api.post('/v1/identifications', details, { as: null, headers })).status, 201);
    const auditor = { cookie: await signedIn(api.keys.auditor), ...OURS };
    expectFreshProblem(
      await api.post('/v1/identifications', details, { as: null, headers: auditor }),
      403,
      'role-not-allowed',
    );
  });

  it('does nothing that another site sends: by form, by script or without the header', async () => {
    const cookie = await signedIn();
    const foreign: Record<string, string>[] = [
      {},
      { 'sec-fetch-site': 'same-origin' },
      { 'x-requested-by': 'console', 'sec-fetch-site': 'cross-site' },
      { 'x-requested-by': 'console', 'sec-fetch-site': 'same-site' },
      { 'x-requested-by': 'console', 'sec-fetch-site': 'none' },
      { 'x-requested-by': 'console', origin: 'https://evil.example' },
      { 'x-requested-by': 'console', origin: 'null' },
    ];
    for (const headers of foreign) {
      const options = { as: null, headers: { cookie, ...headers } };
      const body = { accountNumber: 'x', fullName: 'x', serviceAddress: 'x' };
      expectFreshProblem(await api.post('/v1/identifications', body, options), 403, 'cross-site-request');
      const out = await api.call('/v1/session', { method: 'DELETE', headers: { cookie, ...headers } });
      expectFreshProblem(out, 403, 'cross-site-request');
    }
    assert.equal((await get('/v1/session', cookie)).status, 200);
    const byOrigin = { cookie, 'x-requested-by': 'console', origin: api.origin };
    assert.equal((await api.call('/v1/session', { method: 'DELETE', headers: byOrigin })).status, 204);
    expectFreshProblem(
      await signIn(api.keys.agent, { origin: 'https://evil.example' }),
      403,
      'cross-site-request',
    );
  });

  it('ends with sign-out, for everybody who has the cookie', async () => {
    const cookie = await signedIn();
    const answer = await api.call('/v1/session', { method: 'DELETE', headers: { cookie, ...OURS } });
    assert.equal(answer.status, 204);
    assert.match(setCookie(answer), /^plan-change-session=; Max-Age=0; /);
    assert.equal((await get('/v1/session', cookie)).status, 204);
    expectFreshProblem(await get('/v1/plans', cookie), 401, 'unauthenticated');
  });

  it('ends when its key is revoked or expires, when it is idle for an hour, and after twelve hours', async () => {
    const sessions = () => api.rig.ownerKnex('agent_sessions').orderBy('created_at', 'desc').limit(1);
    const newest = async () => (await sessions())[0] as { id: string; api_key_id: string };
    const ago = (minutes: number): Date => new Date(Date.now() - minutes * 60_000);
    const endings: [string, (of: { id: string; api_key_id: string }) => Promise<unknown>][] = [
      [
        'revoked',
        ({ api_key_id: id }) =>
          api.rig
            .ownerKnex('api_keys')
            .where({ id })
            .update({ revoked_at: ago(1) }),
      ],
      [
        'expired',
        ({ api_key_id: id }) =>
          api.rig
            .ownerKnex('api_keys')
            .where({ id })
            .update({ expires_at: ago(1) }),
      ],
      [
        'idle',
        ({ id }) =>
          api.rig
            .ownerKnex('agent_sessions')
            .where({ id })
            .update({ used_at: ago(61) }),
      ],
      [
        'over',
        ({ id }) =>
          api.rig
            .ownerKnex('agent_sessions')
            .where({ id })
            .update({ expires_at: ago(1) }),
      ],
    ];
    for (const [name, end] of endings) {
      const cookie = await signedIn((await addKey()).key);
      assert.equal((await get('/v1/session', cookie)).status, 200, name);
      await end(await newest());
      assert.equal((await get('/v1/session', cookie)).status, 204, name);
      expectFreshProblem(await get('/v1/plans', cookie), 401, 'unauthenticated');
    }
  });

  it('stays while it is used, and is not used by a page that only listens', async () => {
    const cookie = await signedIn();
    const half = new Date(Date.now() - 30 * 60_000);
    const usedAt = async (): Promise<number> => {
      const [row] = (await api.rig.ownerKnex('agent_sessions').orderBy('created_at', 'desc').limit(1)) as {
        used_at: string | Date;
      }[];
      return new Date(row?.used_at ?? 0).getTime();
    };
    await api.rig.ownerKnex('agent_sessions').update({ used_at: half });
    await api.get('/v1/session', { as: null, headers: { cookie, accept: 'text/event-stream' } });
    assert.equal(await usedAt(), half.getTime());
    await get('/v1/session', cookie);
    assert.ok((await usedAt()) > Date.now() - 60_000);
  });

  it('never outlives its key', async () => {
    const { key, sha256 } = await addKey();
    const expires = new Date(Date.now() + 60_000);
    await api.rig.ownerKnex('api_keys').where({ key_sha256: sha256 }).update({ expires_at: expires });
    const { expiresAt } = (await signIn(key)).read(sessionShape);
    assert.equal(Date.parse(expiresAt ?? ''), expires.getTime());
  });

  it('refuses a wrong key without saying why', async () => {
    expectFreshProblem(await signIn(apiKey()), 401, 'unauthenticated');
    expectFreshProblem(await signIn(''), 422, 'invalid-input');
  });

  it('counts wrong keys with those of the API: an office whose colleague tries many goes on', async () => {
    const strict = await api.another({ limits: { wrongKeysPerMinute: 3 } });
    const headers = { 'x-forwarded-for': '192.0.2.77' };
    const signInTo = (key: string) => strict.post('/v1/session', { key }, { as: null, headers });
    assert.equal((await signInTo(api.keys.agent)).status, 201);
    for (let tried = 0; tried < 3; tried += 1)
      expectFreshProblem(await signInTo(apiKey()), 401, 'unauthenticated');
    const refused = await signInTo(apiKey());
    expectFreshProblem(refused, 429, 'too-many-wrong-keys');
    assert.ok(Number(refused.headers.get('retry-after')) > 0);
    expectFreshProblem(
      await strict.get('/v1/plans', { as: { key: apiKey() }, headers }),
      429,
      'too-many-wrong-keys',
    );
    assert.equal((await signInTo(api.keys.agent)).status, 201);
  });
});
