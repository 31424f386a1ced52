import assert from 'node:assert/strict';
import { notes } from '../../api/schemas/accounts.ts';
import { planChange } from '../../api/schemas/plan-changes.ts';
import type { Route } from '../../api/route.ts';
import { AGENT_ROLES, type AgentRole } from '../../dev/seed/seed-agents.ts';
import type { TestAccount } from '../../dev/seed/test-account.ts';
import { createApiRig, type ApiAnswer, type ApiRig, type Caller } from '../support/api-rig.ts';
import { eventually } from '../support/eventually.ts';
import { rowCounts, rowsGained } from '../support/database-contents.ts';
import { openApi, routes, type OpenApi } from './documented.ts';
import { expectFreshProblem, expectProblem } from './expect-problem.ts';
import { samplesOf } from './json-samples.ts';

const SERVING: readonly AgentRole[] = ['agent', 'supervisor'];
const WITH_OPS: readonly AgentRole[] = [...SERVING, 'ops'];
const EVERYONE: readonly AgentRole[] = AGENT_ROLES;

/** Who may call what, written down a second time, by the table of roles: a route without a line here fails. */
const MATRIX: Readonly<Record<string, readonly AgentRole[] | 'public'>> = {
  identifyCustomer: SERVING,
  listPlans: EVERYONE,
  getTerms: 'public',
  recommendPlans: SERVING,
  openPlanChange: SERVING,
  listPlanChanges: EVERYONE,
  getPlanChange: EVERYONE,
  revertPlanChange: SERVING,
  listCustomerPlanChanges: EVERYONE,
  recordConsent: SERVING,
  declinePlanChange: SERVING,
  cancelPlanChange: WITH_OPS,
  requotePlanChange: WITH_OPS,
  reschedulePlanChange: SERVING,
  confirmPlanChange: SERVING,
  sendConsentLink: SERVING,
  listNotes: EVERYONE,
  addNote: SERVING,
  getStatement: [...SERVING, 'auditor'],
  getEvidence: [...SERVING, 'auditor'],
  listEvidenceKeys: 'public',
};

