import assert from 'node:assert/strict';
import { notes } from '../../api/schemas/accounts.ts';
import { page } from '../../api/schemas/common.ts';
import { planChange } from '../../api/schemas/plan-changes.ts';
import { createApiRig, type ApiRig } from '../support/api-rig.ts';
import { assertDocumented } from './documented.ts';

const planChanges = page(planChange);

describe('API: lists', () => {
  let api: ApiRig;
  const opened = new Map<string, string>();
  before(async () => {
    api = await createApiRig('api lists');
    await api.opened(await api.stranger());
    for (let count = 0; count < 5; count += 1) {
      const customer = await api.stranger();
      const { planChangeId, customerId } = await api.opened(customer, {}, 'supervisor');
      opened.set(planChangeId, customerId);
    }
    const cancelled = [...opened.keys()].slice(0, 2);
    for (const id of cancelled) {
      await api.post(`/v1/plan-changes/${id}/cancel`, { reason: 'no more' }, { as: 'supervisor' });
    }
  });

  after(() => api.close());

  const walk = async (path: string, as: 'agent' | 'supervisor' | 'ops' = 'supervisor') => {
    const ids: string[] = [];
    let cursor = '';
    for (;;) {
      const answer = await api.get(`${path}${path.includes('?') ? '&' : '?'}limit=2${cursor}`, { as });
      const { items, nextCursor } = answer.read(planChanges);
      assert.ok(items.length <= 2);
      ids.push(...items.map(({ planChangeId }) => planChangeId));
      if (nextCursor === null) return ids;
      assert.equal(items.length, 2);
      cursor = `&cursor=${encodeURIComponent(nextCursor)}`;
    }
  };

  it('pages to the end, newest first, nothing twice and nothing left out', async () => {
    const ids = await walk('/v1/plan-changes');
    assert.equal(new Set(ids).size, ids.length);
    const all = (await api.get('/v1/plan-changes?limit=100', { as: 'ops' })).read(planChanges).items;
    assert.deepEqual(
      ids,
      all.map(({ planChangeId }) => planChangeId),
    );
    assert.deepEqual(ids.slice(0, 5), [...opened.keys()].reverse());
  });

  it('shows an agent only the changes of their own', async () => {
    const ids = await walk('/v1/plan-changes', 'agent');
    assert.ok(ids.length > 0 && !ids.some((id) => opened.has(id)));
  });

  it('filters by status and by customer', async () => {
    const byStatus = await walk('/v1/plan-changes?status=cancelled');
    assert.deepEqual(
      byStatus.filter((id) => opened.has(id)),
      [...opened.keys()].slice(0, 2).reverse(),
    );
    const [[planChangeId, customerId] = ['', '']] = opened;
    assert.deepEqual(await walk(`/v1/plan-changes?customerId=${customerId}`), [planChangeId]);
    assert.deepEqual(await walk(`/v1/plan-changes?customerId=${customerId}&status=scheduled`), []);
  });

  it('gives the history of a customer, page by page', async () => {
    const customer = await api.stranger();
    const ids: string[] = [];
    for (let count = 0; count < 3; count += 1) {
      const { planChangeId } = await api.opened(customer, {}, 'supervisor');
      ids.unshift(planChangeId);
      await api.post(`/v1/plan-changes/${planChangeId}/decline`, { reason: 'no' }, { as: 'supervisor' });
    }
    const path = `/v1/customers/${customer.customerId}/plan-changes`;
    assertDocumented(api, 'listCustomerPlanChanges', await api.get(path, { as: 'supervisor' }));
    assert.deepEqual(await walk(path), ids);
  });

  it('pages the notes of an account', async () => {
    const customer = await api.stranger();
    const { customerId } = (await api.identify(customer)).customer;
    const path = `/v1/customers/${customerId}/notes`;
    for (const body of ['one', 'two', 'three', 'four']) await api.post(path, { body });
    const seen: string[] = [];
    let cursor = '';
    do {
      const { items, nextCursor } = (await api.get(`${path}?limit=2${cursor}`)).read(notes);
      seen.push(...items.map(({ body }) => body));
      cursor = nextCursor === null ? '' : `&cursor=${nextCursor}`;
    } while (cursor !== '');
    assert.deepEqual(seen.slice(0, 4), ['four', 'three', 'two', 'one']);
    assert.equal(seen.length, 5);
  });
});
