import assert from 'node:assert/strict';
import { problem } from '../../api/schemas/common.ts';
import { createApiRig, type ApiAnswer, type ApiRig } from '../support/api-rig.ts';
import { rowCounts, rowsGained } from '../support/database-contents.ts';
import { expectFreshProblem, expectProblem } from './expect-problem.ts';
import { rawAnswer, rawAsAgent, rawBytes, rawRequest } from './raw-http.ts';

/** What no HTTP client of a decent program sends: answered by the server itself, as problems like all others. */
describe('API: bytes that are no request', () => {
  let api: ApiRig;

  before(async () => {
    api = await createApiRig('api raw http', { worker: false });
  });
  after(() => api.close());

  const answerTo = async (bytes: string | Buffer): Promise<ApiAnswer> => {
    const answer = await rawAnswer(api.origin, bytes);
    assert.ok(answer, `no answer to ${bytes.toString('latin1').slice(0, 80)}`);
    return answer;
  };
  const post = (...headers: string[]): string[] => [`Authorization: Bearer ${api.keys.agent}`, ...headers];
  const isAlive = async (): Promise<void> => {
    assert.equal((await api.get('/livez', { as: null })).status, 200);
  };

  it('400 for garbage, other protocols and broken heads', async () => {
    const heads: Record<string, string | Buffer> = {
      garbage: 'hello\r\n\r\n',
      'a TLS hello': Buffer.from([0x16, 0x03, 0x01, 0x00, 0x05, 0x01, 0x00, 0x00, 0x01, 0x03, 0x0d, 0x0a]),
      'HTTP/2': 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
      'HTTP/9': 'GET /v1/plans HTTP/9.9\r\n\r\n',
      'no path': 'GET  HTTP/1.1\r\n\r\n',
      'an unknown method': rawRequest('FROBNICATE /v1/plans'),
      'a NUL in a header': rawRequest('GET /v1/plans', ['X-A: a\0b']),
      'a header without a colon': rawRequest('GET /v1/plans', ['nonsense']),
      'a header with a space in its name': rawRequest('GET /v1/plans', ['Content Length: 1']),
      'two lengths': rawRequest('POST /v1/identifications', ['Content-Length: 1', 'Content-Length: 2'], '{}'),
      'a length that is none': rawRequest('POST /v1/identifications', ['Content-Length: two'], '{}'),
      'a negative length': rawRequest('POST /v1/identifications', ['Content-Length: -2'], '{}'),
      'length and chunks': rawRequest(
        'POST /v1/identifications',
        ['Content-Length: 2', 'Transfer-Encoding: chunked'],
        '0\r\n\r\n',
      ),
    };
    for (const [what, bytes] of Object.entries(heads)) {
      const answer = await answerTo(bytes);
      assert.equal(answer.status, 400, what);
      expectFreshProblem(answer, 400, 'request-unreadable');
    }
  });

  it('400 for a chunk that is none', async () => {
    const headers = post('Transfer-Encoding: chunked', 'Content-Type: application/json');
    const answer = await answerTo(rawRequest('POST /v1/identifications', headers, 'zz\r\n{}\r\n0\r\n\r\n'));
    expectProblem(answer, 400, answer.read(problem).code);
  });

  it('431 for headers and paths without end', async () => {
    for (const bytes of [
      rawRequest('GET /v1/plans', [`X-A: ${'x'.repeat(40_000)}`]),
      rawRequest(`GET /${'x'.repeat(40_000)}`),
      rawRequest(
        'GET /v1/plans',
        Array.from({ length: 3_000 }, (_, at) => `X-${at}: 1`),
      ),
    ]) {
      expectFreshProblem(await answerTo(bytes), 431, 'headers-too-large');
    }
  });

  it('serves a request without a Host, with Expect and with Upgrade', async () => {
    const plain = `Authorization: Bearer ${api.keys.agent}\r\nConnection: close\r\n`;
    assert.equal((await answerTo(`GET /v1/plans HTTP/1.1\r\n${plain}\r\n`)).status, 200);
    assert.equal(
      (await answerTo(`GET /v1/plans HTTP/1.1\r\nHost: a\r\nExpect: miracles\r\n${plain}\r\n`)).status,
      200,
    );
    const upgrade = `GET /v1/plans HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n${plain.replace('close', 'upgrade, close')}\r\n`;
    assert.equal((await answerTo(upgrade)).status, 200);
  });

  it('looks at no body of a GET, which has no meaning', async () => {
    for (const body of ['{', 'x'.repeat(40_000)]) {
      const headers = ['Content-Type: application/json', `Content-Length: ${body.length}`];
      assert.equal((await rawAsAgent(api, 'GET /v1/plans', headers, body)).status, 200);
    }
  });

  it('does nothing about a body that is shorter than announced', async () => {
    const { accountNumber, fullName, serviceAddress } = await api.stranger();
    const body = JSON.stringify({ accountNumber, fullName, serviceAddress });
    const headers = post(`Content-Length: ${body.length + 100}`, 'Idempotency-Key: short');
    const before = await rowCounts(api.rig.ownerKnex);
    const answer = await rawAnswer(api.origin, rawRequest('POST /v1/identifications', headers, body), {
      hangUp: true,
    });
    if (answer) expectProblem(answer, 400, answer.read(problem).code);
    assert.deepEqual(rowsGained(before, await rowCounts(api.rig.ownerKnex)), {});
    await isAlive();
  });

  it('takes what follows a body that is longer than announced for no request', async () => {
    const headers = post('Content-Length: 10')
      .map((line) => `${line}\r\n`)
      .join('');
    const head = `POST /v1/identifications HTTP/1.1\r\nHost: a\r\n${headers}\r\n`;
    const received = await rawBytes(api.origin, `${head}{"accountNumber":"1"}`);
    const statuses = [...received.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map(([, status]) => status);
    // The answer to the second may overtake the first: then the connection is closed.
    assert.deepEqual(new Set(statuses), new Set(['400']), received);
    assert.match(received, /request-unreadable/);
  });

  it('survives a client that goes away in the middle', async () => {
    const half = rawRequest('POST /v1/identifications', post('Content-Length: 1000'), '{"accountNumber":');
    await Promise.all(
      Array.from({ length: 20 }, () =>
        rawBytes(api.origin, half.slice(0, -5), { hangUp: true, within: 200 }),
      ),
    );
    await Promise.all(Array.from({ length: 20 }, () => rawBytes(api.origin, half, { within: 100 })));
    await isAlive();
    assert.ok(
      !api.logs.some((line) => line.includes('"level":50')),
      api.logs.find((line) => line.includes('"level":50')),
    );
  });
});
