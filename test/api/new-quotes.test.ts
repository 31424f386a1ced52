import assert from 'node:assert/strict';
import { z } from 'zod';
import { planChange, type PlanChangeJson } from '../../api/schemas/plan-changes.ts';
import { addDays, localDateOf } from '../../domain/calendar.ts';
import { createApiRig, verbalConsent, type ApiAnswer, type ApiRig } from '../support/api-rig.ts';
import { assertDocumented } from './documented.ts';
import { expectProblem } from './expect-problem.ts';

const nearest = z.looseObject({ nearestPlans: z.array(z.looseObject({ planCode: z.string() })) });

describe('API: a new quote', () => {
  let api: ApiRig;
  const today = localDateOf(new Date().toISOString(), 'America/Chicago');
  const onDay = (days: number) => ({ when: 'on_date', date: addDays(today, days) });

  before(async () => {
    api = await createApiRig('api new quotes');
  });
  after(() => api.close());

  const send = ({ planChangeId }: PlanChangeJson, message: string, body: object): Promise<ApiAnswer> =>
    api.post(`/v1/plan-changes/${planChangeId}/${message}`, body);
  const opened = async (request: object = { activation: onDay(10) }): Promise<PlanChangeJson> =>
    api.opened(await api.stranger({ planCode: 'fiber-basic' }), request);

  it('supersedes nothing when it is the first', async () => {
    assert.equal((await opened()).supersedes, null);
  });

  it('says that the earlier date, its links and the consent to it are void', async () => {
    const first = await opened();
    const scheduled = (await send(first, 'consent', verbalConsent(first.quote?.hash ?? assert.fail()))).read(
      planChange,
    );
    const answer = await send(first, 'reschedule', { activation: onDay(20) });
    assertDocumented(api, 'reschedulePlanChange', answer);
    const { status, consent, quote, supersedes } = answer.read(planChange);
    assert.deepEqual([status, consent], ['awaiting_consent', null]);
    assert.notEqual(quote?.hash, first.quote?.hash);
    assert.deepEqual(
      [supersedes?.quoteHash, supersedes?.effectiveDate, supersedes?.consent],
      [
        first.quote?.hash,
        addDays(today, 10),
        { consentId: scheduled.consent?.consentId, givenAt: scheduled.consent?.givenAt },
      ],
    );
    assert.match(
      supersedes?.explanation ?? '',
      /is void, and so is the consent to it\. Links sent for it no/,
    );
    // The same is read later, and by others.
    const read = await api.get(`/v1/plan-changes/${first.planChangeId}`, { as: 'ops' });
    assert.deepEqual(read.read(planChange).supersedes, supersedes);
  });

  it('speaks of no consent where none was given, and of the quote just before', async () => {
    const first = await opened();
    const second = (await send(first, 'requote', {})).read(planChange);
    const third = (await send(first, 'reschedule', { activation: onDay(30) })).read(planChange);
    assert.equal(second.supersedes?.quoteHash, first.quote?.hash);
    const { quoteHash, consent, explanation } = third.supersedes ?? assert.fail();
    assert.deepEqual([quoteHash, consent], [second.quote?.hash, null]);
    assert.doesNotMatch(explanation, /consent to it/);
  });

  it('is refused with the nearest plans where the plan is no longer sold then, and the first one stays', async () => {
    const change = await opened({ planCode: 'dsl-phone', activation: onDay(5) });
    await api.rig.ownerKnex.raw(
      `INSERT INTO plan_versions (plan_code, version, plan_name, price_minor, currency, billing_interval, technology,
         features, allowances, available_from, available_until)
       SELECT plan_code, version + 1, plan_name, price_minor, currency, billing_interval, technology,
         features, allowances, available_from, ?::date
       FROM current_plan_versions WHERE plan_code = 'dsl-phone'`,
      [addDays(today, 8)],
    );
    const answer = await send(change, 'reschedule', { activation: onDay(20) });
    expectProblem(answer, 422, 'plan-not-available');
    const plans = answer.read(nearest).nearestPlans.map(({ planCode }) => planCode);
    assert.ok(plans.length > 0 && !plans.includes('dsl-phone'), plans.join());
    const { quote, status } = (await api.get(`/v1/plan-changes/${change.planChangeId}`)).read(planChange);
    assert.deepEqual([quote?.hash, status], [change.quote?.hash, 'awaiting_consent']);
  });

  it('of a held change drops a promotion that is over, and says so; the customer agrees to the price without', async () => {
    const account = await api.stranger({ planCode: 'fiber-basic' });
    const change = await api.opened(account, { planCode: 'fiber-plus', promotionCode: 'FIBER-10' });
    const withdraw = (at: Date | null) =>
      api.rig.ownerKnex('promotions').where({ promotion_code: 'FIBER-10' }).update({ withdrawn_at: at });
    await withdraw(new Date());
    try {
      const held = (await send(change, 'consent', verbalConsent(change.quote?.hash ?? ''))).read(planChange);
      assert.equal(held.hold?.reason, 'promotion_unavailable');
      const again = (await send(change, 'requote', {})).read(planChange);
      assert.deepEqual(
        [again.status, again.to?.promotionCode, again.to?.price.amount],
        ['awaiting_consent', null, '89.15'],
      );
      const applied = (await send(change, 'consent', verbalConsent(again.quote?.hash ?? ''))).read(
        planChange,
      );
      assert.ok(['activated', 'completed'].includes(applied.status), applied.status);
      const [note] = await api.rig
        .knex('account_notes')
        .where({ plan_change_id: change.planChangeId, kind: 'requoted' })
        .pluck<string[]>('body');
      assert.match(note ?? '', /The promotion FIBER-10 no longer applies\./);
    } finally {
      await withdraw(null);
    }
  });

  it('for another date is refused where the promotion does not reach it, and the first one stays', async () => {
    const change = await opened({ planCode: 'fiber-plus', promotionCode: 'FIBER-10', activation: onDay(3) });
    const promotion = api.rig.ownerKnex('promotions').where({ promotion_code: 'FIBER-10' });
    const { valid_until } = await promotion.clone().first<{ valid_until: string }>('valid_until');
    await promotion.clone().update({ valid_until: addDays(today, 10) });
    const answer = await send(change, 'reschedule', { activation: onDay(20) });
    await promotion.update({ valid_until });
    expectProblem(answer, 422, 'promotion-not-applicable');
    const { quote } = (await api.get(`/v1/plan-changes/${change.planChangeId}`)).read(planChange);
    assert.equal(quote?.hash, change.quote?.hash);
  });
});
