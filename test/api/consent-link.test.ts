import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import proto from '@temporalio/proto';
import { notes } from '../../api/schemas/accounts.ts';
import { acceptedPlanChange, planChange, type PlanChangeJson } from '../../api/schemas/plan-changes.ts';
import { CONSENT_LINK_PLACEHOLDER } from '../../domain/consent-link.ts';
import { createApiRig, type ApiRig } from '../support/api-rig.ts';
import {
  agreementOf,
  askForConsent,
  customerAt,
  linkIn,
  mailsAbout,
  mailsOfKind,
  PRODUCT_TEMPLATES,
} from '../support/customer-mails.ts';
import { eventually } from '../support/eventually.ts';
import { contentsOf } from '../support/database-contents.ts';
import { assertDocumented } from './documented.ts';
import { expectProblem } from './expect-problem.ts';

const { History } = proto.temporal.api.history.v1;

describe('API: consent by link', () => {
  let api: ApiRig;
  before(async () => {
    api = await createApiRig('api consent link', { templates: PRODUCT_TEMPLATES });
  });
  after(() => api.close());

  const opened = async (activation: object = { when: 'end_of_cycle' }) => {
    const account = await api.stranger();
    return { account, change: await api.opened(account, { activation }) };
  };
  const linkPath = ({ planChangeId }: PlanChangeJson): string =>
    `/v1/plan-changes/${planChangeId}/consent-link`;
  const requested = async ({ planChangeId }: PlanChangeJson): Promise<number> =>
    (await mailsAbout(api, planChangeId)).filter(({ kind }) => kind === 'consent_request').length;

  it('answers 202 and emails the customer a link to the quote', async () => {
    const { account, change } = await opened();
    const answer = await api.post(linkPath(change), {});
    assert.equal(answer.status, 202);
    assertDocumented(api, 'sendConsentLink', answer);
    assert.equal(answer.headers.get('location'), `/v1/plan-changes/${change.planChangeId}`);
    assert.deepEqual(answer.read(acceptedPlanChange), {
      planChangeId: change.planChangeId,
      status: 'awaiting_consent',
    });
    const [mail] = await mailsOfKind(api, change.planChangeId, 'consent_request');
    assert.equal(mail?.recipient, account.email);
    assert.match(mail.subject, /Fiber Plus/);
    assert.equal((await customerAt(api, linkIn(mail)).look()).status, 200);
    const { items } = (await api.get(`/v1/customers/${change.customerId}/notes`)).read(notes);
    const [note] = items.filter(({ kind }) => kind === 'consent_requested');
    assert.deepEqual([note?.author.id, note?.planChangeId], [api.agentIds.agent, change.planChangeId]);
    assert.ok(note?.body.includes(change.quote?.hash ?? 'no quote'));
  });

  it('keeps the hash of the token and nothing else: not in a table, not in the stored mail, not in Temporal', async () => {
    const { change } = await opened();
    const path = await askForConsent(api, change.planChangeId);
    await customerAt(api, path).look();
    const token = path.replace('/consent/', '');
    const hash = createHash('sha256').update(token).digest('hex');

    const tables = Object.entries(await contentsOf(api.rig.ownerKnex));
    const holding = (text: string): string[] =>
      tables.flatMap(([table, lines]) => lines.filter((line) => line.includes(text)).map(() => table));
    assert.ok(tables.length > 20);
    assert.deepEqual(holding(token), []);
    assert.deepEqual(holding(hash), ['consent_links']);
    const mails = await api.rig
      .knex('email_outbox')
      .where({ plan_change_id: change.planChangeId, kind: 'consent_request' })
      .select<{ body_text: string; body_html: string }[]>('body_text', 'body_html');
    for (const { body_text: text, body_html: html } of mails) {
      assert.ok(text.includes(CONSENT_LINK_PLACEHOLDER) && html.includes(CONSENT_LINK_PLACEHOLDER));
      assert.ok(!/\/consent\/[\w-]{43}/.test(text + html));
    }

    const [workflowId] = await consentRequests(api, change);
    const history = await api.worker?.client.workflow.getHandle(workflowId ?? '').fetchHistory();
    const bytes = Buffer.from(History.encode(history ?? {}).finish());
    assert.ok(bytes.includes(change.planChangeId));
    assert.ok(!bytes.includes(token));
  });

  it('sends another mail when asked again; the link in the latest is the one that works', async () => {
    const { account, change } = await opened();
    const [first, second] = [
      await askForConsent(api, change.planChangeId),
      await askForConsent(api, change.planChangeId),
    ];
    assert.notEqual(first, second);
    assert.equal(await requested(change), 2);
    assert.equal((await customerAt(api, second).look()).status, 200);
    expectProblem(await customerAt(api, first).send(agreementOf(account)), 410, 'link-voided');
    const page = await customerAt(api, first).look();
    assert.deepEqual(
      [page.status, /<h1>There is a newer link<.*use the one in our latest email/s.test(page.text)],
      [410, true],
    );
    assert.equal((await customerAt(api, second).send(agreementOf(account))).status, 200);
    for (const path of [first, second]) {
      expectProblem(await customerAt(api, path).send(agreementOf(account)), 409, 'link-used');
      assert.equal((await customerAt(api, path).look()).status, 409);
    }
  });

  it('leaves the earlier link as it is until another mail has left', async () => {
    const { account, change } = await opened();
    const first = await askForConsent(api, change.planChangeId);
    await askForConsent(api, change.planChangeId);
    const latest = () =>
      api.rig.ownerKnex('email_outbox').where({ plan_change_id: change.planChangeId, revision: 2 });
    // Its step, too, has ended: it would set the status by itself.
    await eventually(async () => {
      const left: unknown[] = await latest().whereNotNull('provider_message_id');
      return left.length === 1 || undefined;
    });
    for (const [status, works] of [
      ['queued', true],
      ['sending', false],
      ['bounced', true],
      ['given_up', true],
    ] as const) {
      await latest().update({ status });
      assert.equal((await customerAt(api, first).look()).status, works ? 200 : 410, status);
    }
    assert.equal((await customerAt(api, first).send(agreementOf(account))).status, 200);
  });

  it('sends five mails an hour about a change at the most: 429, and says when there may be another', async () => {
    const [{ change }, { change: other }] = [await opened(), await opened()];
    const key = randomUUID();
    assert.equal((await api.post(linkPath(change), {}, { key })).status, 202);
    const away = await api.another({ temporalAddress: '127.0.0.1:1', waitMs: 200 });
    // What was not taken on, and a repeat, do not count.
    assert.equal((await away.post(linkPath(change), {})).status, 503);
    assert.equal((await api.post(linkPath(change), {}, { key })).status, 202);
    for (let more = 0; more < 4; more += 1) assert.equal((await api.post(linkPath(change), {})).status, 202);
    const tooMany = await api.post(linkPath(change), {});
    expectProblem(tooMany, 429, 'too-many-consent-mails');
    const wait = Number(tooMany.headers.get('retry-after'));
    assert.ok(wait > 3_000 && wait <= 3_600, String(wait));
    assert.equal((await api.post(linkPath(other), {})).status, 202);
    await mailsOfKind(api, change.planChangeId, 'consent_request', 5);
    assert.equal(await requested(change), 5);
  });

  it('takes the answer of the latest link when two are answered at once', async () => {
    const { account, change } = await opened();
    const paths = [
      await askForConsent(api, change.planChangeId),
      await askForConsent(api, change.planChangeId),
    ];
    const answers = await Promise.all(paths.map((path) => customerAt(api, path).send(agreementOf(account))));
    const [earlier, latest] = answers.map(({ status }) => status);
    assert.equal(latest, 200);
    assert.ok(earlier === 410 || earlier === 409, String(earlier));
    const consents = await api.rig.knex('consents').where({ plan_change_id: change.planChangeId });
    assert.equal(consents.length, 1);
  });

  it('sends one mail however often a request is repeated', async () => {
    const { change } = await opened();
    const key = randomUUID();
    const again = () => api.post(linkPath(change), {}, { key });
    const answers = [
      await again(),
      ...(await Promise.all([again(), again(), again(), again()])),
      await again(),
    ];
    for (const { status, text } of answers) assert.deepEqual([status, text], [202, answers[0]?.text]);
    await mailsOfKind(api, change.planChangeId, 'consent_request');
    const [workflowId, ...others] = await consentRequests(api, change);
    assert.deepEqual(others, []);
    await api.worker?.client.workflow.getHandle(workflowId ?? '').result();
    assert.equal(await requested(change), 1);
    expectProblem(await api.post(linkPath(change), { note: 'another' }, { key }), 422, 'invalid-input');
  });

  it('refuses when no consent is awaited, and sends nothing', async () => {
    const scheduled = await api.changeOf(await api.stranger(), { activation: { when: 'end_of_cycle' } });
    const waits = expectProblem(await api.post(linkPath(scheduled), {}), 409, 'wrong-state');
    assert.match(waits.detail, /move it with reschedule, or withdraw it with cancel/);

    const { account, change: held } = await opened({ when: 'immediately' });
    await api.rig.ownerKnex('customers').where({ id: account.customerId }).update({ status: 'suspended' });
    const path = await askForConsent(api, held.planChangeId);
    await customerAt(api, path).send(agreementOf(account));
    assert.equal((await api.get(`/v1/plan-changes/${held.planChangeId}`)).read(planChange).status, 'held');
    const stopped = expectProblem(await api.post(linkPath(held), {}), 409, 'wrong-state');
    assert.match(stopped.detail, /make a new quote with requote and ask the customer again, or cancel/);

    const { change: cancelled } = await opened();
    await api.post(`/v1/plan-changes/${cancelled.planChangeId}/cancel`, { reason: 'no more' });
    expectProblem(await api.post(linkPath(cancelled), {}), 409, 'plan-change-closed');
    assert.deepEqual(await Promise.all([scheduled, held, cancelled].map(requested)), [0, 1, 0]);
  });

  it('is for agents who serve the customer, with a key for repeats and no body', async () => {
    const { change } = await opened();
    expectProblem(await api.post(linkPath(change), {}, { as: 'ops' }), 403, 'role-not-allowed');
    expectProblem(await api.post(linkPath(change), {}, { as: 'auditor' }), 403, 'role-not-allowed');
    expectProblem(await api.post(linkPath(change), {}, { as: 'supervisor' }), 404, 'not-found');
    expectProblem(await api.post(linkPath(change), {}, { as: null }), 401, 'unauthenticated');
    expectProblem(await api.post(linkPath(change), {}, { key: null }), 400, 'idempotency-key-required');
    expectProblem(await api.post(linkPath(change), { to: 'me@example.org' }), 422, 'invalid-input');
    for (const id of [randomUUID(), 'nonsense'])
      expectProblem(await api.post(`/v1/plan-changes/${id}/consent-link`, {}), 404, 'not-found');
    assert.equal(await requested(change), 0);
  });
});

/** Ids of the workflows that asked the customer of a change. */
async function consentRequests(api: ApiRig, { planChangeId }: PlanChangeJson): Promise<string[]> {
  const requests = await api.rig
    .knex('step_receipts')
    .where('workflow_id', 'like', 'request-consent-%')
    .where('step', 'like', 'requestConsent%')
    .whereRaw(`result->>'mailId' IN (SELECT id::text FROM email_outbox WHERE plan_change_id = ?)`, [
      planChangeId,
    ])
    .pluck<string[]>('workflow_id');
  return requests;
}
