import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import type { MailOutcome } from '../../activities/ports.ts';
import { notes } from '../../api/schemas/accounts.ts';
import { planChange } from '../../api/schemas/plan-changes.ts';
import { serveSendgridDouble } from '../../dev/sendgrid-double/serve.ts';
import { webhookKey } from '../../dev/sendgrid-double/webhook-key.ts';
import { updateMail } from '../../db/stores/outbox.ts';
import { createSendgridMailer } from '../../emails/sendgrid-mailer.ts';
import { createApiRig, type Api, type ApiRig } from '../support/api-rig.ts';
import { eventually } from '../support/eventually.ts';
import { eventSigner, mailEvent, postEvents, WEBHOOK_PATH } from '../support/signed-events.ts';
import { makeTestFolder } from '../support/test-folder.ts';
import { expectProblem } from './expect-problem.ts';

const FORGED = 'webhook-signature-invalid';

describe('API: webhook of the mail provider', () => {
  let rig: ApiRig;
  let api: Api;
  const signer = eventSigner();
  let outcome: MailOutcome | undefined;
  const sent: string[] = [];

  before(async () => {
    rig = await createApiRig('api webhook', {
      mailer: {
        send({ outboxId }) {
          sent.push(outboxId);
          return Promise.resolve(
            outcome ?? { outcome: 'accepted', providerMessageId: `message-${sent.length}` },
          );
        },
      },
    });
    api = await rig.another({ webhookPublicKey: signer.publicKey });
  });
  after(() => rig.close());
  afterEach(() => {
    outcome = undefined;
  });

  interface Mailed {
    readonly planChangeId: string;
    readonly customerId: string;
    readonly mailId: string;
  }
  /** A completed change, whose summary was accepted. */
  const mailed = async (): Promise<Mailed> => {
    const { planChangeId, customerId } = await rig.changeOf(await rig.stranger());
    const mail = await eventually(() => mailOf(planChangeId, 'accepted'));
    return { planChangeId, customerId, mailId: mail.id };
  };
  const mailOf = async (planChangeId: string, status?: string) => {
    const mail = await rig.rig
      .knex('email_outbox')
      .where({ plan_change_id: planChangeId })
      .first<MailRow | undefined>();
    return mail && (status === undefined || mail.status === status) ? mail : undefined;
  };
  const post = (...events: object[]) => postEvents(api, signer, events);
  const notesOf = async ({ customerId }: Mailed): Promise<string[]> => {
    const { items } = (await rig.get(`/v1/customers/${customerId}/notes?limit=100`)).read(notes);
    return items.flatMap(({ kind, body }) => (kind.startsWith('email_') ? [`${kind}: ${body}`] : []));
  };
  const emailOf = async ({ planChangeId }: Mailed) =>
    (await rig.get(`/v1/plan-changes/${planChangeId}`)).read(planChange).email?.status;

  it('delivered: shown with the change and noted', async () => {
    const mail = await mailed();
    const answer = await post(mailEvent('processed', mail.mailId), mailEvent('delivered', mail.mailId));
    assert.deepEqual([answer.status, answer.text], [204, '']);
    assert.equal(await emailOf(mail), 'delivered');
    const [note = '', ...others] = await notesOf(mail);
    assert.match(note, /^email_delivered: The summary was delivered by email, record [0-9a-f]{64}\.$/);
    assert.deepEqual(others, []);
  });

  for (const [event, status, because] of [
    ['bounce', 'bounced', 'refused it'],
    ['dropped', 'dropped', 'did not send it'],
  ] as const) {
    it(`${event}: a task for an agent, and the change stands`, async () => {
      const mail = await mailed();
      const reason = '550 5.1.1 unknown mailbox of customer@example.org';
      assert.equal((await post(mailEvent(event, mail.mailId, { type: 'bounce', reason }))).status, 204);
      assert.equal(await emailOf(mail), status);
      const [note, ...others] = await notesOf(mail);
      assert.match(
        note ?? '',
        new RegExp(`^email_undeliverable: .* ${because}[^.]*\\. Tell the customer by other`),
      );
      assert.deepEqual(others, []);
      const seen = (await rig.get(`/v1/plan-changes/${mail.planChangeId}`)).read(planChange);
      assert.equal(seen.status, 'completed');
      // What the provider quotes of an address is not kept.
      const rows = await rig.rig.knex('email_events').where({ outbox_id: mail.mailId });
      assert.doesNotMatch(JSON.stringify(rows), /customer@example\.org|5\.1\.1/);
    });
  }

  it('replayed: taken again, and nothing happens twice', async () => {
    const mail = await mailed();
    const events = [mailEvent('delivered', mail.mailId), mailEvent('bounce', mail.mailId)];
    for (let times = 0; times < 3; times += 1) assert.equal((await post(...events, ...events)).status, 204);
    await Promise.all([post(...events), post(...events.toReversed()), post(...events)]);
    assert.equal((await notesOf(mail)).length, 2);
    assert.equal((await rig.rig.knex('email_events').where({ outbox_id: mail.mailId })).length, 2);
  });

  it('out of order: what comes late never takes back what says more', async () => {
    const mail = await mailed();
    for (const event of ['bounce', 'delivered', 'processed', 'deferred', 'dropped'])
      assert.equal((await post(mailEvent(event, mail.mailId))).status, 204);
    assert.equal(await emailOf(mail), 'bounced');
    assert.equal((await notesOf(mail)).length, 1);
    const other = await mailed();
    for (const event of ['delivered', 'processed', 'bounce']) await post(mailEvent(event, other.mailId));
    assert.equal(await emailOf(other), 'bounced');
    assert.equal((await notesOf(other)).length, 2);
  });

  it('takes its own from among the events of others', async () => {
    const mail = await mailed();
    const answer = await post(
      mailEvent('delivered', randomUUID()),
      mailEvent('delivered', 'not-an-id'),
      mailEvent('delivered', mail.mailId, { outbox_id: 42 }),
      mailEvent('delivered', mail.mailId, { outbox_id: undefined }),
      mailEvent('open', mail.mailId),
      mailEvent('delivered', mail.mailId, { sg_event_id: undefined }),
      mailEvent('delivered', mail.mailId, { sg_event_id: 'with\0nul' }),
      mailEvent('delivered', mail.mailId, { timestamp: 1e300 }),
      mailEvent('delivered', mail.mailId, { timestamp: '2026' }),
      { event: 'account_status_change', type: 'compliance_suspend' },
      {},
      mailEvent('bounce', mail.mailId, { type: 'a\0b' }),
    );
    assert.deepEqual([answer.status, await emailOf(mail)], [204, 'bounced']);
    const rows = await rig.rig
      .knex('email_events')
      .select<{ event: string }[]>('event')
      .where({ outbox_id: mail.mailId });
    assert.deepEqual(rows, [{ event: 'bounce' }]);
    assert.equal((await post()).status, 204);
  });

  it('names a mail whose answer was lost: it is not sent again', async () => {
    outcome = { outcome: 'unknown' };
    const { planChangeId, customerId } = await rig.changeOf(await rig.stranger());
    const { id: mailId } = await eventually(() => mailOf(planChangeId, 'sending'));
    outcome = undefined;
    const attempts = sent.filter((id) => id === mailId).length;
    assert.equal(attempts, 1);
    assert.equal((await post(mailEvent('processed', mailId))).status, 204);
    const execution = { workflowId: `plan-change-${planChangeId}` };
    const input = { planChangeId, customerId, mailId, now: new Date().toISOString() };
    assert.deepEqual(await rig.rig.run('sendSummary', input, execution), { outcome: 'accepted' });
    assert.equal(sent.filter((id) => id === mailId).length, attempts);
    const mail = await mailOf(planChangeId);
    assert.deepEqual([mail?.status, mail?.possible_duplicates], ['accepted', 0]);
    assert.ok(mail?.accepted_at, 'since when is not recorded');
  });

  it("comes before the sender's own record: the provider's id is still kept", async () => {
    const mail = await mailed();
    const { mailId } = mail;
    await rig.rig
      .ownerKnex('email_outbox')
      .where({ id: mailId })
      .update({ status: 'sending', provider_message_id: null, accepted_at: null });
    await post(mailEvent('delivered', mailId));
    await rig.rig.knex.transaction((trx) =>
      updateMail(trx, mailId, { status: 'accepted', providerMessageId: 'late' }),
    );
    const row = await mailOf(mail.planChangeId);
    assert.deepEqual([row?.status, row?.provider_message_id], ['delivered', 'late']);
  });

  it('refuses what is not signed with the key, whole and lately: 403, and nothing is recorded', async () => {
    const mail = await mailed();
    const events = [mailEvent('bounce', mail.mailId)];
    const now = Math.floor(Date.now() / 1_000);
    const unsigned = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(events),
    };
    expectProblem(await api.call(WEBHOOK_PATH, unsigned), 403, FORGED);
    expectProblem(await postEvents(api, eventSigner(), events), 403, FORGED);
    expectProblem(await postEvents(api, eventSigner('secp256k1'), events), 403, FORGED);
    const tampered = JSON.stringify(events).replace('bounce', 'dropped');
    expectProblem(await postEvents(api, signer, events, { sent: tampered }), 403, FORGED);
    expectProblem(await postEvents(api, signer, events, { sent: ` ${JSON.stringify(events)}` }), 403, FORGED);
    for (const timestamp of [now - 601, now + 660, '', 'now', '1e9', `-${now}`])
      expectProblem(await postEvents(api, signer, events, { timestamp }), 403, FORGED);
    const other = { 'x-twilio-email-event-webhook-timestamp': String(now - 1) };
    expectProblem(await postEvents(api, signer, events, { timestamp: now, headers: other }), 403, FORGED);
    for (const signature of ['', 'AAAA', 'not base64 %%%', 'MEUCIQ==', 'A'.repeat(4_000)]) {
      const headers = { 'x-twilio-email-event-webhook-signature': signature };
      expectProblem(await postEvents(api, signer, events, { headers }), 403, FORGED);
    }
    assert.equal(await emailOf(mail), 'accepted');
    assert.deepEqual(await notesOf(mail), []);
    assert.equal((await postEvents(api, signer, events, { timestamp: now - 500 })).status, 204);
  });

  it('refuses everything while no key is configured, and says which setting it is', async () => {
    const answer = await postEvents(rig, signer, []);
    assert.match(expectProblem(answer, 403, 'webhook-not-configured').detail, /SENDGRID_WEBHOOK_PUBLIC_KEY/);
  });

  it('refuses what are no events: 400, and bodies that are too large: 413', async () => {
    for (const body of ['', '{', '{}', 'null', '[1]', '[null]', '"delivered"', '[[]]'])
      expectProblem(await postEvents(api, signer, body), 400, 'webhook-malformed');
    const many = JSON.stringify(Array.from({ length: 5_001 }, () => ({})));
    expectProblem(await postEvents(api, signer, many), 400, 'webhook-malformed');
    const huge = JSON.stringify([{ reason: 'x'.repeat(1_100_000) }]);
    expectProblem(await postEvents(api, signer, huge), 413, 'body-too-large');
  });
});

