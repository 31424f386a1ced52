import assert from 'node:assert/strict';
import { note, notes } from '../../api/schemas/accounts.ts';
import { recommendations } from '../../api/schemas/recommendations.ts';
import type { TestAccount } from '../../dev/seed/test-account.ts';
import { createApiRig, type ApiAnswer, type ApiRig, type CallOptions } from '../support/api-rig.ts';
import { assertDocumented } from './documented.ts';
import { expectProblem } from './expect-problem.ts';

describe('API: recommendations', () => {
  let api: ApiRig;
  let account: TestAccount;
  let identificationId: string;

  before(async () => {
    api = await createApiRig('api recommendations');
    account = await api.stranger({ planCode: 'dsl-phone', usage: usage(120, 1, 1) });
    ({ identificationId } = await api.identify(account));
  });
  after(() => api.close());

  const ask = (needs: unknown, options?: CallOptions, id = identificationId): Promise<ApiAnswer> =>
    api.post('/v1/recommendations', { identificationId: id, needs }, options);
  async function discussed(customerId: string) {
    const answer = await api.get(`/v1/customers/${customerId}/notes?limit=100`);
    return answer.read(notes).items.filter(({ kind }) => kind === 'options_discussed');
  }

  it('answers ranked plans with reasons, losses, difference, amounts and interruptions', async () => {
    const answer = await ask({ internet: 'fast', addOns: ['tv_streaming', 'film_streaming'] });
    assert.equal(answer.status, 200, answer.text);
    assertDocumented(api, 'recommendPlans', answer);
    const { items, nextCursor } = answer.read(recommendations);
    assert.equal(nextCursor, null);
    assert.equal(items.length, 1);
    const { dueNow, toBalance, promotion, ...item } = items[0]!;
    assert.deepEqual(item, {
      planCode: 'fiber-plus',
      planName: 'Fiber Plus',
      price: { amount: '80.24', currency: 'USD' },
      interval: 'month',
      reasons: [
        'It has the internet access you asked for: fiber internet.',
        'It has room for what you asked to add: TV streaming and film streaming.',
        'The price includes the promotion FIBER-10 (10 % off Fiber Plus); without it the plan costs $89.15 a month.',
        'It covers all that you use now.',
      ],
      losses: [],
      monthlyDifference: { amount: '31.09', currency: 'USD' },
      interruptions: [
        'A technician connects the fiber line. We call to agree on a visit of about two hours.',
        'Internet access is interrupted for up to one hour during the visit; phone service goes on.',
      ],
    });
    assert.deepEqual([promotion?.promotionCode, promotion?.validUntil], ['FIBER-10', '2100-01-01']);
    assert.equal(toBalance.amount, '0.00');
    assert.ok(Number(dueNow.amount) > 0);
  });

  it('names the amounts that the quote then has', async () => {
    const customer = await api.stranger({ planCode: 'fiber-two-lines-complete', usage: usage(20, 2, 1) });
    const { identificationId: id } = await api.identify(customer);
    const { items } = (await ask({ lowerBill: true }, {}, id)).read(recommendations);
    assert.ok(items.length > 1);
    const [first] = items;
    assert.ok(first);
    const { quote, to, interruptions } = await api.opened(customer, {
      planCode: first.planCode,
      ...(first.promotion && { promotionCode: first.promotion.promotionCode }),
    });
    assert.deepEqual(
      [first.dueNow, first.toBalance, first.price, first.interruptions],
      [quote?.dueNow, quote?.toBalance, to?.price, interruptions],
    );
    assert.match(first.monthlyDifference.amount, /^-\d+\.\d\d$/);
  });

  it('counts what is used, as the account has it', async () => {
    const customer = await api.stranger({ planCode: 'dsl-phone', usage: usage(312.5, 1, 1) });
    const { identificationId: id } = await api.identify(customer);
    const { items } = (await ask({}, {}, id)).read(recommendations);
    assert.equal(items[0]?.planCode, 'dsl-phone-plus');
    assert.match(items[0].reasons[0] ?? '', /^You have used 312\.5 GB of data so far/);
  });

  it('answers an empty list with the reason', async () => {
    const { items, none } = (await ask({})).read(recommendations);
    assert.deepEqual([items, none?.reason], [[], 'present-plan-best']);
    const cheaper = (await ask({ maxMonthly: { amount: '10.00', currency: 'USD' } })).read(recommendations);
    assert.equal(cheaper.none?.reason, 'needs-not-met');
    const [noted] = await discussed(account.customerId);
    assert.match(noted?.body ?? '', / There are plans without the limit of \$10\.00 a month\.$/);
  });

  it('notes once per request what was asked and shown, by the agent', async () => {
    const customer = await api.stranger({ planCode: 'dsl-phone', usage: usage(120, 1, 1) });
    const { identificationId: id } = await api.identify(customer);
    const needs = {
      internet: 'fast',
      lowerBill: false,
      addOns: ['tv_streaming', 'film_streaming'],
      maxMonthly: { amount: '90.00', currency: 'USD' },
    };
    const [one, other] = await Promise.all([1, 2].map(() => ask(needs, { key: 'shown-once' }, id)));
    assert.deepEqual([one?.status, other?.status, one?.text], [200, 200, other?.text]);
    await ask({}, { key: null }, id);
    const found = await discussed(customer.customerId);
    assert.deepEqual(
      found.map(({ body }) => body),
      [
        'Options discussed, no needs stated. No plan does better than the present one.',
        'Options discussed. Needs: fast internet access; TV streaming and film streaming; no more than $90.00 a month. ' +
          'Plans shown: Fiber Plus at $80.24 a month with FIBER-10.',
      ],
    );
    for (const { author, planChangeId } of found)
      assert.deepEqual([author, planChangeId], [{ type: 'agent', id: api.agentIds.agent }, null]);
    assert.ok(note.safeParse(found[0]).success);
  });

  it('says that an account is not active instead of that no plan does better, and notes it', async () => {
    const customer = await api.stranger();
    const { identificationId: id } = await api.identify(customer);
    for (const status of ['suspended', 'closed']) {
      await api.rig.ownerKnex('customers').where({ id: customer.customerId }).update({ status });
      const key = `not-active-${status}`;
      const answer = await ask({ internet: 'fast' }, { key }, id);
      expectProblem(answer, 422, 'account-not-active');
      assert.equal((await ask({ internet: 'fast' }, { key }, id)).text, answer.text);
    }
    await api.rig.ownerKnex('customers').where({ id: customer.customerId }).update({ status: 'active' });
    assert.deepEqual(
      new Set((await discussed(customer.customerId)).map(({ body }) => body)),
      new Set([
        'Options discussed. Needs: fast internet access. No plans shown: the account is not active, and plans can be changed on active accounts only.',
      ]),
    );
    assert.equal((await discussed(customer.customerId)).length, 2);
  });

  it('is for the agent’s own identification while it holds: anything else is 404', async () => {
    const before = await discussed(account.customerId);
    const others = await api.identify(account, 'supervisor');
    expectProblem(await ask({}, {}, others.identificationId), 404, 'not-found');
    expectProblem(await ask({}, { as: 'supervisor' }), 404, 'not-found');
    expectProblem(await ask({}, {}, '019b1f6e-7c1a-7b5e-9a53-2f5f4f1d8c11'), 404, 'not-found');
    const { identificationId: old } = await api.identify(account);
    await api.rig.ownerKnex.raw(
      `UPDATE identifications SET verified_at = now() - interval '2 hours', expires_at = now() - interval '1 hour' WHERE id = ?`,
      [old],
    );
    expectProblem(await ask({}, {}, old), 404, 'not-found');
    assert.deepEqual(await discussed(account.customerId), before);
  });

  it('is not for ops and auditors, and needs a key', async () => {
    for (const as of ['ops', 'auditor'] as const)
      expectProblem(await ask({}, { as }), 403, 'role-not-allowed');
    expectProblem(await ask({}, { as: null }), 401, 'unauthenticated');
  });

  const bad: [string, unknown, string][] = [
    ['a need that nobody knows', { speed: 'fast' }, '/needs/speed'],
    ['no needs at all', undefined, '/needs'],
    ['needs that are a list', [], '/needs'],
    ['another kind of internet', { internet: 'FAST' }, '/needs/internet'],
    ['half a line', { lines: 0.5 }, '/needs/lines'],
    ['three lines', { lines: 3 }, '/needs/lines'],
    ['an add-on twice', { addOns: ['tech_support', 'tech_support'] }, '/needs/addOns'],
    ['an add-on of no plan', { addOns: ['__proto__'] }, '/needs/addOns/0'],
    ['yes as a word', { moreData: 'yes' }, '/needs/moreData'],
    ['a number as the limit', { maxMonthly: 60 }, '/needs/maxMonthly'],
    ['a limit with a sign', { maxMonthly: { amount: '-1.00', currency: 'USD' } }, '/needs/maxMonthly/amount'],
    [
      'a limit with an exponent',
      { maxMonthly: { amount: '1e3', currency: 'USD' } },
      '/needs/maxMonthly/amount',
    ],
    [
      'a limit with parts of a cent',
      { maxMonthly: { amount: '60.001', currency: 'USD' } },
      '/needs/maxMonthly/amount',
    ],
    [
      'a limit in another currency',
      { maxMonthly: { amount: '60', currency: 'EUR' } },
      '/needs/maxMonthly/currency',
    ],
  ];
  for (const [what, needs, pointer] of bad) {
    it(`refuses ${what}`, async () => {
      const { errors } = expectProblem(await ask(needs), 422, 'invalid-input');
      assert.deepEqual(
        errors?.map((error) => error.pointer),
        [pointer],
      );
    });
  }
});

function usage(data: number, lines: number, addOns: number) {
  return [
    { metric: 'data', used: String(data), allowance: 300, unit: 'GB' },
    { metric: 'lines', used: String(lines), allowance: 2, unit: 'lines' },
    { metric: 'add_ons', used: String(addOns), allowance: 6, unit: 'add-ons' },
  ];
}
