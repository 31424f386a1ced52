import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import http from 'node:http';
import { planChange, type PlanChangeJson } from '../../api/schemas/plan-changes.ts';
import { createApiRig, verbalConsent, type ApiRig, type Caller } from '../support/api-rig.ts';
import { planChangeWorkflowId, UPDATE } from '../../workflows/contract.ts';
import { eventually } from '../support/eventually.ts';
import { listen, type EventStream } from '../support/event-stream.ts';
import { expectProblem } from './expect-problem.ts';

describe('API: live status', () => {
  let api: ApiRig;
  const streams: EventStream[] = [];
  before(async () => {
    api = await createApiRig('api events');
  });
  after(() => api.close());
  afterEach(() => {
    for (const stream of streams.splice(0)) stream.close();
  });

  const opened = async (activation: object = { when: 'end_of_cycle' }): Promise<PlanChangeJson> =>
    api.opened(await api.stranger(), { activation });
  const pathOf = ({ planChangeId }: PlanChangeJson): string => `/v1/plan-changes/${planChangeId}/events`;
  const open = async (change: PlanChangeJson, options: { after?: string; origin?: string } = {}) => {
    const headers = options.after === undefined ? {} : { 'last-event-id': options.after };
    const stream = await listen((options.origin ?? api.origin) + pathOf(change), api.keys.agent, headers);
    streams.push(stream);
    return stream;
  };
  const act = async ({ planChangeId }: PlanChangeJson, message: string, body: object) =>
    (await api.post(`/v1/plan-changes/${planChangeId}/${message}`, body)).read(planChange);
  const consent = (change: PlanChangeJson) => act(change, 'consent', verbalConsent(change.quote?.hash ?? ''));
  const cancel = (change: PlanChangeJson) => act(change, 'cancel', { reason: 'no more' });

  it('streams every status in order, from the first on, and ends with the change', async () => {
    const change = await opened();
    const stream = await open(change);
    assert.equal(stream.status, 200);
    assert.equal(stream.headers.get('content-type'), 'text/event-stream');
    assert.equal(stream.headers.get('cache-control'), 'no-store');
    await stream.until('awaiting_consent');
    await consent(change);
    await stream.until('scheduled');
    await act(change, 'reschedule', { activation: { when: 'immediately' } });
    await cancel(change);
    assert.deepEqual(await stream.end(), ['awaiting_consent', 'scheduled', 'awaiting_consent', 'cancelled']);

    const rows = await api.rig
      .knex('plan_change_transitions')
      .where({ plan_change_id: change.planChangeId })
      .orderBy('id')
      .select<{ id: bigint; at: Date }[]>('id', 'at');
    assert.deepEqual(
      stream.events.map(({ id, planChangeId, at }) => [id, planChangeId, Date.parse(at)]),
      rows.map(({ id, at }) => [String(id), change.planChangeId, at.getTime()]),
    );
  });

  it('shows an immediate change becoming complete', async () => {
    const change = await opened({ when: 'immediately' });
    const stream = await open(change);
    await consent(change);
    const statuses = await stream.end();
    assert.deepEqual([statuses[0], ...statuses.slice(-2)], ['awaiting_consent', 'activated', 'completed']);
  });

  it('tells of a new quote and of a mail, which are no status', async () => {
    const change = await opened({ when: 'immediately' });
    const stream = await open(change);
    const told = (what: string, from: number) =>
      eventually(() => Promise.resolve(stream.changes() > from || undefined), { what });
    await stream.until('awaiting_consent');
    const atFirst = stream.changes();
    const requoted = await act(change, 'requote', {});
    await told('the new quote', atFirst);
    const quoted = stream.changes();
    await api.post(`/v1/plan-changes/${change.planChangeId}/consent-link`, {});
    await told('the mail that asks for consent', quoted);
    const { notices } = (await api.get(`/v1/plan-changes/${change.planChangeId}`)).read(planChange);
    const asked = notices.map(({ kind, quoteHash }) => ({ kind, quoteHash }));
    assert.deepEqual(asked, [{ kind: 'consent_request', quoteHash: requoted.quote?.hash }]);
    assert.deepEqual(stream.statuses(), ['awaiting_consent']);
  });

  it('goes on after Last-Event-ID, with nothing twice and nothing left out', async () => {
    const change = await opened();
    await consent(change);
    const first = await open(change);
    await first.until('scheduled');
    first.close();
    const [quoted, scheduled] = first.events;
    await act(change, 'reschedule', { activation: { when: 'immediately' } });
    const second = await open(change, { after: scheduled?.id ?? '' });
    await second.until('awaiting_consent');
    await cancel(change);
    assert.deepEqual(await second.end(), ['awaiting_consent', 'cancelled']);
    assert.deepEqual(await (await open(change, { after: quoted?.id ?? '' })).end(), [
      'scheduled',
      'awaiting_consent',
      'cancelled',
    ]);
    const all = ['awaiting_consent', 'scheduled', 'awaiting_consent', 'cancelled'];
    for (const after of ['', 'nonsense', '-1', '9'.repeat(30)])
      assert.deepEqual(await (await open(change, { after })).end(), all, after);
    // Nothing will ever follow the last: 204 keeps a browser from connecting again.
    const nothing = await open(change, { after: second.events.at(-1)?.id ?? '' });
    assert.deepEqual([nothing.status, await nothing.end()], [204, []]);
  });

  it('tells every listener of its own change only', async () => {
    const [one, other] = [await opened(), await opened()];
    const [first, second, elsewhere] = [await open(one), await open(one), await open(other)];
    await Promise.all([first, second, elsewhere].map((stream) => stream.until('awaiting_consent')));
    await cancel(one);
    for (const stream of [first, second])
      assert.deepEqual(await stream.end(), ['awaiting_consent', 'cancelled']);
    assert.deepEqual(elsewhere.statuses(), ['awaiting_consent']);
    assert.ok(elsewhere.events.every(({ planChangeId }) => planChangeId === other.planChangeId));
  });

  it('is for those who may see the change', async () => {
    const change = await opened();
    const ask = (path: string, as: Caller) => api.get(path, { as });
    expectProblem(await ask(pathOf(change), null), 401, 'unauthenticated');
    expectProblem(await ask(pathOf(change), 'supervisor'), 404, 'not-found');
    for (const id of [randomUUID(), 'nonsense'])
      expectProblem(await ask(`/v1/plan-changes/${id}/events`, 'agent'), 404, 'not-found');
    const head = await api.call(pathOf(change), {
      method: 'HEAD',
      headers: { authorization: `Bearer ${api.keys.agent}` },
    });
    assert.deepEqual([head.status, head.text], [200, '']);
    await cancel(change);
    for (const as of ['ops', 'auditor'] as const)
      assert.match((await ask(pathOf(change), as)).text, /"status":"cancelled"/);
  });

  it('survives the loss of its database connection', async () => {
    const change = await opened();
    const stream = await open(change);
    await stream.until('awaiting_consent');
    const ended = await api.rig
      .ownerKnex('pg_stat_activity')
      .where({ application_name: 'plan-change events', datname: api.rig.database.name })
      .select<object[]>(api.rig.ownerKnex.raw('pg_terminate_backend(pid)'));
    assert.equal(ended.length, 1);
    // While nobody listens.
    await consent(change);
    await stream.until('scheduled');
    await cancel(change);
    assert.deepEqual(await stream.end(), ['awaiting_consent', 'scheduled', 'cancelled']);
  });

  for (const [what, end] of [
    ['key was revoked', () => api.rig.ownerKnex('api_keys').update({ revoked_at: new Date() })],
    ['key expired', () => api.rig.ownerKnex('api_keys').update({ expires_at: new Date() })],
    [
      'identification expired',
      () =>
        api.rig.ownerKnex('identifications').update({ verified_at: new Date(0), expires_at: new Date(1) }),
    ],
  ] as const) {
    it(`tells nothing more to whoever listens when the ${what}`, async () => {
      const change = await opened();
      const stream = await open(change);
      await stream.until('awaiting_consent');
      await end();
      try {
        await api.worker?.client.workflow
          .getHandle(planChangeWorkflowId(change.planChangeId))
          .executeUpdate(UPDATE.cancel, { args: [{ remarkId: null, author: { type: 'ops', id: null } }] });
        assert.deepEqual(await stream.end(), ['awaiting_consent']);
      } finally {
        await api.rig.ownerKnex('api_keys').update({ revoked_at: null, expires_at: null });
      }
    });
  }

  it('opens one database connection for all listeners', async () => {
    const change = await opened();
    const many = await Promise.all(Array.from({ length: 8 }, () => open(change)));
    await Promise.all(many.map((stream) => stream.until('awaiting_consent')));
    const connections = await api.rig.ownerKnex('pg_stat_activity').where({
      application_name: 'plan-change events',
      datname: api.rig.database.name,
    });
    assert.equal(connections.length, 1);
  });

  it('ends when the server closes, so that listeners go on at another', async () => {
    const change = await opened();
    const other = await api.another({});
    const stream = await open(change, { origin: other.origin });
    await stream.until('awaiting_consent');
    await other.deps.statusEvents.close();
    assert.deepEqual(await stream.end(), ['awaiting_consent']);
    // Whoever still connects is not kept waiting.
    assert.ok((await (await open(change, { origin: other.origin })).end()).length <= 1);
    // Whoever has seen everything is told at once that they are connected.
    const asked = Date.now();
    const again = await open(change, { after: stream.events.at(-1)?.id ?? '' });
    assert.ok(Date.now() - asked < 10_000, 'the answer began only with the heartbeat');
    await cancel(change);
    assert.deepEqual(await again.end(), ['cancelled']);
  });

  /** An API that counts who listens. */
  const counting = async () => {
    const other = await api.another({});
    const { statusEvents } = other.deps;
    const subscribe = statusEvents.subscribe.bind(statusEvents);
    const counts = { subscribed: 0, unsubscribed: 0 };
    Object.assign(statusEvents, {
      subscribe: (...asked: Parameters<typeof subscribe>) => {
        counts.subscribed += 1;
        const unsubscribe = subscribe(...asked);
        return () => {
          counts.unsubscribed += 1;
          unsubscribe();
        };
      },
    });
    return { other, counts };
  };

  it('forgets listeners that have gone', async () => {
    const { other, counts } = await counting();
    const change = await opened();
    const [gone, staying] = [
      await open(change, { origin: other.origin }),
      await open(change, { origin: other.origin }),
    ];
    await Promise.all([gone, staying].map((stream) => stream.until('awaiting_consent')));
    gone.close();
    await gone.end();
    await eventually(() => Promise.resolve(counts.unsubscribed === 1 || undefined));
    await cancel(change);
    await staying.end();
    assert.deepEqual(gone.statuses(), ['awaiting_consent']);
    await eventually(() => Promise.resolve(counts.unsubscribed === 2 || undefined));
    assert.equal(counts.subscribed, 2);
    assert.ok(!other.logs.some((line) => line.includes('"level":50')));
  });

  it('does not begin to listen for who has left before the answer began', async () => {
    const { other, counts } = await counting();
    const change = await opened();
    const lock = await api.rig.ownerKnex.transaction();
    try {
      await lock.raw('LOCK TABLE plan_changes IN ACCESS EXCLUSIVE MODE');
      const early = Array.from({ length: 4 }, () => {
        const request = http.get(other.origin + pathOf(change), {
          headers: { authorization: `Bearer ${api.keys.agent}` },
        });
        request.on('error', () => undefined);
        return request;
      });
      await eventually(async () => {
        const waiting = await api.rig.ownerKnex('pg_stat_activity').where({
          application_name: 'api under test',
          datname: api.rig.database.name,
          wait_event_type: 'Lock',
        });
        return waiting.length === early.length || undefined;
      });
      for (const request of early) request.destroy();
      await eventually(() => {
        const aborted = other.logs.filter((line) => line.includes('request aborted'));
        return Promise.resolve(aborted.length === early.length || undefined);
      });
    } finally {
      await lock.rollback();
    }
    // What asks after them is answered after them.
    for (const stream of [
      await open(change, { origin: other.origin }),
      await open(change, { origin: other.origin }),
    ])
      await stream.until('awaiting_consent');
    assert.equal(counts.subscribed, 2);
  });
});