describe('API: webhook, as the SendGrid double calls it', () => {
  it('takes every outcome that the double reports of real mails', async () => {
    const folder = makeTestFolder();
    const key = await webhookKey(path.join(folder.path, 'webhook-key.pem'));
    const from = { from: 'service@company.example', fromName: 'QuickConnect' };
    let origin = '';
    const rig = await createApiRig('api webhook double', {
      mailer: {
        send: (mail) => createSendgridMailer({ ...from, apiKey: 'SG.double', baseUrl: origin }).send(mail),
      },
    });
    const api = await rig.another({ webhookPublicKey: key.verificationKey });
    const double = await serveSendgridDouble({
      port: 0,
      file: path.join(folder.path, 'outbox.jsonl'),
      webhook: { url: api.origin + WEBHOOK_PATH, key },
    });
    origin = double.origin;
    try {
      for (const [fault, status, email] of [
        [[], 'delivered', undefined],
        [[{ mode: 'bounce' }], 'bounced', undefined],
        [[{ mode: 'dropped' }], 'dropped', undefined],
        [[], 'bounced', 'bounce.me@example.org'],
      ] as const) {
        await fetch(`${origin}/faults`, {
          method: 'PUT',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(fault),
        });
        const account = await rig.stranger(email === undefined ? {} : { email });
        const { planChangeId } = await rig.changeOf(account);
        await eventually(
          async () => {
            const seen = (await rig.get(`/v1/plan-changes/${planChangeId}`)).read(planChange);
            return seen.status === 'completed' && seen.email?.status === status ? true : undefined;
          },
          { what: `a summary that is ${status}` },
        );
      }
    } finally {
      await double.close();
      await rig.close();
      folder.remove();
    }
  });
});

interface MailRow {
  readonly id: string;
  readonly status: string;
  readonly possible_duplicates: number;
  readonly provider_message_id: string | null;
  readonly accepted_at: Date | null;
}
