import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { openApiDocument } from '../../api/openapi.ts';
import { problem } from '../../api/schemas/common.ts';
import { AGENT_ROLES } from '../../dev/seed/seed-agents.ts';
import type { TestAccount } from '../../dev/seed/test-account.ts';
import { apiKey, createApiRig, verbalConsent, type ApiRig, type Caller } from '../support/api-rig.ts';
import { ACCESS_TABLE, unmatched, type AccessRow } from './access-table.ts';
import { openApi, routes, type OpenApi } from './documented.ts';
import { samplesOf } from './json-samples.ts';

interface Operation {
  readonly operationId: string;
  readonly method: string;
  readonly path: string;
}

/** A customer with an open change, and the body that fits the operation. */
interface Stage {
  readonly account: TestAccount;
  readonly planChangeId: string;
  /** An identification of whoever asks, where they have one. */
  readonly identificationId: string;
}

const operationsOf = (document: Pick<OpenApi, 'paths'>): Operation[] =>
  Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, { operationId }]) => ({ operationId, method, path })),
  );

/** Every operation of the document × everybody who may ask. */
describe('API: access matrix', function () {
  this.timeout(120_000);
  let api: ApiRig;
  let document: OpenApi;

  before(async () => {
    api = await createApiRig('api access matrix');
    document = await openApi(api);
  });
  after(() => api.close());

  const keyOf = async (changed: object): Promise<Caller> => {
    const key = apiKey();
    await api.rig.ownerKnex('api_keys').insert({
      agent_id: api.agentIds.supervisor,
      prefix: key.slice(3, 11),
      key_sha256: createHash('sha256').update(key).digest('hex'),
      ...changed,
    });
    return { key };
  };
  /** A change that a colleague of its own opened, so that nobody here has identified its customer. */
  const stage = async (): Promise<Stage> => {
    const account = await api.stranger();
    const { id } = (await api.rig
      .ownerKnex('agents')
      .insert({ handle: `colleague-${account.customerId}`, role: 'agent' })
      .returning('id')
      .then(([made]: { id: string }[]) => made)) ?? { id: '' };
    const key = apiKey();
    const sha256 = createHash('sha256').update(key).digest('hex');
    await api.rig
      .ownerKnex('api_keys')
      .insert({ agent_id: id, prefix: key.slice(3, 11), key_sha256: sha256 });
    const { planChangeId } = await api.opened(account, {}, { key });
    const { identificationId } = await api.identify(account, { key });
    return { account, planChangeId, identificationId };
  };
  const bodyOf = ({ operationId, method, path }: Operation, on: Stage): unknown => {
    const { account, identificationId } = on;
    if (operationId === 'identifyCustomer') {
      const { accountNumber, fullName, serviceAddress } = account;
      return { accountNumber, fullName, serviceAddress };
    }
    const schema = document.paths[path]?.[method]?.requestBody?.content['application/json']?.schema;
    const sample = schema && samplesOf(schema, document.components.schemas)[0];
    if (operationId === 'openPlanChange')
      return { identificationId, planCode: 'fiber-plus', activation: { when: 'immediately' } };
    if (operationId === 'recordConsent') return verbalConsent('0'.repeat(64));
    if (operationId === 'signIn') return { key: api.keys.agent };
    if (operationId === 'recommendPlans') return { identificationId, needs: {} };
    if (operationId === 'reschedulePlanChange') return { activation: { when: 'end_of_cycle' } };
    if (operationId === 'revertPlanChange') return { identificationId, activation: { when: 'immediately' } };
    return sample;
  };
  const idIn = (path: string, on: Stage): string => {
    if (path.includes('/customers/')) return on.account.customerId;
    return path.includes('/identifications/') ? on.identificationId : on.planChangeId;
  };
  const ask = async (
    operation: Operation,
    as: Caller,
    on: Stage,
  ): Promise<{ status: number; code: string }> => {
    const { method } = operation;
    const path = operation.path
      .replace('{version}', '2025-02')
      .replace('{token}', 'x'.repeat(43))
      .replace('{id}', idIn(operation.path, on));
    if (operation.operationId === 'streamPlanChangeEvents') return askForStream(path, as);
    const answer =
      method === 'get'
        ? await api.get(path, { as })
        : method === 'delete'
          ? await api.call(path, { method: 'DELETE', headers: { 'x-requested-by': 'a test' } })
          : await api.post(path, bodyOf(operation, on), { as });
    const isProblem = answer.headers.get('content-type')?.startsWith('application/problem+json');
    return { status: answer.status, code: isProblem ? answer.read(problem).code : '' };
  };
  /** A stream that begins has no end. */
  const askForStream = async (path: string, as: Caller): Promise<{ status: number; code: string }> => {
    const stop = new AbortController();
    const key = typeof as === 'string' ? api.keys[as] : as?.key;
    const answer = await fetch(api.origin + path, {
      headers: key === undefined ? {} : { authorization: `Bearer ${key}` },
      signal: stop.signal,
    });
    const code =
      answer.status === 200 ? '' : z.looseObject({ code: z.string() }).parse(await answer.json()).code;
    stop.abort();
    return { status: answer.status, code };
  };
  const rowOf = ({ operationId }: Operation): AccessRow => {
    const row = ACCESS_TABLE[operationId];
    assert.ok(row, `${operationId} has no row in test/api/access-table.ts: say who may call it`);
    return row;
  };
  const expectAnswers = async (
    as: Caller,
    expected: (row: AccessRow, operation: Operation) => { status: number; code?: string } | undefined,
    on: (operation: Operation, row: AccessRow) => Promise<Stage>,
  ): Promise<void> => {
    let asked = 0;
    for (const operation of operationsOf(document)) {
      const row = rowOf(operation);
      const wanted = expected(row, operation);
      if (!wanted) continue;
      asked += 1;
      const seen = await ask(operation, as, await on(operation, row));
      const what = `${operation.operationId}: ${JSON.stringify(seen)}`;
      assert.equal(seen.status, wanted.status, what);
      if (wanted.code !== undefined) assert.equal(seen.code, wanted.code, what);
    }
    assert.ok(asked >= 7, `only ${asked} operations were asked`);
  };

  it('has a row for every operation of the document, and no other', () => {
    const operationIds = operationsOf(document).map(({ operationId }) => operationId);
    assert.deepEqual(unmatched(operationIds), { withoutRow: [], withoutOperation: [] });
    for (const { operationId, access } of routes(api))
      assert.deepEqual(access, ACCESS_TABLE[operationId]?.roles, operationId);
  });

  it('fails for a route that somebody adds without a row', () => {
    const added = {
      ...(routes(api)[0] ?? assert.fail()),
      path: '/v1/everything',
      operationId: 'showEverything',
    };
    const grown = openApiDocument([...routes(api), added], api.origin) as Pick<OpenApi, 'paths'>;
    assert.deepEqual(unmatched(operationsOf(grown).map(({ operationId }) => operationId)).withoutRow, [
      'showEverything',
    ]);
    const operation = operationsOf(grown).find(({ operationId }) => operationId === 'showEverything');
    assert.ok(operation);
    assert.throws(() => rowOf(operation), /showEverything has no row/);
  });

  describe('without a key that holds', () => {
    let on: Stage;
    before(async () => {
      on = await stage();
    });
    const past = new Date(Date.now() - 1_000);
    const callers: [string, () => Promise<Caller>][] = [
      ['no key', () => Promise.resolve(null)],
      ['a key that nobody has', () => Promise.resolve({ key: apiKey() })],
      ['a revoked key', () => keyOf({ revoked_at: past })],
      ['an expired key', () => keyOf({ expires_at: past })],
    ];
    for (const [what, callerOf] of callers) {
      it(`${what}: 401, and the public ones as ever`, async () => {
        const caller = await callerOf();
        await expectAnswers(
          caller,
          ({ roles, allowed, withoutKey }) => {
            if (roles === 'public') return { status: allowed };
            if (caller === null && withoutKey !== undefined) return { status: withoutKey };
            return { status: 401, code: 'unauthenticated' };
          },
          () => Promise.resolve(on),
        );
      });
    }
  });

  const isServing = (as: Caller): boolean => as === 'agent' || as === 'supervisor';
  for (const role of AGENT_ROLES) {
    it(`${role}, who has identified the customer where that is theirs to do`, async () => {
      const theirs = await stage();
      const shared = isServing(role)
        ? { ...theirs, identificationId: (await api.identify(theirs.account, role)).identificationId }
        : theirs;
      await expectAnswers(
        role,
        ({ roles, allowed }, { operationId }) => {
          if (roles !== 'public' && !roles.includes(role)) return { status: 403, code: 'role-not-allowed' };
          // Ops requotes what is held, and nothing else.
          if (role === 'ops' && operationId === 'requotePlanChange')
            return { status: 409, code: 'wrong-state' };
          return { status: allowed };
        },
        async ({ method }, { roles, names }) => {
          if (method === 'get' || roles === 'public' || !roles.includes(role) || names === 'nothing')
            return shared;
          const fresh = await stage();
          if (!isServing(role)) return fresh;
          return { ...fresh, identificationId: (await api.identify(fresh.account, role)).identificationId };
        },
      );
    });
  }

  for (const role of ['agent', 'supervisor'] as const) {
    const others: [string, (on: Stage) => Promise<unknown>][] = [
      ['has not identified the customer, though a colleague has', () => Promise.resolve()],
      [
        'whose identification has expired',
        async ({ account }) => {
          await api.identify(account, role);
          await api.rig
            .ownerKnex('identifications')
            .where({ customer_id: account.customerId, agent_id: api.agentIds[role] })
            .update({ verified_at: new Date(0), expires_at: new Date(1) });
        },
      ],
    ];
    for (const [what, prepare] of others) {
      it(`${role} who ${what}: 404 for all that names the customer or the change`, async () => {
        const on = await stage();
        await prepare(on);
        await expectAnswers(
          role,
          ({ names }) => (names === 'nothing' ? undefined : { status: 404, code: 'not-found' }),
          () => Promise.resolve(on),
        );
        const [{ status } = assert.fail()] = await api.rig
          .knex('plan_changes')
          .where({ id: on.planChangeId })
          .select<{ status: string }[]>('status');
        assert.equal(status, 'awaiting_consent', 'nothing was done to it');
      });
    }
  }

  it('what agents wrote about a customer is masked for ops and auditor, and the chain still verifies', async () => {
    const { account, planChangeId } = await stage();
    await api.identify(account);
    const body = `${account.fullName} moved from ${account.serviceAddress}: call (217) 555-0142 or ${account.email}`;
    const notes = `/v1/customers/${account.customerId}/notes`;
    await api.post(notes, { body });
    await api.post(`/v1/plan-changes/${planChangeId}/cancel`, { reason: `${account.email} is right` });
    const read = async (as: Caller) =>
      (await api.get(notes, { as })).read(
        z.looseObject({ chain: z.string(), items: z.array(z.looseObject({ body: z.string() })) }),
      );
    assert.ok((await read('agent')).items.some((note) => note.body === body));
    for (const as of ['ops', 'auditor'] as const) {
      const { chain, items } = await read(as);
      const seen = items.map((note) => note.body).join('\n');
      assert.equal(chain, 'verified');
      assert.ok(!items.some((note) => 'salt' in note), 'the hash is of more than the words');
      assert.ok(seen.includes('*** moved from ***: call *** or ***'), seen);
      for (const value of [account.fullName, account.email, account.serviceAddress, account.accountNumber])
        assert.ok(!seen.includes(value), `${as} sees ${value}`);
    }
  });
});
