import assert from 'node:assert/strict';
import { planChange } from '../../api/schemas/plan-changes.ts';
import {
  apiKey,
  createApiRig,
  type Api,
  type ApiAnswer,
  type ApiRig,
  type Caller,
} from '../support/api-rig.ts';
import { askForConsent, customerAt, PRODUCT_TEMPLATES } from '../support/customer-mails.ts';
import { eventually } from '../support/eventually.ts';
import { listen } from '../support/event-stream.ts';
import { expectFreshProblem } from './expect-problem.ts';

const NOTE = { body: 'Called about the bill' };

describe('API: limits of requests', () => {
  let api: ApiRig;

  before(async () => {
    api = await createApiRig('api limits', { templates: PRODUCT_TEMPLATES });
  });
  after(() => api.close());
  beforeEach(() => api.rig.ownerKnex('request_counts').delete());

  const plans = (through: Api, as: 'agent' | 'supervisor' = 'agent') => through.get('/v1/plans', { as });
  const tooMany = (answer: ApiAnswer, name: string, points: number): void => {
    const { detail } = expectFreshProblem(answer, 429, 'too-many-requests');
    const seconds = Number(answer.headers.get('retry-after'));
    assert.ok(seconds >= 1 && seconds <= 60, `${seconds} s`);
    assert.match(detail, new RegExp(`${points} requests a minute. Wait ${seconds} s`));
    assert.equal(answer.headers.get('ratelimit'), `"${name}";r=0;t=${seconds}`);
    assert.equal(answer.headers.get('ratelimit-policy'), `"${name}";q=${points};w=60`);
  };

  it('of an agent: every answer says what is left, then 429 until the minute is over', async () => {
    const strict = await api.another({ limits: { agentRequestsPerMinute: 3 } });
    for (const left of [2, 1, 0]) {
      const answer = await plans(strict);
      assert.equal(answer.status, 200);
      assert.match(answer.headers.get('ratelimit') ?? '', new RegExp(`^"agent";r=${left};t=\\d+$`));
      assert.equal(answer.headers.get('ratelimit-policy'), '"agent";q=3;w=60');
    }
    tooMany(await plans(strict), 'agent', 3);
    tooMany(await strict.post('/v1/identifications', {}), 'agent', 3);
    tooMany(await strict.get('/v1/plan-changes/none/events'), 'agent', 3);
    assert.equal((await plans(strict, 'supervisor')).status, 200, 'a colleague is not concerned');

    await api.rig.ownerKnex('request_counts').where('key', 'like', 'agent:%').update({ expire: 0 });
    const later = await api.another({ limits: { agentRequestsPerMinute: 3 } });
    assert.equal((await plans(later)).status, 200);
  });

  it('counts in all processes together, and a restart forgets nothing', async () => {
    const limits = { agentRequestsPerMinute: 4 };
    const [one, other] = [await api.another({ limits }), await api.another({ limits })];
    for (const through of [one, other, one, other]) assert.equal((await plans(through)).status, 200);
    tooMany(await plans(one), 'agent', 4);
    tooMany(await plans(await api.another({ limits })), 'agent', 4);
  });

  it('turns a flood away from memory: the counter stays where it is', async () => {
    const strict = await api.another({ limits: { agentRequestsPerMinute: 2 } });
    for (let asked = 0; asked < 12; asked += 1) await plans(strict);
    const [points] = await api.rig.ownerKnex('request_counts').pluck<number[]>('points');
    assert.equal(points, 3);
  });

  it('is no more than a limit when many ask at once', async () => {
    const strict = await api.another({ limits: { agentRequestsPerMinute: 5 } });
    const answers = await Promise.all(Array.from({ length: 20 }, () => plans(strict)));
    assert.equal(answers.filter(({ status }) => status === 200).length, 5);
  });

  it('needs a key first: nobody uses up what is another’s', async () => {
    const strict = await api.another({ limits: { agentRequestsPerMinute: 2 } });
    const prefixOnly = `${api.keys.agent.slice(0, 12)}${'0'.repeat(24)}`;
    for (let asked = 0; asked < 4; asked += 1)
      expectFreshProblem(await strict.get('/v1/plans', { as: { key: prefixOnly } }), 401, 'unauthenticated');
    assert.equal((await plans(strict)).status, 200);
  });

  it('of an account: writing by all agents together; reading goes on', async () => {
    const strict = await api.another({ limits: { accountWritesPerMinute: 2 } });
    const [account, other] = [await api.stranger(), await api.stranger()];
    for (const as of ['agent', 'supervisor'] as const) await api.identify(account, as);
    await api.identify(other);
    const notes = `/v1/customers/${account.customerId}/notes`;
    assert.equal((await strict.post(notes, NOTE)).status, 201);
    assert.equal((await strict.post(notes, NOTE, { as: 'supervisor' })).status, 201);
    tooMany(await strict.post(notes, NOTE, { key: 'later' }), 'account', 2);
    assert.equal((await strict.get(notes)).status, 200);
    assert.equal((await strict.post(`/v1/customers/${other.customerId}/notes`, NOTE)).status, 201);

    await api.rig.ownerKnex('request_counts').delete();
    const again = await (await api.another({})).post(notes, NOTE, { key: 'later' });
    assert.equal(again.status, 201, 'the same request is taken later');
  });

  it('of an account: changes of plan and messages to them count', async () => {
    const strict = await api.another({ limits: { accountWritesPerMinute: 2 } });
    const { identificationId } = await api.identify(await api.stranger());
    const body = { identificationId, planCode: 'fiber-plus', activation: { when: 'immediately' } };
    const opened = (await strict.post('/v1/plan-changes', body)).read(planChange);
    const path = `/v1/plan-changes/${opened.planChangeId}`;
    assert.equal((await strict.post(`${path}/requote`, {})).status, 200);
    tooMany(await strict.post(`${path}/cancel`, { reason: 'no' }), 'account', 2);
    assert.equal((await strict.get(path)).read(planChange).status, 'awaiting_consent');
  });

  it('of an account: who has not identified the customer uses nothing up, and learns nothing', async () => {
    const strict = await api.another({ limits: { accountWritesPerMinute: 1 } });
    const account = await api.stranger();
    await api.identify(account, 'supervisor');
    const notes = `/v1/customers/${account.customerId}/notes`;
    for (let asked = 0; asked < 3; asked += 1)
      expectFreshProblem(await strict.post(notes, NOTE), 404, 'not-found');
    assert.equal((await strict.post(notes, NOTE, { as: 'supervisor' })).status, 201);
    expectFreshProblem(await strict.post(notes, NOTE), 404, 'not-found');
  });

  describe('of wrong keys, by client address', () => {
    const wrong = () => ({ as: { key: apiKey() } });
    /** Through a proxy that tells where it comes from. */
    const from = (address: string, as: Caller = { key: apiKey() }) => ({
      as,
      headers: { 'x-forwarded-for': address },
    });
    const refused = (answer: ApiAnswer): void => {
      const { detail } = expectFreshProblem(answer, 429, 'too-many-wrong-keys');
      const seconds = Number(answer.headers.get('retry-after'));
      assert.ok(seconds >= 1 && seconds <= 60, `${seconds} s`);
      assert.match(detail, new RegExp(`Wait ${seconds} s`));
    };

    it('401 so many times, then 429 everywhere until the minute is over, from memory', async () => {
      const strict = await api.another({ limits: { wrongKeysPerMinute: 3 } });
      for (let asked = 0; asked < 3; asked += 1)
        expectFreshProblem(await strict.get('/v1/plans', wrong()), 401, 'unauthenticated');
      refused(await strict.get('/v1/plans', wrong()));
      const statements: string[] = [];
      strict.deps.knex.on('query', ({ sql }: { sql: string }) => statements.push(sql));
      refused(await strict.post('/v1/identifications', {}, wrong()));
      refused(await strict.get('/v1/plan-changes/none/events', wrong()));
      refused(await strict.get('/v1/session', { as: { key: 'no key at all' } }));
      assert.deepEqual(statements, []);
      // A guess that is right is not told from one that is wrong.
      refused(await strict.get('/v1/plans', { as: 'supervisor' }));
      // Who presents no key guesses nothing.
      expectFreshProblem(await strict.get('/v1/plans', { as: null }), 401, 'unauthenticated');
    });

    it('counts no right key, and lets those that are in use at the address go on', async () => {
      const strict = await api.another({ limits: { wrongKeysPerMinute: 2 } });
      for (let asked = 0; asked < 5; asked += 1) assert.equal((await plans(strict)).status, 200);
      for (let asked = 0; asked < 2; asked += 1)
        expectFreshProblem(await strict.get('/v1/plans', wrong()), 401, 'unauthenticated');
      refused(await strict.get('/v1/plans', wrong()));
      assert.equal((await plans(strict)).status, 200);
      try {
        await api.rig
          .ownerKnex('api_keys')
          .where({ agent_id: api.agentIds.agent })
          .update({ revoked_at: new Date() });
        refused(await plans(strict));
      } finally {
        await api.rig.ownerKnex('api_keys').update({ revoked_at: null });
      }
    });

    it('counts in all processes together, and each address, of IPv6 each /64, for itself', async () => {
      const limits = { wrongKeysPerMinute: 2 };
      const [one, other] = [await api.another({ limits }), await api.another({ limits })];
      for (const [address, neighbour, elsewhere] of [
        ['192.0.2.1', '192.0.2.1', '192.0.2.2'],
        ['2001:db8:0:1::1', '2001:db8:0:1:ffff::2', '2001:db8:0:2::1'],
      ] as const) {
        for (const through of [one, other])
          expectFreshProblem(await through.get('/v1/plans', from(address)), 401, 'unauthenticated');
        refused(await one.get('/v1/plans', from(neighbour)));
        refused(await other.get('/v1/plans', from(address)));
        expectFreshProblem(await one.get('/v1/plans', from(elsewhere)), 401, 'unauthenticated');
        assert.equal((await one.get('/v1/plans', from(elsewhere, 'auditor'))).status, 200);
      }
    });
  });

  it('of event streams: so many are open of one agent, in words that name the next step', async () => {
    const strict = await api.another({ limits: { eventStreamsPerAgent: 2 } });
    const account = await api.stranger();
    const { planChangeId } = await api.opened(account);
    await api.identify(account, 'supervisor');
    const path = `/v1/plan-changes/${planChangeId}/events`;
    const listenAs = (as: 'agent' | 'supervisor') => listen(strict.origin + path, api.keys[as], {});
    const streams = [await listenAs('agent'), await listenAs('agent')];
    try {
      const { detail } = expectFreshProblem(await strict.get(path), 429, 'too-many-streams');
      assert.match(detail, /2 event streams open.*Close one.*GET \/v1\/plan-changes/);
      streams.push(await listenAs('supervisor'));
      assert.equal(streams[2]?.status, 200, 'a colleague is not concerned');
      // What never became a stream holds no place.
      for (let asked = 0; asked < 3; asked += 1)
        expectFreshProblem(await strict.get('/v1/plan-changes/none/events', { as: 'ops' }), 404, 'not-found');
      streams[0]?.close();
      const again = await eventually(async () => {
        const stream = await listenAs('agent');
        streams.push(stream);
        return stream.status === 200 ? stream : undefined;
      });
      assert.equal(await again.until('awaiting_consent').then(() => again.status), 200);
      assert.equal((await strict.get(`/v1/plan-changes/${planChangeId}`)).status, 200);
    } finally {
      for (const stream of streams) stream.close();
    }
  });

  it('of a customer’s link: looks and answers, for programs and for people', async () => {
    const strict = await api.another({ limits: { consentLinkRequestsPerMinute: 2 } });
    const { planChangeId } = await api.opened(await api.stranger());
    const path = await askForConsent(api, planChangeId);
    const json = { headers: { accept: 'application/json' }, as: null };
    const seen = await strict.get(path, json);
    assert.deepEqual([seen.status, seen.headers.get('ratelimit-policy')], [200, '"consent-link";q=2;w=60']);
    assert.equal((await customerAt({ ...api, ...strict }, path).look()).status, 200);
    tooMany(await strict.get(path, json), 'consent-link', 2);
    const page = await strict.get(path, { as: null, headers: { accept: 'text/html' } });
    assert.equal(page.status, 429);
    assert.match(page.headers.get('content-type') ?? '', /^text\/html/);
    assert.ok(Number(page.headers.get('retry-after')) > 0);
    const unknown = `/consent/${'x'.repeat(43)}`;
    for (let asked = 0; asked < 4; asked += 1)
      expectFreshProblem(await strict.get(unknown, json), 410, 'link-unknown');
  });

  it('asks the database once more for each request, not twice', async () => {
    const counting = await api.another({});
    const statements: string[] = [];
    counting.deps.knex.on('query', ({ sql }: { sql: string }) => statements.push(sql));
    await plans(counting);
    assert.equal(statements.filter((sql) => sql.includes('request_counts')).length, 1);
    const { planChangeId } = await api.opened(await api.stranger());
    statements.length = 0;
    await counting.get(`/v1/plan-changes/${planChangeId}`);
    assert.equal(statements.filter((sql) => sql.includes('request_counts')).length, 1);
  });

  it('of bodies and pages', async () => {
    const large = { accountNumber: 'x'.repeat(33 * 1_024) };
    const { detail } = expectFreshProblem(
      await api.post('/v1/identifications', large),
      413,
      'body-too-large',
    );
    assert.match(detail, /32 kB/);
    assert.equal((await api.get('/v1/plan-changes?limit=100')).status, 200);
    expectFreshProblem(await api.get('/v1/plan-changes?limit=101'), 422, 'invalid-input');
  });
});
