import assert from 'node:assert/strict';
import { notes } from '../../api/schemas/accounts.ts';
import { planChange } from '../../api/schemas/plan-changes.ts';
import type { Route } from '../../api/route.ts';
import type { TestAccount } from '../../dev/seed/test-account.ts';
import { createApiRig, type ApiAnswer, type ApiRig, type Caller } from '../support/api-rig.ts';
import { eventually } from '../support/eventually.ts';
import { openApi, routes, type OpenApi } from './documented.ts';
import { expectFreshProblem, expectProblem } from './expect-problem.ts';
import { samplesOf } from './json-samples.ts';

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

  it('the OpenAPI document names the roles', () => {
    for (const { path, method, access } of routes(api)) {
      const { description = '' } = document.paths[path]?.[method] as { description?: string };
      if (access !== 'public')
        for (const role of access) assert.ok(description.includes(role), `${method} ${path}`);
    }
  });

  describe('without an own identification that holds', () => {
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
