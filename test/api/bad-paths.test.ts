import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { createApiRig, type ApiRig } from '../support/api-rig.ts';
import { rowCounts, rowsGained } from '../support/database-contents.ts';
import { openApi, routes, type OpenApi } from './documented.ts';
import { expectFreshProblem } from './expect-problem.ts';
import { samplesOf } from './json-samples.ts';
import { rawAsAgent } from './raw-http.ts';

const BAD_IDS = [
  '0',
  'null',
  'not-a-uuid',
  '00000000-0000-0000-0000-000000000000',
  '019b1f6e-7c1a-7b5e-9a53-2f5f4f1d8c1',
  '019b1f6e-7c1a-7b5e-9a53-2f5f4f1d8c11%00',
  '%00',
  '%',
  '%zz',
  '%E0%A4%A',
  '%F0%9F%92%A5',
  '..%2f..%2fetc%2fpasswd',
  '%27%20OR%201=1--',
  '%3Cscript%3E',
  '%0d%0aSet-Cookie:%20a=b',
  '__proto__',
  'x'.repeat(8_000),
];

describe('API: bad paths and methods', function () {
  this.timeout(60_000);
  let api: ApiRig;
  let document: OpenApi;

  before(async () => {
    api = await createApiRig('api bad paths', { worker: false });
    document = await openApi(api);
  });
  after(() => api.close());
  it('404 for malformed and unknown ids in every path', async () => {
    const before = await rowCounts(api.rig.ownerKnex);
    for (const route of routes(api).filter(({ path }) => path.includes('{'))) {
      const schema =
        document.paths[route.path]?.[route.method]?.requestBody?.content['application/json']?.schema;
      const body = schema ? JSON.stringify(samplesOf(schema, document.components.schemas)[0]) : '';
      for (const id of BAD_IDS) {
        const path = route.path.replace(/\{\w+\}/, id);
        const headers = [`Idempotency-Key: ${randomUUID()}`, `Content-Length: ${Buffer.byteLength(body)}`];
        const answer = await rawAsAgent(api, `${route.method.toUpperCase()} ${path}`, headers, body);
        expectFreshProblem(answer, 404, 'not-found');
      }
    }
    const gained = Object.keys(rowsGained(before, await rowCounts(api.rig.ownerKnex)));
    assert.deepEqual(
      gained.filter((table) => table !== 'idempotency_keys'),
      [],
    );
  });

  it('404 for paths that are none, however they are written', async () => {
    const paths = [
      '/',
      '/v1',
      '/v1/',
      '/v2/plans',
      '/v1//plans',
      '//v1/plans',
      '/v1/plans/../../etc/passwd',
      '/.env',
      '/v1/plans;a=b',
      '/%76%31/plan',
      '/v1/plans%00',
      '/v1/plan-changes/a/b',
      `/${'a/'.repeat(4_000)}`,
      '/docs/assets/..%2f..%2fpackage.json',
      '/docs/assets/%00',
      '/docs/assets/%E0%A4%A',
      '*',
      'http://elsewhere.test/v1/none',
    ];
    for (const path of paths) expectFreshProblem(await rawAsAgent(api, `GET ${path}`), 404, 'not-found');
  });

  it('405 with Allow for methods that a path does not have, whoever asks', async () => {
    for (const [path, item] of Object.entries(document.paths)) {
      const concrete = path.replace(/\{\w+\}/, '019b1f6e-7c1a-7b5e-9a53-2f5f4f1d8c11');
      const allow = [
        ...('get' in item ? ['GET', 'HEAD'] : []),
        ...('post' in item ? ['POST'] : []),
        ...('delete' in item ? ['DELETE'] : []),
      ];
      const others = ['PUT', 'PATCH', 'DELETE', 'TRACE', 'PROPFIND', 'OPTIONS', 'GET', 'POST'];
      for (const method of others.filter((other) => !allow.includes(other))) {
        const answer = await rawAsAgent(api, `${method} ${concrete}`);
        const { detail } = expectFreshProblem(answer, 405, 'method-not-allowed');
        assert.equal(answer.headers.get('allow'), allow.join(', '));
        assert.ok(detail.includes(allow.join(', ')), detail);
      }
      if ('get' in item) assert.notEqual((await rawAsAgent(api, `HEAD ${concrete}`)).status, 405);
    }
    const override = { 'x-http-method-override': 'POST' };
    expectFreshProblem(
      await api.get('/v1/identifications', { as: null, headers: override }),
      405,
      'method-not-allowed',
    );
  });
});
