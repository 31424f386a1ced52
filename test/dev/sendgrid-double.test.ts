import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sendgridClient from '@sendgrid/client';
import sendgrid from '@sendgrid/mail';
import { openMailStore, type Mail } from '../../dev/sendgrid-double/mail-store.ts';
import { eventually, freePort, startSendgridDouble, type TestSendgrid } from '../support/test-stack.ts';

const message = {
  to: 'customer@example.com',
  from: 'service@company.example',
  subject: 'Your new plan',
  text: 'Plain words',
  html: '<p>Rich words</p>',
  customArgs: { outboxId: '42' },
};

const body = (subject = 'Your new plan'): string =>
  JSON.stringify({
    personalizations: [{ to: [{ email: message.to }], custom_args: { outboxId: '42' } }],
    from: { email: message.from, name: 'Company' },
    subject,
    content: [{ type: 'text/plain', value: message.text }],
  });

/** The package exports one shared instance; a test must not change the one that others use. */
function another<T extends object>(shared: T): T {
  return new (shared.constructor as new () => T)();
}

async function post(origin: string, content: string, key = 'Bearer SG.key'): Promise<Response> {
  return fetch(`${origin}/v3/mail/send`, {
    method: 'POST',
    headers: { authorization: key, 'content-type': 'application/json' },
    body: content,
    signal: AbortSignal.timeout(1_000),
  });
}

describe('SendGrid double', () => {
  let double: TestSendgrid;
  const sent = async (): Promise<string[]> => (await double.messages()).map((mail) => mail.subject);

  beforeEach(async () => {
    double = await startSendgridDouble();
  });
  afterEach(async () => {
    await double.stop();
  });

  it('takes what @sendgrid/mail sends and shows it in the shape of the contract', async () => {
    const service = another(sendgrid);
    const client = another(sendgridClient);
    client.setApiKey('SG.key');
    client.setDefaultRequest('baseUrl', `${double.origin}/`);
    service.setClient(client);
    const [answer] = await service.send({ ...message });
    assert.equal(answer.statusCode, 202);
    const [mail] = await double.messages();
    assert.ok(mail);
    const { receivedAt, id, ...rest } = mail;
    assert.equal(id, (answer.headers as Record<string, string>)['x-message-id']);
    assert.ok(Math.abs(Date.parse(receivedAt) - Date.now()) < 60_000);
    assert.deepEqual(rest, message);
    assert.deepEqual(await (await fetch(`${double.origin}/messages/${id}`)).json(), mail);
  });

  it('lists the newest first', async () => {
    for (const subject of ['one', 'two', 'three'])
      assert.equal((await post(double.origin, body(subject))).status, 202);
    assert.deepEqual(await sent(), ['three', 'two', 'one']);
  });

  const refused: readonly (readonly [string, string, string, number])[] = [
    ['no key', body(), '', 401],
    ['a key that is not a bearer', body(), 'Basic abc', 401],
    ['a body that is not JSON', '{"from":', 'Bearer SG.key', 400],
    ['an empty object', '{}', 'Bearer SG.key', 400],
    ['a list', '[]', 'Bearer SG.key', 400],
    ['no recipient', body().replace(/"to":\[.*?\]/, '"to":[]'), 'Bearer SG.key', 400],
    ['a recipient that is no address', body().replace(message.to, 'customer'), 'Bearer SG.key', 400],
    ['no subject', body(''), 'Bearer SG.key', 400],
    ['no content', body().replace(/"content":\[.*\]/, '"content":[]'), 'Bearer SG.key', 400],
  ];
  for (const [what, content, key, status] of refused) {
    it(`refuses ${what} with ${status} and SendGrid's error list`, async () => {
      const answer = await post(double.origin, content, key);
      assert.equal(answer.status, status);
      const { errors } = (await answer.json()) as {
        errors: { message: string; field: unknown; help: unknown }[];
      };
      assert.ok(errors.length > 0);
      for (const error of errors) assert.deepEqual(Object.keys(error).sort(), ['field', 'help', 'message']);
      assert.deepEqual(await sent(), []);
    });
  }

  it('fails on demand, in the order asked for, and is well afterwards', async () => {
    await double.setFaults([
      { mode: 'status', status: 429, retryAfter: 1, times: 2 },
      { mode: 'reset' },
      { mode: 'drop' },
      { mode: 'reset-after-accept' },
      { mode: 'timeout-after-accept', delayMs: 5_000 },
      { mode: 'slow', delayMs: 10 },
    ]);
    for (const subject of ['limited', 'limited again']) {
      const limited = await post(double.origin, body(subject));
      assert.deepEqual([limited.status, limited.headers.get('retry-after')], [429, '1']);
    }
    await assert.rejects(post(double.origin, body('reset')));
    assert.equal((await post(double.origin, body('lost'))).status, 202);
    await assert.rejects(post(double.origin, body('accepted, reset')));
    await assert.rejects(post(double.origin, body('accepted, late')), { name: 'TimeoutError' });
    assert.equal((await post(double.origin, body('slow'))).status, 202);
    assert.equal((await post(double.origin, body('well'))).status, 202);
    assert.deepEqual(await sent(), ['well', 'slow', 'accepted, late', 'accepted, reset']);
  });

  it('forgets faults when told, and refuses ones it does not know', async () => {
    await double.setFaults([{ mode: 'drop', times: 100 }]);
    assert.equal((await fetch(`${double.origin}/faults`, { method: 'DELETE' })).status, 204);
    assert.deepEqual(await (await fetch(`${double.origin}/faults`)).json(), []);
    await post(double.origin, body());
    assert.equal((await sent()).length, 1);
    await assert.rejects(double.setFaults([{ mode: 'explode' } as never]), /refused these faults/);
  });

  it('shows the mails on a page without script, from elsewhere nothing, and every text escaped', async () => {
    const evil = '<img src=x onerror=alert(1)></iframe><script>alert(2)</script>';
    const html = `<html><head><title>x</title></head><body>${evil}</body></html>`;
    const content = JSON.parse(body(evil)) as { content: unknown };
    content.content = [
      { type: 'text/plain', value: evil },
      { type: 'text/html', value: html },
    ];
    assert.equal((await post(double.origin, JSON.stringify(content))).status, 202);
    const page = await fetch(`${double.origin}/`);
    assert.match(page.headers.get('content-security-policy') ?? '', /default-src 'none'/);
    const text = await page.text();
    assert.doesNotMatch(text, /<script|<img|https?:/);
    assert.match(text, /&lt;script&gt;alert\(2\)/);
    const [mail] = await double.messages();
    const inner = await fetch(`${double.origin}/messages/${mail?.id ?? ''}/html`);
    assert.match(
      inner.headers.get('content-security-policy') ?? '',
      /^sandbox allow-popups .*default-src 'none'/,
    );
    assert.match(await inner.text(), /^<html><head><base target="_blank"><title>/);
    assert.match((await (await fetch(`${double.origin}/outbox.css`)).text()).slice(0, 10), /:root/);
  });

  it('answers 404 for a mail that is not there', async () => {
    for (const place of ['/messages/none', '/messages/none/html', '/nothing']) {
      assert.equal((await fetch(double.origin + place)).status, 404);
    }
  });
});

