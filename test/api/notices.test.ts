import assert from 'node:assert/strict';
import proto from '@temporalio/proto';
import { notes } from '../../api/schemas/accounts.ts';
import { planChange, type PlanChangeJson } from '../../api/schemas/plan-changes.ts';
import type { TestAccount } from '../../dev/seed/test-account.ts';
import { noticeWorkflowId, planChangeWorkflowId } from '../../workflows/contract.ts';
import { failWritesTo } from '../activities/failing-statement.ts';
import { createApiRig, verbalConsent, type ApiRig } from '../support/api-rig.ts';
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

const { History } = proto.temporal.api.history.v1;
/** Long enough to quote and answer on a busy machine, short enough to wait for. */
const CONSENT_MS = 4_500;

describe('Mails about a change that is not applied', () => {
  let api: ApiRig;
  before(async () => {
    api = await createApiRig('api notices', {
      templates: PRODUCT_TEMPLATES,
      policy: { consentMs: CONSENT_MS, holdMs: 1_500 },
    });
  });
  after(() => api.close());

  interface Told {
    readonly account: TestAccount;
    readonly change: PlanChangeJson;
  }
  const opened = async (activation: object = { when: 'end_of_cycle' }): Promise<Told> => {
    const account = await api.stranger();
    return { account, change: await api.opened(account, { activation }) };
  };
  const act = async ({ change }: Told, message: string, body: object) =>
    (await api.post(`/v1/plan-changes/${change.planChangeId}/${message}`, body)).read(planChange);
  const ended = ({ change }: Told, status: string) =>
    eventually(
      async () => {
        const seen = (await api.get(`/v1/plan-changes/${change.planChangeId}`)).read(planChange);
        return seen.status === status || undefined;
      },
      { within: CONSENT_MS + 10_000, what: `the change to be ${status}` },
    );
  const notesOf = async ({ change }: Told) =>
    (await api.get(`/v1/customers/${change.customerId}/notes?limit=100`)).read(notes).items;

  /** Each of these mails, and no other, was put in the outbox once, sent once, by a workflow of its own. */
  const sentOnce = async ({ account, change }: Told, ...kinds: string[]): Promise<void> => {
    const { planChangeId } = change;
    await mailsOfKind(api, planChangeId, kinds.at(-1) ?? '');
    const rows = await api.rig
      .knex('email_outbox')
      .where({ plan_change_id: planChangeId })
      .orderBy('id')
      .select<{ id: string; kind: string; attempts: number }[]>('id', 'kind', 'attempts');
    assert.deepEqual(
      rows.map(({ kind, attempts }) => [kind, attempts]),
      kinds.map((kind) => [kind, 1]),
    );
    const client = api.worker?.client ?? assert.fail();
    for (const { id } of rows) {
      const handle = client.workflow.getHandle(noticeWorkflowId(id));
      await handle.result();
      const { status, type, parentExecution } = await handle.describe();
      assert.deepEqual(
        [status.name, type, parentExecution?.workflowId],
        ['COMPLETED', 'sendNotice', planChangeWorkflowId(planChangeId)],
      );
      await carriesNothingPersonal(id, account);
    }
    const sent = (await mailsAbout(api, planChangeId)).map(({ outboxId, kind, recipient }) => [
      outboxId,
      kind,
      recipient,
    ]);
    assert.deepEqual(
      sent,
      rows.map(({ id, kind }) => [id, kind, account.email]),
    );
    const statuses = await api.rig
      .knex('email_outbox')
      .where({ plan_change_id: planChangeId })
      .pluck('status');
    assert.deepEqual(new Set(statuses), new Set(['accepted']));
  };

  const carriesNothingPersonal = async (mailId: string, account: TestAccount): Promise<void> => {
    const history = await api.worker?.client.workflow.getHandle(noticeWorkflowId(mailId)).fetchHistory();
    const bytes = Buffer.from(History.encode(history ?? {}).finish());
    assert.ok(bytes.includes(mailId));
    for (const text of [account.fullName, account.email, account.serviceAddress, account.accountNumber])
      assert.ok(!bytes.includes(text), text);
  };

  it('reminds at half of the time who has not answered, with a link that works, and says when it is over', async () => {
    const [agreed, declined] = [await opened(), await opened()];
    await act(agreed, 'consent', verbalConsent(agreed.change.quote?.hash ?? ''));
    await act(declined, 'decline', { reason: 'no' });
    // Opened after them, so what comes in its time would have come to them.
    const told = await opened();
    const [reminder] = await mailsOfKind(api, told.change.planChangeId, 'consent_reminder');
    assert.equal((await customerAt(api, linkIn(reminder)).look()).status, 200);
    await ended(told, 'expired');
    await sentOnce(told, 'consent_reminder', 'expired');
    for (const { change } of [agreed, declined])
      assert.deepEqual(await mailsAbout(api, change.planChangeId), []);
    assert.equal((await customerAt(api, linkIn(reminder)).send(agreementOf(told.account))).status, 410);
    const items = await notesOf(told);
    for (const kind of ['consent_reminder', 'expired'])
      assert.equal(items.filter((note) => note.kind === kind).length, 1, kind);
    const { opened_at: openedAt } = await api.rig
      .knex('plan_changes')
      .where({ id: told.change.planChangeId })
      .first<{ opened_at: Date }>('opened_at');
    const after = (kind: string): number =>
      Date.parse(items.find((note) => note.kind === kind)?.createdAt ?? '') - openedAt.getTime();
    for (const [kind, due] of [
      ['consent_reminder', CONSENT_MS / 2],
      ['expired', CONSENT_MS],
    ] as const)
      assert.ok(after(kind) >= due, `${kind} after ${after(kind)} ms`);
  });

  it('reminds again of a new quote', async () => {
    const told = await opened();
    const [first] = await mailsOfKind(api, told.change.planChangeId, 'consent_reminder');
    await act(told, 'requote', {});
    const [, second] = await mailsOfKind(api, told.change.planChangeId, 'consent_reminder', 2);
    assert.equal((await customerAt(api, linkIn(first)).look()).status, 410);
    assert.equal((await customerAt(api, linkIn(second)).look()).status, 200);
    await act(told, 'cancel', { reason: 'no more' });
    await sentOnce(told, 'consent_reminder', 'consent_reminder', 'cancelled');
  });

  it('says that a change is on hold, and when the hold has ended', async () => {
    const told = await opened({ when: 'immediately' });
    await api.rig
      .ownerKnex('customers')
      .where({ id: told.account.customerId })
      .update({ status: 'suspended' });
    const held = await act(told, 'consent', verbalConsent(told.change.quote?.hash ?? ''));
    assert.equal(held.status, 'held');
    const [mail] = await mailsOfKind(api, told.change.planChangeId, 'held');
    assert.match(mail?.text ?? '', /nothing (was|has been) charged/i);
    await ended(told, 'expired');
    await sentOnce(told, 'held', 'expired');
  });

  it('says that a change was cancelled, whoever cancelled it and however often they did', async () => {
    const byAgent = await opened();
    for (let times = 0; times < 3; times += 1) {
      const cancelled = await act(byAgent, 'cancel', { reason: 'no more' });
      assert.equal(cancelled.status, 'cancelled');
    }
    await sentOnce(byAgent, 'cancelled');

    const byOps = await opened();
    await act(byOps, 'consent', verbalConsent(byOps.change.quote?.hash ?? ''));
    await api.worker?.client.workflow.getHandle(planChangeWorkflowId(byOps.change.planChangeId)).cancel();
    await ended(byOps, 'cancelled');
    await sentOnce(byOps, 'cancelled');
  });

  it('takes a cancellation that another one overtook as a repeat', async () => {
    const told = await opened();
    const { gateway } = api.deps;
    const overtaken = await api.another({
      gateway: {
        ...gateway,
        async send(...message) {
          await gateway.send(...message);
          return { kind: 'refused', refusal: 'WRONG_STATE', status: 'cancelled' };
        },
      },
    });
    const path = `/v1/plan-changes/${told.change.planChangeId}`;
    const answer = await overtaken.post(`${path}/cancel`, { reason: 'no more' });
    assert.deepEqual([answer.status, answer.read(planChange).status], [200, 'cancelled']);
    await sentOnce(told, 'cancelled');
  });

  it('says that another change took the place of one that was agreed, or that a mail was about', async () => {
    const agreed = await opened();
    await act(agreed, 'consent', verbalConsent(agreed.change.quote?.hash ?? ''));
    const asked = await opened();
    await askForConsent(api, asked.change.planChangeId);
    for (const told of [agreed, asked]) {
      const { planChangeId } = told.change;
      const next = await api.opened(told.account, { planCode: 'dsl-phone', replaces: planChangeId });
      const [mail] = await mailsOfKind(api, planChangeId, 'replaced');
      assert.match(mail?.subject ?? '', /^Replaced: your change to Fiber Plus/);
      assert.equal(mail?.recipient, told.account.email);
      await ended(told, 'cancelled');
      const rows = await api.rig
        .knex('email_outbox')
        .where({ plan_change_id: planChangeId, kind: 'replaced' });
      assert.equal(rows.length, 1);
      await act({ account: told.account, change: next }, 'decline', { reason: 'no' });
    }
  });

  it('says that a change failed, and that nothing was charged', async () => {
    const told = await opened({ when: 'immediately' });
    const broken = await failWritesTo(api.rig.ownerKnex, 'charges', 'refused', '23514');
    try {
      await act(told, 'consent', verbalConsent(told.change.quote?.hash ?? ''));
    } finally {
      await broken.mend();
    }
    const [mail] = await mailsOfKind(api, told.change.planChangeId, 'failed');
    assert.match(mail?.text ?? '', /something went wrong on our\s+side.*Nothing was charged/s);
    await sentOnce(told, 'failed');
  });

  it('says nothing to who declined, and nothing of a change they know nothing of that another took the place of', async () => {
    const declined = await opened();
    await act(declined, 'decline', { reason: 'no' });
    const { account, change } = await opened();
    const next = await api.opened(account, { planCode: 'dsl-phone', replaces: change.planChangeId });
    await ended({ account, change }, 'cancelled');
    await act({ account, change: next }, 'cancel', { reason: 'no more' });
    await mailsOfKind(api, next.planChangeId, 'cancelled');
    for (const { planChangeId } of [declined.change, change])
      assert.deepEqual(await mailsAbout(api, planChangeId), []);
  });
});
