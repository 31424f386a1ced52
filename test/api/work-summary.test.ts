import assert from 'node:assert/strict';
import { page } from '../../api/schemas/common.ts';
import { planChange, type PlanChangeJson } from '../../api/schemas/plan-changes.ts';
import { workSummary } from '../../api/schemas/work.ts';
import { createApiRig, verbalConsent, type ApiRig, type Caller } from '../support/api-rig.ts';
import { eventually } from '../support/eventually.ts';
import { assertDocumented } from './documented.ts';
import { expectProblem } from './expect-problem.ts';

const planChanges = page(planChange);

describe('API: the work summary and the filters of the work page', () => {
  let api: ApiRig;
  let own: PlanChangeJson;
  let held: PlanChangeJson;
  let applied: PlanChangeJson;
  let scheduled: PlanChangeJson;

  before(async () => {
    api = await createApiRig('api work');
    const suspended = await api.stranger();
    [own, applied, scheduled] = await Promise.all([
      api.opened(await api.stranger()),
      api.changeOf(await api.stranger(), { planCode: 'fiber-two-lines-plus' }, 'supervisor'),
      api.changeOf(await api.stranger(), { activation: { when: 'end_of_cycle' } }, 'supervisor'),
    ]);
    const drifting = await api.opened(suspended, {}, 'supervisor');
    await api.rig.ownerKnex('customers').where({ id: suspended.customerId }).update({ status: 'suspended' });
    const consent = `/v1/plan-changes/${drifting.planChangeId}/consent`;
    held = (await api.post(consent, verbalConsent(drifting.quote?.hash ?? ''), { as: 'supervisor' })).read(
      planChange,
    );
    await eventually(async () => {
      const { status } = (await api.get(`/v1/plan-changes/${applied.planChangeId}`, { as: 'ops' })).read(
        planChange,
      );
      return status === 'completed' ? true : undefined;
    });
  });
  after(() => api.close());

  const summary = async (as: Caller, query = '') => {
    const answer = await api.get(`/v1/work/summary${query}`, { as });
    assertDocumented(api, 'getWorkSummary', answer);
    return answer.read(workSummary);
  };
  const listed = async (query: string, as: Caller = 'supervisor') =>
    (await api.get(`/v1/plan-changes?limit=100&${query}`, { as }))
      .read(planChanges)
      .items.map(({ planChangeId }) => planChangeId);
  const sum = (groups: readonly { readonly count: number }[]) =>
    groups.reduce((total, { count }) => total + count, 0);

  it('counts what is in flight and on the worklists, as the lists show it', async () => {
    const { scope, inFlight, worklists } = await summary('ops');
    assert.equal(scope, 'all');
    const none = { quoting: 0, activating: 0, activated: 0 };
    assert.deepEqual(inFlight, { ...none, awaiting_consent: 1, scheduled: 1, held: 1 });
    assert.deepEqual(worklists, { held: 1, unconfirmed: 1, undelivered: 0, expiring: 0 });
    assert.deepEqual(
      new Set(await listed('inFlight=true')),
      new Set([held, scheduled, own].map(({ planChangeId }) => planChangeId)),
    );
    assert.deepEqual(await listed('confirmed=false'), [applied.planChangeId]);
  });

  it('is told to operations as metrics, without a key', async () => {
    const { text } = await api.get('/metrics', { as: null });
    for (const line of [
      'plan_changes_open{status="held"} 1',
      'plan_changes_open{status="scheduled"} 1',
      'plan_changes_open{status="quoting"} 0',
      'plan_changes_worklist{list="unconfirmed"} 1',
      'plan_changes_counted 1',
    ])
      assert.ok(text.split('\n').includes(line), line);
    // There is none yet: that is no age of nothing.
    assert.doesNotMatch(text, /^note_anchor_age_seconds /m);
  });

  it('shows an agent their own work only, a supervisor everybody’s or their own', async () => {
    const agents = await summary('agent');
    assert.equal(agents.scope, 'own');
    assert.equal(agents.inFlight.awaiting_consent, 1);
    assert.equal(agents.inFlight.scheduled + agents.inFlight.held + agents.worklists.unconfirmed, 0);
    assert.equal(sum(agents.toConsent.groups), 0);
    assert.equal(agents.toConsent.medianSeconds, null);
    const mine = await summary('supervisor', '?mine=true');
    assert.equal(mine.scope, 'own');
    assert.equal(mine.inFlight.awaiting_consent, 0);
    assert.equal(mine.worklists.held, 1);
    assert.deepEqual(await listed('inFlight=true', 'agent'), [own.planChangeId]);
    assert.ok(!(await listed('mine=true')).includes(own.planChangeId));
    assert.deepEqual(await listed('mine=true', 'auditor'), []);
  });

  it('counts the hours of a day, the ages of what waits, and the times to consent', async () => {
    const { hours, waiting, toConsent, asOf } = await summary('auditor');
    assert.equal(hours.length, 24);
    const starts = hours.map(({ start }) => Date.parse(start));
    assert.ok(starts.every((start, index) => index === 0 || start - starts[index - 1]! === 3_600_000));
    assert.ok(Date.parse(asOf) - starts[23]! < 3_600_000);
    assert.equal(
      hours.reduce((total, { opened }) => total + opened, 0),
      4,
    );
    assert.equal(
      hours.reduce((total, hour) => total + hour.applied, 0),
      1,
    );
    assert.deepEqual(
      waiting.map(({ count }) => count),
      [1, 0, 0, 0, 0, 0],
    );
    assert.equal(waiting.at(-1)?.underMinutes, null);
    // The one that is held was agreed to as well.
    assert.equal(sum(toConsent.groups), 3);
    assert.ok(toConsent.medianSeconds !== null && toConsent.medianSeconds < 120);
  });

  it('puts what is older into the groups and hours of its age', async () => {
    await api.rig.ownerKnex.transaction(async (trx) => {
      await trx.raw('ALTER TABLE quotes DISABLE TRIGGER quotes_append_only');
      await trx.raw(
        `UPDATE quotes SET created_at = created_at - interval '61 minutes' WHERE plan_change_id = ?`,
        [own.planChangeId],
      );
      await trx.raw('ALTER TABLE quotes ENABLE TRIGGER quotes_append_only');
      await trx.raw(`UPDATE plan_changes SET opened_at = opened_at - interval '25 hours' WHERE id = ?`, [
        own.planChangeId,
      ]);
    });
    const { waiting, hours } = await summary('ops');
    assert.deepEqual(
      waiting.map(({ count }) => count),
      [0, 0, 1, 0, 0, 0],
    );
    assert.equal(
      hours.reduce((total, { opened }) => total + opened, 0),
      3,
    );
  });

  it('lists a mail that did not arrive until the customer was told otherwise', async () => {
    await api.rig
      .ownerKnex('email_outbox')
      .where({ plan_change_id: applied.planChangeId, kind: 'summary' })
      .update({ status: 'bounced' });
    assert.equal((await summary('ops')).worklists.undelivered, 1);
    assert.deepEqual(await listed('email=undelivered'), [applied.planChangeId]);
    const confirmation = { explained: ['active now'], channel: 'phone' };
    await api.post(`/v1/plan-changes/${applied.planChangeId}/confirmation`, confirmation, {
      as: 'supervisor',
    });
    assert.equal((await summary('ops')).worklists.undelivered, 0);
    assert.deepEqual(await listed('email=undelivered'), []);
    assert.deepEqual(await listed('email=bounced'), [applied.planChangeId]);
  });

  it('finds changes by plan, and by the beginning of an id of change or customer', async () => {
    assert.deepEqual(await listed('planCode=fiber-two-lines-plus'), [applied.planChangeId]);
    assert.deepEqual(await listed('planCode=no-such-plan'), []);
    const { planChangeId, customerId } = scheduled;
    for (const id of [planChangeId, planChangeId.slice(0, 8).toUpperCase(), planChangeId.replaceAll('-', '')])
      assert.deepEqual(await listed(`id=${id}`), [planChangeId], id);
    assert.deepEqual(await listed(`id=${customerId}`), [planChangeId]);
    assert.deepEqual(await listed(`id=${planChangeId}`, 'agent'), []);
    for (const query of ['id=abc', 'id=Zoe', 'id=%25%25%25%25', 'mine=false', 'inFlight=1'])
      expectProblem(await api.get(`/v1/plan-changes?${query}`, { as: 'ops' }), 422, 'invalid-input');
    expectProblem(await api.get('/v1/work/summary?mine=no', { as: 'ops' }), 422, 'invalid-input');
    expectProblem(await api.get('/v1/work/summary', { as: null }), 401, 'unauthenticated');
  });
});