describe('API: who may do what', () => {
  let api: ApiRig;
  let document: OpenApi;
  let customer: TestAccount;
  let planChangeId: string;

  before(async () => {
    api = await createApiRig('api access');
    document = await openApi(api);
  });
  after(() => api.close());
  beforeEach(async () => {
    customer = await api.stranger();
    ({ planChangeId } = await api.opened(customer, {}, 'supervisor'));
  });

  const pathOf = ({ path }: Route): string =>
    path
      .replace('{version}', '2025-02')
      .replace('{id}', path.includes('/customers/') ? customer.customerId : planChangeId);
  const sampleOf = ({ path, method }: Route): unknown => {
    const schema = document.paths[path]?.[method]?.requestBody?.content['application/json']?.schema;
    return schema && samplesOf(schema, document.components.schemas)[0];
  };
  const call = (route: Route, as: Caller, body = sampleOf(route)): Promise<ApiAnswer> =>
    route.method === 'get' ? api.get(pathOf(route), { as }) : api.post(pathOf(route), body, { as });
  const ofOneCustomer = (): Route[] => routes(api).filter(({ path }) => path.includes('{id}'));

  it('has a rule for every route', () => {
    const operations = routes(api).map(({ operationId }) => operationId);
    assert.deepEqual(
      operations.filter((operationId) => !(operationId in MATRIX)),
      [],
      'these have no line here',
    );
    assert.deepEqual(
      Object.keys(MATRIX).filter((operationId) => !operations.includes(operationId)),
      [],
    );
  });

  for (const role of AGENT_ROLES) {
    it(`${role}: every route, allowed or 403`, async () => {
      await api.identify(customer);
      for (const route of routes(api)) {
        const allowed = MATRIX[route.operationId] ?? [];
        // A body that no route takes: who gets as far as that was let in.
        const answer = await call(route, role, { nobody: 'takes this' });
        if (allowed !== 'public' && !allowed.includes(role)) {
          const { detail } = expectFreshProblem(answer, 403, 'role-not-allowed');
          for (const other of allowed) assert.ok(detail.includes(other), detail);
        } else if (route.method === 'post') expectFreshProblem(answer, 422, 'invalid-input');
        else assert.equal(answer.status, 200, `${route.operationId} ${answer.text}`);
      }
    });
  }

  it('the OpenAPI document names the roles', () => {
    for (const { path, method, access } of routes(api)) {
      const { description = '' } = document.paths[path]?.[method] as { description?: string };
      if (access !== 'public')
        for (const role of access) assert.ok(description.includes(role), `${method} ${path}`);
    }
  });

  describe('without an own identification that holds', () => {
    const denied = async (as: Caller): Promise<void> => {
      const before = await rowCounts(api.rig.ownerKnex);
      assert.ok(ofOneCustomer().length >= 13);
      for (const route of ofOneCustomer()) {
        // Proof of a change is for disputes, when no customer is there to be identified: supervisors get it.
        if (route.operationId === 'getEvidence' && as === 'supervisor') continue;
        expectFreshProblem(await call(route, as), 404, 'not-found');
      }
      expectFreshProblem(await api.get(`/v1/plan-changes/${planChangeId}/events`, { as }), 404, 'not-found');
      const gained = rowsGained(before, await rowCounts(api.rig.ownerKnex));
      assert.deepEqual(
        Object.keys(gained).filter((table) => table !== 'idempotency_keys'),
        [],
      );
    };

    it('an agent finds neither customer nor change, though a colleague has identified them', () =>
      denied('agent'));

    it('nor once the own identification has expired', async () => {
      await api.identify(customer);
      assert.equal((await api.get(`/v1/plan-changes/${planChangeId}`)).status, 200);
      const expired = { verified_at: new Date(0), expires_at: new Date(1) };
      await api.rig.ownerKnex('identifications').where({ customer_id: customer.customerId }).update(expired);
      await denied('agent');
      await denied('supervisor');
    });

    it('and everything after it', async () => {
      await api.identify(customer);
      for (const route of ofOneCustomer()) {
        const { status, text } = await call(route, 'agent');
        if (route.method === 'get') assert.equal(status, 200, `${route.operationId} ${text}`);
      }
    });

    it('nobody opens, reverts or asks for advice by a colleague’s or another customer’s identification', async () => {
      const theirs = (await api.identify(customer, 'supervisor')).identificationId;
      const activation = { when: 'immediately' };
      const bodies = [
        ['/v1/plan-changes', { planCode: 'fiber-plus', activation }],
        ['/v1/recommendations', { needs: {} }],
      ] as const;
      for (const [path, body] of bodies) {
        expectFreshProblem(await api.post(path, { ...body, identificationId: theirs }), 404, 'not-found');
      }
      const applied = await api.changeOf(await api.stranger());
      const path = `/v1/plan-changes/${applied.planChangeId}/revert`;
      const other = (await api.identify(await api.stranger())).identificationId;
      for (const identificationId of [theirs, other]) {
        expectFreshProblem(await api.post(path, { identificationId, activation }), 404, 'not-found');
      }
    });
  });

  it('ops and auditor read every customer without an identification, and no contact data', async () => {
    await api.changeOf(await api.stranger());
    for (const role of ['ops', 'auditor'] as const) {
      for (const route of routes(api).filter(({ method }) => method === 'get')) {
        const answer = await call(route, role);
        for (const value of [
          customer.fullName,
          customer.email,
          customer.serviceAddress,
          customer.accountNumber,
        ]) {
          assert.ok(!answer.text.includes(value), `${role} ${route.operationId} shows ${value}`);
        }
      }
      const unknown = '019b1f6e-7c1a-7b5e-9a53-2f5f4f1d8c11';
      for (const path of ['notes', 'plan-changes']) {
        expectFreshProblem(await api.get(`/v1/customers/${unknown}/${path}`, { as: role }), 404, 'not-found');
      }
    }
    const statement = '/v1/customers/019b1f6e-7c1a-7b5e-9a53-2f5f4f1d8c11/statement';
    expectFreshProblem(await api.get(statement, { as: 'auditor' }), 404, 'not-found');
  });

  it('ops requotes only what is held, and a cancellation says that it was theirs', async () => {
    const path = `/v1/plan-changes/${planChangeId}`;
    expectProblem(await api.post(`${path}/requote`, {}, { as: 'ops' }), 409, 'wrong-state');
    const cancelled = await api.post(`${path}/cancel`, { reason: 'Asked for by mail' }, { as: 'ops' });
    assert.equal(cancelled.read(planChange).status, 'cancelled');
    const { items } = (await api.get(`/v1/customers/${customer.customerId}/notes`, { as: 'ops' })).read(
      notes,
    );
    const note = items.find(({ kind }) => kind === 'cancelled');
    assert.deepEqual(note?.author, { type: 'ops', id: api.agentIds.ops });
  });
});

describe('API: an identification of a moment', () => {
  let api: ApiRig;

  before(async () => {
    api = await createApiRig('api short identification', { policy: { identificationMs: 50 } });
  });
  after(() => api.close());

  it('opens nothing and shows nothing once it is over', async () => {
    const customer = await api.stranger();
    const { identificationId, expiresAt } = await api.identify(customer);
    await eventually(() => Promise.resolve(Date.now() > Date.parse(expiresAt) ? true : undefined));
    expectFreshProblem(await api.get(`/v1/customers/${customer.customerId}/notes`), 404, 'not-found');
    const body = { identificationId, planCode: 'fiber-plus', activation: { when: 'immediately' } };
    const { detail } = expectProblem(await api.post('/v1/plan-changes', body), 403, 'identification-expired');
    assert.match(detail, /POST \/v1\/identifications/);
  });
});
