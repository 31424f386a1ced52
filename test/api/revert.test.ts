import assert from 'node:assert/strict';
import { z } from 'zod';
import { planChange } from '../../api/schemas/plan-changes.ts';
import type { AccountOverrides, TestAccount } from '../../dev/seed/test-account.ts';
import { addDays, localDateOf } from '../../domain/calendar.ts';
import { createApiRig, type ApiAnswer, type ApiRig, type OpenRequest } from '../support/api-rig.ts';
import { assertDocumented } from './documented.ts';
import { expectProblem } from './expect-problem.ts';

const usd = (amount: string) => ({ amount, currency: 'USD' });
const nearest = z.looseObject({
  nearestPlans: z.array(
    z.strictObject({
      planCode: z.string(),
      planName: z.string(),
      price: z.strictObject({ amount: z.string(), currency: z.string() }),
      interval: z.enum(['month', 'year']),
    }),
  ),
});

describe('API: back to the plan before', () => {
  let api: ApiRig;

  before(async () => {
    api = await createApiRig('api revert');
  });
  after(() => api.close());

  /** An account that made these changes, one after the other; the answer to taking back the last one. */
  async function revertAfter(
    overrides: AccountOverrides,
    changes: readonly OpenRequest[],
    more: object = {},
  ): Promise<{ answer: ApiAnswer; account: TestAccount }> {
    const account = await api.stranger(overrides);
    let planChangeId = '';
    for (const change of changes) ({ planChangeId } = await api.changeOf(account, change));
    const { identificationId } = await api.identify(account);
    const body = { identificationId, activation: { when: 'immediately' }, ...more };
    return { answer: await api.post(`/v1/plan-changes/${planChangeId}/revert`, body), account };
  }

  // Three things keep an old promotional price away: the request names no promotion, the price comes from the
  // newest version of the plan and never from the period that the account had, and a code that is sent is judged
  // by today's window like in any other change.
  const promoted = [
    { planCode: 'fiber-plus', promotionCode: 'FIBER-10' },
    { planCode: 'fiber-basic' },
  ] as const;

  it('has today’s list price, never the promotional one of back then', async () => {
    const { answer } = await revertAfter({}, promoted);
    assert.equal(answer.status, 201, answer.text);
    assertDocumented(api, 'revertPlanChange', answer);
    const reverted = answer.read(planChange);
    assert.deepEqual(
      [reverted.to?.planCode, reverted.to?.price, reverted.to?.promotionCode],
      ['fiber-plus', usd('89.15'), null],
    );
    // The difference is shown before consent: what is paid now, what will be paid, and no word of the promotion.
    assert.match(
      reverted.quote?.script.text ?? '',
      /from Fiber Basic at \$73\.75 a month to Fiber Plus at \$89\.15 a month/,
    );
    assert.doesNotMatch(reverted.quote?.script.text ?? '', /promotion/);
    const { planChangeId, ...shown } = reverted.revert ?? assert.fail();
    assert.notEqual(planChangeId, reverted.planChangeId);
    assert.deepEqual(shown, {
      priceThen: usd('80.24'),
      priceNow: usd('89.15'),
      difference: usd('8.91'),
      promotionThen: { promotionCode: 'FIBER-10', description: '10 % off Fiber Plus', runsNow: true },
      note:
        'Going back to Fiber Plus: it was $80.24 a month and is $89.15 now, $8.91 more. The promotion FIBER-10 of then ' +
        '(10 % off Fiber Plus) still runs and is not in this quote: cancel this change and revert with promotionCode FIBER-10 to have it.',
    });
    const [quoted] = (await api.rig
      .knex('account_notes')
      .where({ plan_change_id: reverted.planChangeId, kind: 'quoted' })
      .pluck('body')) as string[];
    assert.match(quoted ?? '', /^Going back to Fiber Plus: /);
  });

  it('is refused in words that fit: cancel while it is open, nothing to do once it has ended', async () => {
    const account = await api.stranger();
    const change = await api.opened(account);
    const { identificationId } = await api.identify(account);
    const path = `/v1/plan-changes/${change.planChangeId}`;
    const revert = () =>
      api.post(`${path}/revert`, { identificationId, activation: { when: 'immediately' } });
    assert.match(expectProblem(await revert(), 409, 'nothing-to-revert').detail, /Cancel this one instead/);
    await api.post(`${path}/cancel`, { reason: 'no longer wanted' });
    const { detail } = expectProblem(await revert(), 409, 'nothing-to-revert');
    assert.match(detail, /It is cancelled: the customer has the plan of before/);
  });

  it('has the price of a promotion that runs now, where it is asked for', async () => {
    const { answer } = await revertAfter({}, promoted, { promotionCode: 'FIBER-10' });
    const { to } = answer.read(planChange);
    assert.deepEqual([to?.price, to?.promotionCode], [usd('80.24'), 'FIBER-10']);
    assert.equal(
      answer.read(planChange).revert?.note,
      'Going back to Fiber Plus: it was $80.24 a month and is $80.24 now, the same.',
    );
  });

  it('refuses a promotion that is over, of another plan, or none', async () => {
    for (const promotionCode of ['SECOND-LINE-2019', 'DSL-5', 'NO-SUCH', 'not a code']) {
      const { answer } = await revertAfter({}, promoted, { promotionCode });
      expectProblem(answer, 422, 'promotion-not-applicable');
    }
  });

  it('has today’s price, not the one that the account had for itself', async () => {
    const { answer } = await revertAfter({ planCode: 'fiber-basic', priceMinor: 7010n }, [
      { planCode: 'fiber-plus' },
    ]);
    assert.deepEqual(answer.read(planChange).to?.price, usd('73.75'));
  });

  const retired: AccountOverrides = { planCode: 'dsl-two-lines', startDate: '2023-01-15' };

  it('refuses a plan that is no longer sold, and names the nearest that are', async () => {
    const asked = await api.opened(await api.stranger(retired), { planCode: 'dsl-phone-plus' });
    // Whoever leaves it hears so before agreeing.
    assert.match(
      asked.quote?.script.text ?? '',
      /You could not go back: DSL and Two Lines is no longer sold\./,
    );
    const { answer, account } = await revertAfter(retired, [{ planCode: 'dsl-phone-plus' }]);
    const problem = expectProblem(answer, 422, 'plan-not-available');
    assert.match(problem.detail, /nearestPlans/);
    // Not dsl-phone-plus, which is the present plan.
    assert.deepEqual(answer.read(nearest).nearestPlans, [
      {
        planCode: 'dsl-phone-complete',
        planName: 'DSL and Phone Complete',
        price: usd('79.60'),
        interval: 'month',
      },
      { planCode: 'fiber-two-lines', planName: 'Fiber Two Lines', price: usd('79.80'), interval: 'month' },
      {
        planCode: 'fiber-two-lines-plus',
        planName: 'Fiber Two Lines Plus',
        price: usd('94.65'),
        interval: 'month',
      },
    ]);
    const { openPlanChangeId } = await api.identify(account);
    assert.equal(openPlanChangeId, null);
  });

  it('names them for any change to a plan that cannot be ordered on its date, as sold on that date', async () => {
    const account = await api.stranger({ planCode: 'fiber-basic' });
    const today = localDateOf(new Date().toISOString(), 'America/Chicago');
    await api.rig.ownerKnex.raw(
      `INSERT INTO plan_versions (plan_code, version, plan_name, price_minor, currency, billing_interval, technology,
         features, allowances, available_from, available_until)
       SELECT plan_code, version + 1, plan_name, price_minor, currency, billing_interval, technology,
         features, allowances, available_from, ?::date
       FROM current_plan_versions WHERE plan_code = 'dsl-phone-plus'`,
      [addDays(today, 10)],
    );
    const { identificationId } = await api.identify(account);
    const planCodesOn = async (activation: object): Promise<string[]> => {
      const body = { identificationId, planCode: 'dsl-two-lines', activation };
      const answer = await api.post('/v1/plan-changes', body);
      expectProblem(answer, 422, 'plan-not-available');
      return answer.read(nearest).nearestPlans.map(({ planCode }) => planCode);
    };
    assert.deepEqual(await planCodesOn({ when: 'immediately' }), [
      'dsl-phone-plus',
      'dsl-phone-complete',
      'fiber-two-lines',
    ]);
    assert.deepEqual(await planCodesOn({ when: 'on_date', date: addDays(today, 10) }), [
      'dsl-phone-complete',
      'fiber-two-lines',
      'fiber-two-lines-plus',
    ]);
  });

  it('names none where the refusal is about something else', async () => {
    const account = await api.stranger({ planCode: 'fiber-basic' });
    const { identificationId } = await api.identify(account);
    const body = { identificationId, planCode: 'fiber-basic', activation: { when: 'immediately' } };
    const answer = await api.post('/v1/plan-changes', body);
    expectProblem(answer, 422, 'plan-already-active');
    assert.ok(!answer.text.includes('nearestPlans'));
  });

  it('repeats the refusal with the same plans for the same key', async () => {
    const account = await api.stranger({ planCode: 'fiber-basic' });
    const { identificationId } = await api.identify(account);
    const body = { identificationId, planCode: 'dsl-two-lines', activation: { when: 'immediately' } };
    const [first, second] = [
      await api.post('/v1/plan-changes', body, { key: 'nearest-again' }),
      await api.post('/v1/plan-changes', body, { key: 'nearest-again' }),
    ];
    expectProblem(first, 422, 'plan-not-available');
    assert.equal(second.text, first.text);
  });
});
