import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { createServer as createTcpServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import { EventWebhook, EventWebhookHeader } from '@sendgrid/eventwebhook';
import { z } from 'zod';
import type { WebhookOptions } from '../../dev/sendgrid-double/event-webhook.ts';
import { serveSendgridDouble, type RunningDouble } from '../../dev/sendgrid-double/serve.ts';
import { webhookKey, type WebhookKey } from '../../dev/sendgrid-double/webhook-key.ts';
import { productEnv } from '../../dev/stack/child-env.ts';
import { readStartConfig } from '../../dev/stack/start-config.ts';
import { outboxService } from '../../dev/stack/services.ts';
import { eventually } from '../support/eventually.ts';
import { makeTestFolder, type TestFolder } from '../support/test-folder.ts';

const eventList = z.array(
  z.looseObject({
    email: z.string(),
    event: z.string(),
    timestamp: z.int(),
    sg_event_id: z.string(),
    sg_message_id: z.string(),
    outbox_id: z.string(),
  }),
);

interface Posted {
  readonly body: string;
  readonly headers: IncomingHttpHeaders;
  readonly events: z.output<typeof eventList>;
}

/** Takes what the double posts; answers with the statuses given, then 204. */
async function startReceiver(statuses: number[] = [], port = 0) {
  const posted: Posted[] = [];
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      posted.push({ body, headers: request.headers, events: eventList.parse(JSON.parse(body)) });
      response.writeHead(statuses.shift() ?? 204).end();
    });
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/events`;
  return {
    posted,
    url,
    port: (server.address() as AddressInfo).port,
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

describe('SendGrid double: events', () => {
  let folder: TestFolder;
  let key: WebhookKey;
  let double: RunningDouble | undefined;
  let receiver: Awaited<ReturnType<typeof startReceiver>>;

  before(async () => {
    folder = makeTestFolder();
    key = await webhookKey(path.join(folder.path, 'webhook-key.pem'));
  });
  after(() => {
    folder.remove();
  });
  afterEach(async () => {
    await double?.close();
    await receiver.stop();
  });

  const start = async (statuses: number[] = [], limits: Partial<WebhookOptions> = {}): Promise<void> => {
    receiver = await startReceiver(statuses);
    double = await serveSendgridDouble({
      port: 0,
      file: path.join(folder.path, `outbox-${Math.random()}.jsonl`),
      webhook: { url: receiver.url, key, ...limits },
    });
  };
  const send = (mailId: string, to = 'customer@example.org') =>
    fetch(`${double?.origin ?? ''}/v3/mail/send`, {
      method: 'POST',
      headers: { authorization: 'Bearer SG.key', 'content-type': 'application/json' },
      body: JSON.stringify({
        personalizations: [{ to: [{ email: to }], custom_args: { outbox_id: mailId } }],
        from: { email: 'service@company.example' },
        subject: 'Your plan',
        content: [{ type: 'text/plain', value: 'Plain words' }],
      }),
    });
  const setFaults = (...faults: object[]) =>
    fetch(`${double?.origin ?? ''}/faults`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(faults),
    });
  /** Waits until events about a mail have come, and returns their kinds. */
  const reported = (mailId: string): Promise<string[]> =>
    eventually(() => {
      const events = receiver.posted
        .flatMap((each) => each.events)
        .filter((each) => each.outbox_id === mailId);
      return Promise.resolve(events.length === 0 ? undefined : events.map(({ event }) => event));
    });

  it('posts processed and delivered, signed as SendGrid signs', async () => {
    await start();
    const answer = await send('mail-1');
    assert.deepEqual(await reported('mail-1'), ['processed', 'delivered']);
    const [{ body, headers, events } = assert.fail(), ...others] = receiver.posted;
    assert.deepEqual(others, []);
    for (const event of events) {
      assert.equal(event.email, 'customer@example.org');
      assert.ok(event.sg_message_id.startsWith(answer.headers.get('x-message-id') ?? 'none'));
      assert.ok(Math.abs(event.timestamp - Date.now() / 1_000) < 60);
    }
    assert.equal(new Set(events.map((event) => event.sg_event_id)).size, 2);
    assert.match(headers['content-type'] ?? '', /^application\/json/);
    const signature = String(headers[EventWebhookHeader.SIGNATURE().toLowerCase()]);
    const timestamp = String(headers[EventWebhookHeader.TIMESTAMP().toLowerCase()]);
    const webhook = new EventWebhook();
    const publicKey = webhook.convertPublicKeyToECDSA(key.verificationKey);
    assert.ok(webhook.verifySignature(publicKey, body, signature, timestamp));
    assert.ok(!webhook.verifySignature(publicKey, `${body} `, signature, timestamp));
    assert.ok(!webhook.verifySignature(publicKey, body, signature, `${timestamp}0`));
  });

  it('posts again until it is taken: the same events, signed anew', async () => {
    await start([500, 404, 302]);
    await send('mail-2');
    await eventually(() => Promise.resolve(receiver.posted.length === 4 || undefined));
    assert.equal(new Set(receiver.posted.map(({ body }) => body)).size, 1);
    const signature = EventWebhookHeader.SIGNATURE().toLowerCase();
    assert.equal(new Set(receiver.posted.map(({ headers }) => headers[signature])).size, 4);
  });

  it('waits for a receiver that is away', async () => {
    await start();
    const { port } = receiver;
    await receiver.stop();
    let refusedCount = 0;
    const away = createTcpServer((socket) => {
      refusedCount += 1;
      socket.destroy();
    }).listen(port, '127.0.0.1');
    await once(away, 'listening');
    await send('mail-3');
    await eventually(() => Promise.resolve(refusedCount > 1 || undefined));
    away.close();
    await once(away, 'close');
    receiver = await startReceiver([], port);
    assert.deepEqual(await reported('mail-3'), ['processed', 'delivered']);
  });

  it('gives up after a bounded time', async () => {
    const givenUp: string[] = [];
    const onGivenUp = (reason: string) => void givenUp.push(reason);
    await start(Array<number>(50).fill(503), { giveUpAfterMs: 600, onGivenUp });
    await send('mail-4');
    await eventually(() => Promise.resolve(givenUp.length > 0 || undefined));
    assert.deepEqual(givenUp, ['status 503']);
    // The pauses grow from a quarter of a second: no third one fits.
    assert.ok(receiver.posted.length <= 2);
  });

  it('reports what it is told to, for so many mails, and the next as usual', async () => {
    await start();
    await setFaults({ mode: 'bounce', times: 2 }, { mode: 'dropped' }, { mode: 'no-event' });
    for (const id of ['a', 'b', 'c', 'd', 'e']) assert.equal((await send(id)).status, 202);
    assert.deepEqual(await reported('e'), ['processed', 'delivered']);
    for (const [id, kinds] of [
      ['a', ['processed', 'bounce']],
      ['b', ['processed', 'bounce']],
      ['c', ['dropped']],
    ] as const)
      assert.deepEqual(await reported(id), kinds);
    assert.ok(!receiver.posted.some(({ body }) => body.includes('"outbox_id":"d"')));
    const messages = (await (await fetch(`${double?.origin ?? ''}/messages`)).json()) as unknown[];
    assert.equal(messages.length, 5);
  });

  it('reports a mail that it took and whose answer it lost; and none that it did not take', async () => {
    await start();
    await setFaults({ mode: 'drop' }, { mode: 'status', status: 500 }, { mode: 'reset-after-accept' });
    await send('lost');
    await send('refused');
    await assert.rejects(send('unanswered'));
    assert.deepEqual(await reported('unanswered'), ['processed', 'delivered']);
    assert.ok(!receiver.posted.some(({ body }) => /lost|refused/.test(body)));
  });

  it('always bounces an address that asks for it', async () => {
    await start();
    await send('mail-6', 'Bounce.me@example.org');
    assert.deepEqual(await reported('mail-6'), ['processed', 'bounce']);
  });
});

describe('SendGrid double: the key of its events', () => {
  let folder: TestFolder;
  before(() => {
    folder = makeTestFolder();
  });
  after(() => {
    folder.remove();
  });

  it('is made once, readable by its owner only, and stays', async () => {
    const file = path.join(folder.path, 'one.pem');
    const first = await webhookKey(file);
    assert.equal((await stat(file)).mode & 0o777, 0o600);
    assert.equal((await webhookKey(file)).verificationKey, first.verificationKey);
    assert.match(await readFile(file, 'utf8'), /^-----BEGIN PRIVATE KEY-----\n/);
    assert.match(first.verificationKey, /^[A-Za-z0-9+/]+={0,2}$/);
  });

  it('replaces a file that holds none', async () => {
    for (const [name, content] of [
      ['empty.pem', ''],
      ['junk.pem', 'junk'],
    ] as const) {
      const file = path.join(folder.path, name);
      await writeFile(file, content);
      const { verificationKey } = await webhookKey(file);
      assert.equal((await webhookKey(file)).verificationKey, verificationKey);
    }
  });

  const places = {
    api: 'http://127.0.0.1:8080',
    apiPort: 8080,
    outbox: 'http://127.0.0.1:8025',
    databaseUrl: 'postgresql://app@127.0.0.1:5433/plan_change',
    temporalAddress: '127.0.0.1:7233',
    temporalNamespace: 'default',
    temporalUi: 'http://127.0.0.1:8233',
    workflowBundle: 'bundle.js',
    evidence: {
      signingKey: 'key of the company',
      signingSince: '',
      retiredKeys: '',
      anchorFolder: 'anchors',
    },
    consoleFolder: 'console',
    webhookVerificationKey: 'key of the double',
  };

  it('reaches the API, unless mail goes to SendGrid itself: then the key that the user set', () => {
    const own = readStartConfig({ SENDGRID_WEBHOOK_PUBLIC_KEY: 'key of SendGrid' });
    assert.equal(productEnv(own, places)['SENDGRID_WEBHOOK_PUBLIC_KEY'], 'key of the double');
    const env = { SENDGRID_API_KEY: 'SG.real', SENDGRID_WEBHOOK_PUBLIC_KEY: 'key of SendGrid' };
    const given = productEnv(readStartConfig(env), places);
    assert.deepEqual(
      [given['SENDGRID_WEBHOOK_PUBLIC_KEY'], given['SENDGRID_API_KEY'], given['SENDGRID_BASE_URL']],
      ['key of SendGrid', 'SG.real', undefined],
    );
    const unset = productEnv(readStartConfig({ SENDGRID_API_KEY: 'SG.real' }), places);
    assert.equal(unset['SENDGRID_WEBHOOK_PUBLIC_KEY'], undefined);
  });

  it('signs for the double only while mail goes there', () => {
    const options = { checkout: folder.path, dataDir: folder.path, port: 8025, env: {} };
    const { args } = outboxService({ ...options, api: places.api }).command;
    const webhook = args.indexOf('--webhook');
    assert.deepEqual(args.slice(webhook), [
      '--webhook',
      `${places.api}/v1/webhooks/sendgrid`,
      '--webhook-key',
      path.join(folder.path, 'webhook-key.pem'),
    ]);
    assert.ok(!outboxService({ ...options, api: undefined }).command.args.includes('--webhook'));
  });
});