describe('outbox of the SendGrid double', () => {
  let folder: string;
  let file: string;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'outbox-'));
    file = path.join(folder, 'outbox.jsonl');
  });
  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  it('drops a last line that a crash cut short, and goes on after it', async () => {
    const mail: Mail = { ...message, id: 'first', receivedAt: new Date(0).toISOString() };
    const before = await openMailStore(file);
    await before.add(mail);
    await before.close();
    await appendFile(file, '{"id":"cut');
    const after = await openMailStore(file);
    await after.add({ ...mail, id: 'second' });
    await after.close();
    const again = await openMailStore(file);
    assert.deepEqual(
      again.all().map(({ id }) => id),
      ['second', 'first'],
    );
    await again.close();
    assert.equal((await stat(file)).mode & 0o777, 0o600);
  });

  it('keeps every acknowledged mail through kill -9 while mails come in', async () => {
    const port = await freePort();
    const origin = `http://127.0.0.1:${port}`;
    const start = async (): Promise<ChildProcess> => {
      const args = [
        '--import',
        'tsx',
        'dev/sendgrid-double/server.ts',
        '--port',
        String(port),
        '--file',
        file,
      ];
      const child = spawn(process.execPath, args, { stdio: 'ignore' });
      await eventually(async () => ((await fetch(`${origin}/messages`)).ok ? true : undefined));
      return child;
    };
    const first = await start();
    const acknowledged: string[] = [];
    const senders = Array.from({ length: 4 }, async (_none, sender) => {
      for (let index = 0; ; index += 1) {
        const answer = await post(origin, body(`${sender}-${index}`)).catch(() => undefined);
        if (answer?.status !== 202) return;
        acknowledged.push(`${sender}-${index}`);
        if (acknowledged.length === 20) first.kill('SIGKILL');
      }
    });
    await Promise.all(senders);
    const second = await start();
    const mails = (await (await fetch(`${origin}/messages`)).json()) as Mail[];
    const found = new Set(mails.map((mail) => mail.subject));
    assert.ok(acknowledged.length >= 20);
    assert.deepEqual(
      acknowledged.filter((subject) => !found.has(subject)),
      [],
    );
    const exit = once(second, 'exit');
    second.kill('SIGTERM');
    assert.deepEqual(await exit, [0, null]);
    assert.ok((await readFile(file, 'utf8')).endsWith('\n'));
  });
});
