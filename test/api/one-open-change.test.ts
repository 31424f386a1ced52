import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { identification, notes } from '../../api/schemas/accounts.ts';
import { planChange, type PlanChangeJson } from '../../api/schemas/plan-changes.ts';
import type { TestAccount } from '../../dev/seed/test-account.ts';
import {
  createApiRig,
  verbalConsent,
  type ApiAnswer,
  type ApiRig,
  type Caller,
  type OpenRequest,
} from '../support/api-rig.ts';
import { expectProblem } from './expect-problem.ts';

describe('API: one open change per subscription', () => {
  let api: ApiRig;
  let customer: TestAccount;

  before(async () => {
    api = await createApiRig('api one open change');
  });
  after(() => api.close());
  beforeEach(async () => {
    customer = await api.stranger();
  });

  const open = async (
    request: OpenRequest = {},
    as: Caller = 'agent',
    key: string = randomUUID(),
  ): Promise<ApiAnswer> => {
    const { identificationId } = await api.identify(customer, as);
    const body = {
      identificationId,
      planCode: 'fiber-complete',
      activation: { when: 'immediately' },
      ...request,
    };
    return api.post('/v1/plan-changes', body, { as, key });
  };
  const now = async ({ planChangeId }: PlanChangeJson): Promise<PlanChangeJson> =>
    (await api.get(`/v1/plan-changes/${planChangeId}`)).read(planChange);
  const consent = ({ planChangeId, quote }: PlanChangeJson): Promise<ApiAnswer> =>
    api.post(`/v1/plan-changes/${planChangeId}/consent`, verbalConsent(quote?.hash ?? ''));
  const openIdOf = async (): Promise<string | null> => (await api.identify(customer)).openPlanChangeId;

  it('refuses a second one, whoever asks, and points to the first', async () => {
    const first = await api.opened(customer);
    for (const as of ['agent', 'supervisor'] as const) {
      const problem = expectProblem(await open({}, as), 409, 'plan-change-in-progress');
      assert.equal(problem['openPlanChangeId'], first.planChangeId);
    }
    assert.deepEqual(await now(first), first);
    assert.equal((await consent(first)).status, 200);
  });

  it('lets exactly one of five at once through', async () => {
    const { identificationId } = await api.identify(customer);
    const body = { identificationId, planCode: 'fiber-complete', activation: { when: 'immediately' } };
    const answers = await Promise.all(Array.from({ length: 5 }, () => api.post('/v1/plan-changes', body)));
    const [opened, ...more] = answers.filter(({ status }) => status === 201);
    assert.ok(opened);
    assert.equal(more.length, 0);
    const { planChangeId } = opened.read(planChange);
    for (const answer of answers.filter((other) => other !== opened)) {
      assert.equal(expectProblem(answer, 409, 'plan-change-in-progress')['openPlanChangeId'], planChangeId);
    }
  });

  it('opens another once the first has ended', async () => {
    const first = await api.opened(customer);
    await api.post(`/v1/plan-changes/${first.planChangeId}/decline`, { reason: 'no' });
    assert.equal((await open()).status, 201);
  });

  it('replaces the open one when it is named, once', async () => {
    const first = await api.opened(customer);
    const [key, request] = [randomUUID(), { replaces: first.planChangeId }];
    const { identificationId } = await api.identify(customer);
    const body = {
      identificationId,
      planCode: 'fiber-complete',
      activation: { when: 'immediately' },
      ...request,
    };
    const answer = await api.post('/v1/plan-changes', body, { key });
    const second = answer.read(planChange);
    assert.deepEqual([answer.status, second.to?.planCode], [201, 'fiber-complete']);
    const gone = await now(first);
    assert.deepEqual([gone.status, gone.replacedBy, gone.replaces], ['cancelled', second.planChangeId, null]);
    assert.deepEqual([second.replaces, second.replacedBy], [first.planChangeId, null]);
    assert.equal(await openIdOf(), second.planChangeId);
    assert.equal((await api.post('/v1/plan-changes', body, { key })).text, answer.text);

    const { items } = (await api.get(`/v1/customers/${customer.customerId}/notes`)).read(notes);
    const replaced = items.filter(({ kind }) => kind === 'replaced');
    assert.deepEqual(
      replaced.map(({ planChangeId }) => planChangeId),
      [first.planChangeId],
    );
    assert.equal(
      expectProblem(await consent(first), 409, 'plan-change-closed')['planChangeStatus'],
      'cancelled',
    );
    assert.equal((await consent(second)).status, 200);
  });

  it('replaces one that waits for its date', async () => {
    const first = await api.changeOf(customer, { activation: { when: 'end_of_cycle' } });
    assert.equal(first.status, 'scheduled');
    const second = (await open({ replaces: first.planChangeId })).read(planChange);
    assert.equal((await now(first)).status, 'cancelled');
    assert.equal((await consent(second)).status, 200);
  });

  it('a refused replacement leaves the open change as it was', async () => {
    const first = await api.opened(customer);
    const refused: [OpenRequest, string][] = [
      [{ planCode: 'no-such-plan' }, 'plan-unknown'],
      [{ planCode: 'dsl-two-lines' }, 'plan-not-available'],
      [{ planCode: 'fiber-basic' }, 'plan-already-active'],
      [{ promotionCode: 'DSL-5' }, 'promotion-not-applicable'],
      [{ activation: { when: 'on_date', date: '2020-01-01' } }, 'activation-date-invalid'],
    ];
    for (const [request, code] of refused) {
      expectProblem(await open({ ...request, replaces: first.planChangeId }), 422, code);
      assert.deepEqual(await now(first), first, code);
    }
    assert.equal(await openIdOf(), first.planChangeId);
    assert.equal((await consent(first)).status, 200);
  });

  it('lets exactly one of three replacements at once through', async () => {
    const first = await api.opened(customer);
    const answers = await Promise.all(
      Array.from({ length: 3 }, () => open({ replaces: first.planChangeId })),
    );
    assert.deepEqual(answers.map(({ status }) => status).sort(), [201, 409, 409]);
    const winner = answers.find(({ status }) => status === 201)?.read(planChange);
    assert.equal(await openIdOf(), winner?.planChangeId);
    assert.equal((await now(first)).status, 'cancelled');
  });

  it('does not replace what is not open, not named rightly, or not this customer’s', async () => {
    const [foreign, applied] = [await api.opened(await api.stranger()), await api.changeOf(customer)];
    expectProblem(await open({ replaces: foreign.planChangeId }), 404, 'not-found');
    expectProblem(await open({ replaces: randomUUID() }), 404, 'not-found');
    assert.equal((await now(foreign)).status, 'awaiting_consent');
    const answer = await open({ replaces: applied.planChangeId });
    assert.equal(answer.status, 409, answer.text);

    customer = await api.stranger();
    const old = await api.opened(customer);
    await api.post(`/v1/plan-changes/${old.planChangeId}/cancel`, { reason: 'no' });
    const current = (await open()).read(planChange);
    const problem = expectProblem(await open({ replaces: old.planChangeId }), 409, 'plan-change-in-progress');
    assert.equal(problem['openPlanChangeId'], current.planChangeId);
    assert.deepEqual(await now(current), current);
  });

  it('shows the open one at every identification', async () => {
    assert.equal(await openIdOf(), null);
    const { planChangeId } = await api.opened(customer);
    const { accountNumber, fullName, serviceAddress } = customer;
    const seen = await api.post(
      '/v1/identifications',
      { accountNumber, fullName, serviceAddress },
      { as: 'supervisor' },
    );
    assert.equal(seen.read(identification).openPlanChangeId, planChangeId);
  });
});
