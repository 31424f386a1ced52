import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { identification, note } from '../../api/schemas/accounts.ts';
import { planChange, type PlanChangeJson } from '../../api/schemas/plan-changes.ts';
import { createApiRig, verbalConsent, type ApiAnswer, type ApiRig } from '../support/api-rig.ts';
import { routes } from './documented.ts';
import { expectFreshProblem, expectProblem } from './expect-problem.ts';

const NOW = { when: 'immediately' };

describe('API: Idempotency-Key', () => {
  let api: ApiRig;

  before(async () => {
    api = await createApiRig('api idempotency');
  });
  after(() => api.close());

  const request = async (planCode = 'fiber-plus'): Promise<object> => {
    const { identificationId } = await api.identify(await api.stranger());
    return { identificationId, planCode, activation: NOW };
  };
  const changes = async (): Promise<number> => {
    const rows = await api.rig.knex('plan_changes').count<{ count: bigint }[]>();
    return Number(rows[0]?.count);
  };
  const open = (body: object, key: string | null): Promise<ApiAnswer> =>
    api.post('/v1/plan-changes', body, { key });
  const consentTo = ({ planChangeId }: PlanChangeJson, key: string, consent: object): Promise<ApiAnswer> =>
    api.post(`/v1/plan-changes/${planChangeId}/consent`, consent, { key });

  it('is asked for where the contract says so', () => {
    const required = routes(api).filter(({ idempotencyKey }) => idempotencyKey === 'required');
    assert.deepEqual(
      new Set(required.map(({ operationId }) => operationId)),
      new Set(['openPlanChange', 'revertPlanChange', 'recordConsent', 'sendConsentLink', 'addNote']),
    );
    const others = routes(api).filter(
      ({ method, idempotencyKey }) => method === 'post' && idempotencyKey !== 'required',
    );
    for (const { operationId, idempotencyKey } of others)
      assert.equal(idempotencyKey, 'optional', operationId);
  });

  it('missing or unusable is 400 and does nothing', async () => {
    const body = await request();
    const before = await changes();
    for (const key of [null, '', ' ', 'two words', 'x'.repeat(256), 'clé']) {
      expectFreshProblem(await open(body, key), 400, 'idempotency-key-required');
    }
    assert.equal(await changes(), before);
    assert.equal((await open(body, '!'.repeat(255))).status, 201);
  });

  it('may be left out elsewhere', async () => {
    const { planChangeId } = await api.opened(await api.stranger());
    const declined = await api.post(
      `/v1/plan-changes/${planChangeId}/decline`,
      { reason: 'no' },
      { key: null },
    );
    assert.equal(declined.status, 200);
    expectFreshProblem(
      await api.post(`/v1/plan-changes/${planChangeId}/decline`, { reason: 'no' }, { key: 'no key' }),
      400,
      'idempotency-key-required',
    );
  });

  it('used again for another body or another path is 422', async () => {
    const key = randomUUID();
    const body = await request();
    const first = (await open(body, key)).read(planChange);
    expectFreshProblem(
      await open({ ...body, planCode: 'fiber-complete' }, key),
      422,
      'idempotency-key-reused',
    );
    const other = await api.opened(await api.stranger());
    const consent = verbalConsent(first.quote?.hash ?? '');
    assert.equal((await consentTo(first, key, consent)).status, 200, 'each operation has its own keys');
    expectFreshProblem(await consentTo(other, key, consent), 422, 'idempotency-key-reused');
    assert.equal((await api.get(`/v1/plan-changes/${other.planChangeId}`)).read(planChange).consent, null);
  });

  it('of another agent is another key', async () => {
    const key = randomUUID();
    const words = { body: 'The same words' };
    const customer = await api.stranger();
    await api.identify(customer);
    await api.identify(customer, 'supervisor');
    const path = `/v1/customers/${customer.customerId}/notes`;
    const mine = (await api.post(path, words, { key })).read(note);
    const theirs = (await api.post(path, words, { key, as: 'supervisor' })).read(note);
    assert.notEqual(mine.noteId, theirs.noteId);
    assert.equal(theirs.author.id, api.agentIds.supervisor);
  });

  describe('raced by five equal requests', () => {
    const race = async (send: () => Promise<ApiAnswer>, status: number): Promise<ApiAnswer> => {
      const answers = await Promise.all(Array.from({ length: 5 }, send));
      const [first] = answers;
      assert.ok(first);
      for (const answer of answers) {
        assert.equal(answer.status, status, answer.text);
        assert.equal(answer.text, first.text);
        assert.equal(answer.headers.get('location'), first.headers.get('location'));
        assert.equal(answer.headers.get('content-type'), first.headers.get('content-type'));
      }
      return first;
    };

    it('opens one change and applies it once', async () => {
      const [body, key, before] = [await request(), randomUUID(), await changes()];
      const opened = (await race(() => open(body, key), 201)).read(planChange);
      assert.equal(await changes(), before + 1);
      const consent = verbalConsent(opened.quote?.hash ?? '');
      const applied = (await race(() => consentTo(opened, key, consent), 200)).read(planChange);
      assert.ok(['activated', 'completed'].includes(applied.status));
      const charges = await api.rig.knex('charges').where({ plan_change_id: opened.planChangeId });
      assert.equal(charges.length, 3);
    });

    it('identifies once and notes it once', async () => {
      const { accountNumber, fullName, serviceAddress, customerId } = await api.stranger();
      const [details, key] = [{ accountNumber, fullName, serviceAddress }, randomUUID()];
      const answer = await race(() => api.post('/v1/identifications', details, { key }), 201);
      const rows = await api.rig
        .knex('identifications')
        .where({ customer_id: customerId })
        .select<{ id: string }[]>('id');
      assert.deepEqual(rows, [{ id: answer.read(identification).identificationId }]);
      const notes = await api.rig.knex('account_notes').where({ customer_id: customerId });
      assert.equal(notes.length, 1);
    });

    it('adds one note', async () => {
      const { customerId } = (await api.identify(await api.stranger())).customer;
      const key = randomUUID();
      const answer = await race(
        () => api.post(`/v1/customers/${customerId}/notes`, { body: 'Once' }, { key }),
        201,
      );
      const notes = await api.rig
        .knex('account_notes')
        .where({ customer_id: customerId, kind: 'remark' })
        .select<{ id: string }[]>('id');
      assert.deepEqual(notes, [{ id: answer.read(note).noteId }]);
    });

    it('declines, cancels, requotes and confirms once', async () => {
      for (const name of ['decline', 'cancel'] as const) {
        const { planChangeId } = await api.opened(await api.stranger());
        const key = randomUUID();
        await race(
          () => api.post(`/v1/plan-changes/${planChangeId}/${name}`, { reason: 'no' }, { key }),
          200,
        );
        const remarks = await api.rig.knex('remarks').where({ plan_change_id: planChangeId });
        assert.equal(remarks.length, 1, name);
      }
      const requoted = await api.opened(await api.stranger());
      const key = randomUUID();
      await race(() => api.post(`/v1/plan-changes/${requoted.planChangeId}/requote`, {}, { key }), 200);
      const quotes = await api.rig.knex('quotes').where({ plan_change_id: requoted.planChangeId });
      assert.equal(quotes.length, 2);
      const { planChangeId } = await api.changeOf(await api.stranger());
      const words = { explained: ['done'], channel: 'chat' };
      await race(() => api.post(`/v1/plan-changes/${planChangeId}/confirmation`, words, { key }), 200);
      const notes = await api.rig
        .knex('account_notes')
        .where({ plan_change_id: planChangeId, kind: 'confirmed' });
      assert.equal(notes.length, 1);
    });
  });

  describe('of a refusal', () => {
    it('that is the outcome gives the same refusal, whatever happened since', async () => {
      const unknown = await request('no-such-plan');
      const key = randomUUID();
      const first = await open(unknown, key);
      expectFreshProblem(first, 422, 'plan-unknown');
      assert.equal((await open(unknown, key)).text, first.text);

      const customer = await api.stranger();
      const { planChangeId } = await api.opened(customer);
      const { identificationId } = await api.identify(customer);
      const second = { identificationId, planCode: 'fiber-complete', activation: NOW };
      const refused = await open(second, key + '2');
      assert.equal(expectProblem(refused, 409, 'plan-change-in-progress')['openPlanChangeId'], planChangeId);
      await api.post(`/v1/plan-changes/${planChangeId}/cancel`, { reason: 'no' });
      assert.equal((await open(second, key + '2')).text, refused.text);
      assert.equal((await open(second, key + '3')).status, 201);
    });

    it('by the state of the change is kept too', async () => {
      const change = await api.opened(await api.stranger());
      await api.post(`/v1/plan-changes/${change.planChangeId}/decline`, { reason: 'no' });
      const [key, consent] = [randomUUID(), verbalConsent(change.quote?.hash ?? '')];
      const refused = await consentTo(change, key, consent);
      expectProblem(refused, 409, 'plan-change-closed');
      assert.equal((await consentTo(change, key, consent)).text, refused.text);
    });

    it('of the input is not kept: the corrected request may use the key', async () => {
      const key = randomUUID();
      const body = await request();
      expectFreshProblem(await open({ ...body, planCode: '' }, key), 422, 'invalid-input');
      expectFreshProblem(await api.post('/v1/plan-changes', '{', { key }), 400, 'body-not-json');
      assert.equal((await open(body, key)).status, 201);
    });

    it('for want of an identification is not kept: the request is welcome after it', async () => {
      const customer = await api.stranger();
      const path = `/v1/customers/${customer.customerId}/notes`;
      const key = randomUUID();
      expectFreshProblem(await api.post(path, { body: 'Hello' }, { key }), 404, 'not-found');
      await api.identify(customer);
      assert.equal((await api.post(path, { body: 'Hello' }, { key })).status, 201);
    });
  });
});
