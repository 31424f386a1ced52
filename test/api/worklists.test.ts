import assert from 'node:assert/strict';
import { page } from '../../api/schemas/common.ts';
import { planChange, type PlanChangeJson } from '../../api/schemas/plan-changes.ts';
import { createApiRig, verbalConsent, type Api, type ApiRig } from '../support/api-rig.ts';
import { eventually } from '../support/eventually.ts';
import { eventSigner, mailEvent, postEvents } from '../support/signed-events.ts';
import { expectProblem } from './expect-problem.ts';

const planChanges = page(planChange);
const DAY = 86_400_000;

describe('API: worklists', () => {
  let api: ApiRig;
  let webhook: Api;
  const signer = eventSigner();
  before(async () => {
    // Quotes of dated changes hold longer than what counts as soon; those for today end with the day.
    api = await createApiRig('api worklists', { policy: { quoteMs: 3 * DAY } });
    webhook = await api.another({ webhookPublicKey: signer.publicKey });
  });
  after(() => api.close());

  const DATED = { when: 'on_date', date: new Date(Date.now() + 10 * DAY).toISOString().slice(0, 10) };
  const opened = async (activation: object = { when: 'immediately' }) => {
    const account = await api.stranger();
    return { account, change: await api.opened(account, { activation }, 'supervisor') };
  };
  const act = async ({ planChangeId }: PlanChangeJson, message: string, body: object) =>
    (await api.post(`/v1/plan-changes/${planChangeId}/${message}`, body, { as: 'supervisor' })).read(
      planChange,
    );
  const consent = (change: PlanChangeJson) => act(change, 'consent', verbalConsent(change.quote?.hash ?? ''));
  /** A change that people have to look at: the account was suspended between quote and consent. */
  const held = async (): Promise<PlanChangeJson> => {
    const { account, change } = await opened();
    await api.rig.ownerKnex('customers').where({ id: account.customerId }).update({ status: 'suspended' });
    return consent(change);
  };
  const completed = async (): Promise<PlanChangeJson> => {
    const { change } = await opened();
    await consent(change);
    return eventually(async () => {
      const path = `/v1/plan-changes/${change.planChangeId}`;
      const seen = (await api.get(path, { as: 'supervisor' })).read(planChange);
      return seen.status === 'completed' ? seen : undefined;
    });
  };
  /** The ids of a list, two pages at a time. */
  const listed = async (
    query: string,
    as: 'supervisor' | 'ops' | 'agent' = 'supervisor',
  ): Promise<string[]> => {
    const ids: string[] = [];
    let cursor: string | null = null;
    do {
      const next: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const answer = await api.get(`/v1/plan-changes?limit=2&${query}${next}`, { as });
      assert.equal(answer.status, 200, answer.text);
      const { items, nextCursor } = answer.read(planChanges);
      ids.push(...items.map(({ planChangeId }) => planChangeId));
      cursor = nextCursor;
    } while (cursor !== null);
    assert.equal(new Set(ids).size, ids.length);
    return ids;
  };
  const idsOf = (changes: readonly PlanChangeJson[]): string[] =>
    changes.map(({ planChangeId }) => planChangeId);
  const report = async ({ planChangeId }: PlanChangeJson, event: string): Promise<void> => {
    const mail = await api.rig
      .knex('email_outbox')
      .where({ plan_change_id: planChangeId, kind: 'summary' })
      .first<{ id: string }>('id');
    assert.equal((await postEvents(webhook, signer, [mailEvent(event, mail.id)])).status, 204);
  };

  /** Lets the quote have been made so many days ago; its end stays. */
  const age = async ({ planChangeId }: PlanChangeJson, days: number): Promise<void> => {
    await api.rig.ownerKnex.transaction(async (trx) => {
      await trx.raw('ALTER TABLE quotes DISABLE TRIGGER quotes_append_only');
      await trx.raw(
        'UPDATE quotes SET created_at = created_at - make_interval(days => ?) WHERE plan_change_id = ?',
        [days, planChangeId],
      );
      await trx.raw('ALTER TABLE quotes ENABLE TRIGGER quotes_append_only');
    });
  };

  it('held: with the reason, newest first, until people have decided', async () => {
    const changes = [await held(), await held(), await held()];
    const waiting = await opened();
    const newestFirst = idsOf(changes).reverse();
    for (const as of ['supervisor', 'ops'] as const)
      assert.deepEqual(await listed('status=held', as), newestFirst);
    const { items } = (await api.get('/v1/plan-changes?status=held', { as: 'ops' })).read(planChanges);
    for (const { hold } of items) assert.equal(hold?.reason, 'account_not_active');
    assert.ok(!newestFirst.includes(waiting.change.planChangeId));
    await act(changes[1] ?? assert.fail(), 'cancel', { reason: 'no more' });
    assert.deepEqual(await listed('status=held'), [newestFirst[0], newestFirst[2]]);
    assert.deepEqual(await listed('status=held', 'agent'), []);
  });

  it('confirmed=false: applied changes that nobody has told the customer about', async () => {
    const before = await listed('confirmed=false');
    const changes = [await completed(), await completed(), await completed()];
    const { change: waiting } = await opened();
    const newestFirst = idsOf(changes).reverse();
    assert.deepEqual(await listed('confirmed=false'), [...newestFirst, ...before]);
    await act(changes[0] ?? assert.fail(), 'confirmation', { explained: ['active now'], channel: 'phone' });
    assert.deepEqual(await listed('confirmed=false'), [...newestFirst.slice(0, 2), ...before]);
    assert.deepEqual(await listed('confirmed=true'), newestFirst.slice(2));
    assert.ok(!(await listed('confirmed=false')).includes(waiting.planChangeId));
  });

  it('email=bounced: summaries that did not arrive', async () => {
    const changes = [await completed(), await completed(), await completed(), await completed()];
    const [first, second, third, fourth] = changes;
    assert.ok(first && second && third && fourth);
    for (const change of [first, second, third]) await report(change, 'bounce');
    await report(fourth, 'delivered');
    assert.deepEqual(await listed('email=bounced'), idsOf([third, second, first]));
    assert.deepEqual(await listed('email=delivered'), idsOf([fourth]));
    assert.deepEqual(await listed('email=dropped'), []);
    await act(second, 'confirmation', { explained: ['by phone'], channel: 'phone' });
    assert.deepEqual(await listed('email=bounced&confirmed=false'), idsOf([third, first]));
    assert.deepEqual(await listed(`email=bounced&customerId=${first.customerId}`), idsOf([first]));
  });

  it('email=bounced: mails about a change that is not applied, while they matter', async () => {
    const outcomeOf = async (
      { planChangeId }: PlanChangeJson,
      kind: string,
      status: string,
    ): Promise<void> => {
      const mails = () =>
        api.rig
          .knex('email_outbox')
          .where({ plan_change_id: planChangeId, kind })
          .orderBy('revision', 'desc')
          .select<{ id: string; status: string }[]>('id', 'status');
      await eventually(
        async () => !['queued', 'sending', undefined].includes((await mails())[0]?.status) || undefined,
      );
      const { id } = (await mails())[0] ?? assert.fail();
      if (status === 'given_up') await api.rig.ownerKnex('email_outbox').where({ id }).update({ status });
      else assert.equal((await postEvents(webhook, signer, [mailEvent(status, id)])).status, 204);
    };
    const seen = async ({ planChangeId }: PlanChangeJson) =>
      (await api.get(`/v1/plan-changes/${planChangeId}`, { as: 'supervisor' })).read(planChange);
    const mine = async (changes: PlanChangeJson[], query: string) =>
      (await listed(query)).filter((id) => idsOf(changes).includes(id));

    const { change: asked } = await opened();
    const ask = async (): Promise<void> => {
      const path = `/v1/plan-changes/${asked.planChangeId}/consent-link`;
      assert.equal((await api.post(path, {}, { as: 'supervisor' })).status, 202);
      requests += 1;
      const count = api.rig.knex('email_outbox').where({ plan_change_id: asked.planChangeId });
      await eventually(async () => (await count.clone()).length === requests || undefined);
    };
    let requests = 0;
    await ask();
    await outcomeOf(asked, 'consent_request', 'bounce');
    const onHold = await held();
    await outcomeOf(onHold, 'held', 'given_up');
    const { change: ended } = await opened();
    await act(ended, 'cancel', { reason: 'no more' });
    await outcomeOf(ended, 'cancelled', 'bounce');
    const all = [asked, onHold, ended];
    assert.deepEqual(await mine(all, 'email=bounced'), idsOf([ended, asked]));
    assert.deepEqual(await mine(all, 'email=given_up'), idsOf([onHold]));
    const told = (await Promise.all(all.map(seen))).map(({ email, notices }) => ({
      email,
      notices: notices.map(({ kind, status }) => ({ kind, status })),
    }));
    assert.deepEqual(told, [
      { email: null, notices: [{ kind: 'consent_request', status: 'bounced' }] },
      { email: null, notices: [{ kind: 'held', status: 'given_up' }] },
      { email: null, notices: [{ kind: 'cancelled', status: 'bounced' }] },
    ]);

    // A later one that arrived puts the earlier right, and so does the end of what it was about.
    await ask();
    await outcomeOf(asked, 'consent_request', 'delivered');
    assert.deepEqual(await mine(all, 'email=bounced'), idsOf([ended]));
    await outcomeOf(asked, 'consent_request', 'bounce');
    assert.deepEqual(await mine(all, 'email=bounced'), idsOf([ended, asked]));
    await consent(asked);
    await act(onHold, 'cancel', { reason: 'no more' });
    assert.deepEqual(await mine(all, 'email=bounced'), idsOf([ended]));
    assert.deepEqual(await mine(all, 'email=given_up'), []);
  });

  it('expiring=soon: waits for a consent in the last quarter of the time for it', async () => {
    const soon = [(await opened()).change, (await opened(DATED)).change, (await opened()).change];
    const { change: fresh } = await opened();
    const { change: later } = await opened(DATED);
    const { change: given } = await opened();
    for (const change of [...soon, given]) await age(change, 12);
    await age(later, 6);
    await consent(given);
    const ids = await listed('expiring=soon');
    assert.deepEqual(
      ids.filter((id) => idsOf([...soon, fresh, later, given]).includes(id)),
      idsOf(soon).reverse(),
    );
    await act(soon[1] ?? assert.fail(), 'decline', { reason: 'no' });
    assert.ok(!(await listed('expiring=soon')).includes(soon[1]?.planChangeId ?? ''));
    assert.deepEqual(await listed('expiring=soon&status=scheduled'), []);
  });

  it('expiring=soon: a hold that nobody has decided about for most of its time, and when it ends', async () => {
    const [soon, fresh] = [await held(), await held()];
    const endsAt = Date.parse(soon.hold?.endsAt ?? '');
    assert.ok(Math.abs(endsAt - Date.now() - 14 * DAY) < 60_000);
    await api.rig.ownerKnex.transaction(async (trx) => {
      await trx.raw(
        'ALTER TABLE plan_change_transitions DISABLE TRIGGER plan_change_transitions_append_only',
      );
      await trx.raw(
        `UPDATE plan_change_transitions SET at = at - interval '11 days' WHERE plan_change_id = ?`,
        [soon.planChangeId],
      );
      await trx.raw('ALTER TABLE plan_change_transitions ENABLE TRIGGER plan_change_transitions_append_only');
    });
    const ids = await listed('expiring=soon&status=held');
    assert.deepEqual([ids.includes(soon.planChangeId), ids.includes(fresh.planChangeId)], [true, false]);
  });

  it('refuses a filter that it does not know', async () => {
    for (const query of [
      'status=open',
      'confirmed=no',
      'email=read',
      'expiring=later',
      'held=true',
      'status=held&status=held',
    ])
      expectProblem(await api.get(`/v1/plan-changes?${query}`, { as: 'ops' }), 422, 'invalid-input');
  });
});
