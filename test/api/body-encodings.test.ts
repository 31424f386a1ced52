import assert from 'node:assert/strict';
import { createApiRig, type ApiAnswer, type ApiRig } from '../support/api-rig.ts';
import { expectFreshProblem } from './expect-problem.ts';

describe('API: bodies by their encoding', () => {
  let api: ApiRig;

  before(async () => {
    api = await createApiRig('api body encodings', { worker: false });
  });
  after(() => api.close());

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
