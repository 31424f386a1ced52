import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mock } from 'node:test';
import { inspect } from 'node:util';
import type { MailOutcome, OutgoingMail } from '../../activities/ports.ts';
import type { FaultInput } from '../../dev/sendgrid-double/faults.ts';
import { createSendgridMailer, type SendgridOptions } from '../../emails/sendgrid-mailer.ts';
import { freePort, startSendgridDouble, type TestSendgrid } from '../support/test-stack.ts';

const MAIL: OutgoingMail = {
  outboxId: '01938a5e-0000-7000-8000-00000000000a',
  recipient: 'canary.recipient@customer.example',
  subject: 'Your plan is now Canary Plus',
  text: 'Hello Canary Name,\n',
  html: '<p>Hello Canary Name,</p>\n',
};
const KEY = 'SG.canary-key';
const UNAVAILABLE = { outcome: 'unavailable', status: null, retryAfterMs: null } as const;

function mailer(baseUrl: string, options: Partial<SendgridOptions> = {}) {
  return createSendgridMailer({
    apiKey: KEY,
    from: 'service@company.example',
    fromName: 'Company',
    timeoutMs: 2_000,
    baseUrl,
    ...options,
  });
}

describe('SendGrid mailer', () => {
  let double: TestSendgrid;

  before(async () => {
    double = await startSendgridDouble();
  });
  after(async () => {
    await double.stop();
  });
  afterEach(async () => {
    await double.setFaults([]);
  });

  /** Sends one mail. Whatever came of it, nothing of the mail or the key may be in the outcome, and nothing is logged. */
  async function send(baseUrl = double.origin, options: Partial<SendgridOptions> = {}): Promise<MailOutcome> {
    const printed: unknown[] = [];
    const note = (chunk: unknown): boolean => printed.push(chunk) > 0;
    const spies = [process.stdout, process.stderr].map((stream) => mock.method(stream, 'write', note));
    const outcome = await mailer(baseUrl, options)
      .send(MAIL)
      .finally(() => {
        for (const spy of spies) spy.mock.restore();
      });
    assert.doesNotMatch(inspect(outcome, { depth: 9, showHidden: true }), /canary/i);
    assert.deepEqual(printed, []);
    return outcome;
  }
  const received = async (): Promise<number> => (await double.messages()).length;

  it('hands the mail over as it was rendered, with the id of its row and nothing else', async () => {
    const outcome = await send();
    const [mail] = await double.messages();
    assert.ok(mail);
    assert.deepEqual(outcome, { outcome: 'accepted', providerMessageId: mail.id });
    assert.deepEqual(
      { to: mail.to, from: mail.from, subject: mail.subject, text: mail.text, html: mail.html },
      {
        to: MAIL.recipient,
        from: 'service@company.example',
        subject: MAIL.subject,
        text: MAIL.text,
        html: MAIL.html,
      },
    );
    assert.deepEqual(mail.customArgs, { outbox_id: MAIL.outboxId });
  });

  const faults: readonly (readonly [string, FaultInput, MailOutcome, number])[] = [
    ['429 with Retry-After', { mode: 'status', status: 429, retryAfter: 7 }, unavailable(429, 7_000), 0],
    [
      '429 that asks for more than an hour',
      { mode: 'status', status: 429, retryAfter: 86_400 },
      unavailable(429, 3_600_000),
      0,
    ],
    ['429 that asks for no wait', { mode: 'status', status: 429, retryAfter: 0 }, unavailable(429, null), 0],
    ['429', { mode: 'status', status: 429 }, unavailable(429, null), 0],
    ...[500, 502, 503, 504, 401, 403].map(
      (status) => [`${status}`, { mode: 'status', status }, unavailable(status, null), 0] as const,
    ),
    ...[400, 404, 413].map(
      (status) => [`${status}`, { mode: 'status', status }, { outcome: 'refused', status }, 0] as const,
    ),
    ['a connection cut before the answer', { mode: 'reset' }, { outcome: 'unknown' }, 0],
    ['a connection cut after the mail was taken', { mode: 'reset-after-accept' }, { outcome: 'unknown' }, 1],
  ];
  for (const [what, fault, expected, taken] of faults) {
    it(`tells what came of it: ${what}`, async () => {
      const before = await received();
      await double.setFaults([fault]);
      assert.deepEqual(await send(), expected);
      assert.equal((await received()) - before, taken);
    });
  }

  it('waits no longer than its timeout for an answer, and then does not know', async () => {
    const before = await received();
    await double.setFaults([{ mode: 'timeout-after-accept', delayMs: 60_000 }]);
    const startedAt = performance.now();
    assert.deepEqual(await send(double.origin, { timeoutMs: 300 }), { outcome: 'unknown' });
    assert.ok(performance.now() - startedAt < 5_000);
    assert.equal((await received()) - before, 1);
  });

  it('knows that a mail was not taken where no connection came about', async () => {
    const port = await freePort();
    const nowhere = [
      `http://127.0.0.1:${port}`,
      `http://localhost:${port}`,
      'http://provider.invalid',
      double.origin.replace('http:', 'https:'),
    ];
    for (const baseUrl of nowhere) assert.deepEqual(await send(baseUrl), UNAVAILABLE, baseUrl);
  });

  it('refuses a base URL that is none when it is made', () => {
    assert.throws(() => mailer('not a url'), { code: 'ERR_INVALID_URL' });
  });

  describe('on an answer that the double does not give', () => {
    let server: Server;
    let origin: string;
    let answer: Parameters<typeof createServer>[1];
    let body = '';

    before(async () => {
      server = createServer((request, response) => {
        body = '';
        request.on('data', (chunk: Buffer) => (body += chunk.toString()));
        request.on('end', () => answer?.(request, response));
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    });
    after(() => {
      server.closeAllConnections();
      server.close();
    });

    it('turns all tracking off', async () => {
      answer = (_request, response) => response.writeHead(202).end();
      assert.deepEqual(await send(origin), { outcome: 'accepted', providerMessageId: null });
      assert.deepEqual((JSON.parse(body) as { tracking_settings: unknown }).tracking_settings, {
        click_tracking: { enable: false, enable_text: false },
        open_tracking: { enable: false },
        subscription_tracking: { enable: false },
      });
    });

    it('reads Retry-After as a date', async () => {
      answer = (_request, response) =>
        response.writeHead(503, { 'retry-after': new Date(Date.now() + 120_000).toUTCString() }).end();
      const outcome = await send(origin);
      assert.ok(outcome.outcome === 'unavailable' && outcome.retryAfterMs !== null);
      assert.ok(outcome.retryAfterMs > 60_000 && outcome.retryAfterMs <= 120_000);
    });

    it('does not follow a redirect with the mail', async () => {
      answer = (_request, response) =>
        response.writeHead(307, { location: `${double.origin}/v3/mail/send` }).end();
      const before = await received();
      assert.deepEqual(await send(origin), unavailable(307, null));
      assert.equal(await received(), before);
    });

    it('does not take another success for acceptance', async () => {
      answer = (_request, response) => response.writeHead(200).end('<html>welcome</html>');
      assert.deepEqual(await send(origin), { outcome: 'unknown' });
    });

    it('believes an answer whose body was cut off', async () => {
      const cutOff =
        (status: number): typeof answer =>
        (_request, response) => {
          response.writeHead(status, { 'x-message-id': 'id-1', 'content-length': '100' }).write('{');
          setImmediate(() => response.destroy());
        };
      answer = cutOff(202);
      assert.deepEqual(await send(origin), { outcome: 'accepted', providerMessageId: 'id-1' });
      answer = cutOff(400);
      assert.deepEqual(await send(origin), { outcome: 'refused', status: 400 });
    });

    it('does not wait for ever for the end of an answer', async () => {
      answer = (_request, response) => response.writeHead(200).write(' ');
      assert.deepEqual(await send(origin, { timeoutMs: 200 }), { outcome: 'unknown' });
    });
  });
});

function unavailable(status: number, retryAfterMs: number | null): MailOutcome {
  return { outcome: 'unavailable', status, retryAfterMs };
}
