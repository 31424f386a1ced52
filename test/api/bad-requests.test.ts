import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { notes } from '../../api/schemas/accounts.ts';
import { page, problem } from '../../api/schemas/common.ts';
import { planChange } from '../../api/schemas/plan-changes.ts';
import { createApiRig, type ApiAnswer, type ApiRig } from '../support/api-rig.ts';
import { rowCounts, rowsGained } from '../support/database-contents.ts';
import { openApi, routes, type OpenApi } from './documented.ts';
import { expectFreshProblem, expectProblem } from './expect-problem.ts';
import { samplesOf } from './json-samples.ts';
import { rawAnswer, rawRequest } from './raw-http.ts';

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

describe('API: bad requests', () => {
  let api: ApiRig;
  let document: OpenApi;

  before(async () => {
    api = await createApiRig('api bad requests', { worker: false });
    document = await openApi(api);
  });
  after(() => api.close());

  const authorized = (): string[] => [`Authorization: Bearer ${api.keys.agent}`];
  const raw = async (firstLine: string, headers: string[] = authorized(), body = ''): Promise<ApiAnswer> => {
    const answer = await rawAnswer(api.origin, rawRequest(firstLine, headers, body));
    assert.ok(answer, `no answer to ${firstLine.slice(0, 100)}`);
    return answer;
  };
  const isProblem = (answer: ApiAnswer, what: string): void => {
    assert.ok(
      answer.status >= 400 && answer.status < 500,
      `${what}: ${answer.status} ${answer.text.slice(0, 200)}`,
    );
    expectProblem(answer, answer.status, answer.read(problem).code);
  };

  it('404 for malformed and unknown ids in every path', async () => {
    const before = await rowCounts(api.rig.ownerKnex);
    for (const route of routes(api).filter(({ path }) => path.includes('{'))) {
      const schema =
        document.paths[route.path]?.[route.method]?.requestBody?.content['application/json']?.schema;
      const body = schema ? JSON.stringify(samplesOf(schema, document.components.schemas)[0]) : '';
      for (const id of BAD_IDS) {
        const path = route.path.replace(/\{\w+\}/, id);
        const headers = [`Idempotency-Key: ${randomUUID()}`, `Content-Length: ${Buffer.byteLength(body)}`];
        const answer = await raw(
          `${route.method.toUpperCase()} ${path}`,
          [...authorized(), ...headers],
          body,
        );
        expectFreshProblem(answer, 404, 'not-found');
      }
    }
    const { idempotency_keys, ...rest } = rowsGained(before, await rowCounts(api.rig.ownerKnex));
    assert.ok((idempotency_keys ?? 0) > 0);
    assert.deepEqual(rest, {});
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
    for (const path of paths) expectFreshProblem(await raw(`GET ${path}`), 404, 'not-found');
  });

  it('404 for methods that a path does not have', async () => {
    for (const { path } of routes(api)) {
      const concrete = path.replace(/\{\w+\}/, '019b1f6e-7c1a-7b5e-9a53-2f5f4f1d8c11');
      for (const method of ['PUT', 'PATCH', 'DELETE', 'TRACE', 'PROPFIND', 'OPTIONS']) {
        isProblem(await raw(`${method} ${concrete}`), `${method} ${concrete}`);
      }
    }
    isProblem(await api.post('/v1/plans', {}), 'POST /v1/plans');
    isProblem(await api.post('/readyz', {}), 'POST /readyz');
    isProblem(
      await api.get('/v1/identifications', { headers: { 'x-http-method-override': 'POST' } }),
      'override',
    );
  });

  it('422 or an answer for every bad value in every query', async () => {
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
          const answer = await raw(`GET ${concrete}?${name}=${value}`);
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
        expectFreshProblem(await raw(`GET ${concrete}?${query}`), 422, 'invalid-input');
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

  it('takes JSON under any content type and refuses what is not UTF-8 JSON', async () => {
    const { accountNumber, fullName, serviceAddress } = await api.stranger();
    const body = JSON.stringify({ accountNumber, fullName, serviceAddress });
    const send = (
      headers: Record<string, string>,
      text: string | Uint8Array<ArrayBuffer> = body,
    ): Promise<ApiAnswer> =>
      api.call('/v1/identifications', {
        method: 'POST',
        headers: { authorization: `Bearer ${api.keys.agent}`, ...headers },
        body: text,
      });
    for (const type of [
      'application/json',
      'application/json; charset=utf-8',
      'text/plain',
      'application/x-www-form-urlencoded',
      'a b c',
      'multipart/form-data; boundary=x',
    ]) {
      assert.equal((await send({ 'content-type': type })).status, 201, type);
    }
    assert.equal(
      (await send({ 'content-type': 'application/json' }, new TextEncoder().encode(`\uFEFF${body}`))).status,
      201,
    );
    const bytes = (...values: number[]): Uint8Array<ArrayBuffer> => Uint8Array.from(values);
    const refused: [Record<string, string>, string | Uint8Array<ArrayBuffer>, number, string][] = [
      [{ 'content-type': 'application/json; charset=koi8-r' }, body, 415, 'encoding-unsupported'],
      [{ 'content-type': 'application/json; charset=utf-16' }, body, 400, 'body-not-json'],
      [{ 'content-encoding': 'rot13' }, body, 415, 'encoding-unsupported'],
      [{ 'content-encoding': 'gzip, gzip' }, body, 415, 'encoding-unsupported'],
      [{ 'content-encoding': 'gzip' }, body, 400, 'body-unreadable'],
      [{ 'content-encoding': 'gzip' }, bytes(0x1f, 0x8b, 8, 0), 400, 'body-unreadable'],
      [{ 'content-encoding': 'deflate' }, body, 400, 'body-unreadable'],
      [{ 'content-encoding': 'br' }, body, 400, 'body-unreadable'],
      [{}, bytes(0xff, 0xfe, 0x00, 0xd8), 400, 'body-not-json'],
      [{}, '', 422, 'invalid-input'],
    ];
    for (const [headers, text, status, code] of refused) {
      expectFreshProblem(await send(headers, text), status, code);
    }
  });

  it('refuses a body that is small on the wire and large unpacked', async () => {
    const packed = await new Response(
      new Blob([`{"accountNumber":"${'1'.repeat(3_000_000)}"}`])
        .stream()
        .pipeThrough(new CompressionStream('gzip')),
    ).arrayBuffer();
    assert.ok(packed.byteLength < 8_000);
    const headers = { authorization: `Bearer ${api.keys.agent}`, 'content-encoding': 'gzip' };
    const answer = await api.call('/v1/identifications', { method: 'POST', headers, body: packed });
    expectFreshProblem(answer, 413, 'body-too-large');
  });

  it('is not led astray by headers that it does not know', async () => {
    const headers = {
      'x-forwarded-for': `'; DROP TABLE agents`,
      'x-forwarded-host': 'evil.test',
      accept: 'text/html;q=x, */*',
      cookie: 'a=b; __proto__=c',
      range: 'bytes=0-1',
      'if-none-match': '*"',
      'accept-language': '..',
      origin: 'null',
    };
    const answer = await api.get('/v1/plans', { headers });
    assert.ok(answer.status === 200 || answer.status === 304, String(answer.status));
    assert.ok(!JSON.stringify([...answer.headers]).includes('evil'));
  });
});
