import assert from 'node:assert/strict';
import { notes } from '../../api/schemas/accounts.ts';
import { page } from '../../api/schemas/common.ts';
import { planChange } from '../../api/schemas/plan-changes.ts';
import { createApiRig, type ApiRig } from '../support/api-rig.ts';
import { openApi, routes } from './documented.ts';
import { expectFreshProblem } from './expect-problem.ts';
import { rawAsAgent } from './raw-http.ts';

const BAD_QUERY_VALUES = [
  '',
  '%20',
  '%00',
  '%ff%fe',
  '%',
  '%F0%9F%92%A5',
  '__proto__',
  '-1',
  '0',
  '1e999',
  'NaN',
  '9'.repeat(400),
  'x'.repeat(8_000),
  '%27%3B%20DROP%20TABLE%20plans--',
  '%3Cscript%3E',
  '2026-02-30',
  '0000-01-01',
  '10000-01-01',
  '%2B002026-01-01',
  '[]',
  '%7B%7D',
];

describe('API: bad queries', function () {
  this.timeout(60_000);
  let api: ApiRig;

  before(async () => {
    api = await createApiRig('api bad queries', { worker: false });
  });
  after(() => api.close());

  it('422 or an answer for every bad value in every query', async () => {
    const document = await openApi(api);
    const queried = routes(api).filter(({ query }) => query !== undefined);
    assert.ok(queried.length >= 4);
    const { customerId } = (await api.identify(await api.stranger())).customer;
    for (const { path, method } of queried) {
      const names = (document.paths[path]?.[method]?.parameters ?? [])
        .filter((one) => one.in === 'query')
        .map(({ name }) => name);
      assert.ok(names.length > 0, path);
      const concrete = path.replace('{id}', customerId);
      for (const name of [...names, 'unknown', '__proto__', 'constructor', '%00']) {
        for (const value of BAD_QUERY_VALUES) {
          const answer = await rawAsAgent(api, `GET ${concrete}?${name}=${value}`);
          const what = `${concrete}?${name}=${value.slice(0, 40)}`;
          if (answer.status !== 200) expectFreshProblem(answer, 422, 'invalid-input');
          else assert.ok(names.includes(name), `${what} was taken`);
        }
      }
      for (const query of [
        `${names[0] ?? ''}=1&${names[0] ?? ''}=2`,
        `${names[0] ?? ''}[]=1`,
        `${names[0] ?? ''}[a][b]=1`,
      ]) {
        expectFreshProblem(await rawAsAgent(api, `GET ${concrete}?${query}`), 422, 'invalid-input');
      }
    }
  });

  it('422 for dates that are none and for pages that are none', async () => {
    const refused = [
      '/v1/plans?on=2026-02-30',
      '/v1/plans?on=2026-1-1',
      '/v1/plans?on=today',
      '/v1/plans?on=0000-12-31',
      '/v1/plan-changes?limit=0',
      '/v1/plan-changes?limit=101',
      '/v1/plan-changes?limit=1.5',
      '/v1/plan-changes?limit=',
      '/v1/plan-changes?status=open',
      '/v1/plan-changes?confirmed=maybe',
      '/v1/plan-changes?customerId=7',
    ];
    for (const path of refused) expectFreshProblem(await api.get(path), 422, 'invalid-input');
    for (const date of ['0001-01-01', '9999-12-31', '2024-02-29']) {
      assert.equal((await api.get(`/v1/plans?on=${date}`)).status, 200, date);
    }
  });

  it('422 for cursors that no page gave', async () => {
    const customer = await api.stranger();
    const { customerId } = (await api.identify(customer)).customer;
    await api.identify(customer);
    const list = `/v1/customers/${customerId}/notes`;
    const { nextCursor } = (await api.get(`${list}?limit=1`)).read(notes);
    const made = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const id = '019b1f6e-7c1a-7b5e-9a53-2f5f4f1d8c11';
    const cursors = [
      nextCursor ?? '',
      'x',
      '',
      made(null),
      made([]),
      made({ id }),
      made({ openedAt: '2026-11-24T00:00:00Z', id }),
      made({ openedAt: '2026-11-24T00:00:00.000000Z', id: 7 }),
      made({ openedAt: '0000-01-01T00:00:00.000000Z', id }),
      made({ openedAt: `2026-11-24T00:00:00.${'0'.repeat(300)}Z`, id }),
      made({ openedAt: '2026-11-24T00:00:00.000000+23:00', id }),
      made({ openedAt: '2026-11-24T00:00:00.000000Z', id, sql: 1 }),
    ];
    for (const cursor of cursors) {
      expectFreshProblem(
        await api.get(`/v1/plan-changes?cursor=${encodeURIComponent(cursor)}`),
        422,
        'invalid-input',
      );
    }
    for (const cursor of [
      '0',
      '-1',
      '01',
      '1.5',
      'abc',
      '9'.repeat(19),
      made({ openedAt: '2026-11-24T00:00:00.000000Z', id }),
    ]) {
      expectFreshProblem(await api.get(`${list}?cursor=${cursor}`), 422, 'invalid-input');
    }
    const past = made({ openedAt: '0001-01-01T00:00:00.000000Z', id });
    const last = (await api.get(`/v1/plan-changes?cursor=${past}`)).read(page(planChange));
    assert.deepEqual(last, { items: [], nextCursor: null });
  });
});
