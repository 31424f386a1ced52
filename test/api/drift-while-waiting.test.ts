import assert from 'node:assert/strict';
import { notes, statement } from '../../api/schemas/accounts.ts';
import { page } from '../../api/schemas/common.ts';
import { planChange, type PlanChangeJson } from '../../api/schemas/plan-changes.ts';
import type { AccountOverrides, TestAccount } from '../../dev/seed/test-account.ts';
import { HELD_BECAUSE } from '../../domain/note-words.ts';
import type { HoldReason } from '../../domain/plan-change-status.ts';
import { createSendgridMailer } from '../../emails/sendgrid-mailer.ts';
import { createApiRig, verbalConsent, type ApiAnswer, type ApiRig } from '../support/api-rig.ts';
import { PRODUCT_TEMPLATES } from '../support/customer-mails.ts';
import { correctCharge, insertOwnPlan, moveToPlan, type OwnPlan } from '../support/drift.ts';
import { eventually } from '../support/eventually.ts';
import { inDays } from '../support/local-calendar.ts';
import { skipTime } from '../support/skip-time.ts';
import { startSendgridDouble, type TestSendgrid } from '../support/test-stack.ts';
import { expectProblem } from './expect-problem.ts';

const CHICAGO = 'America/Chicago';
const DAYS = 20;
const DATE = inDays(CHICAGO, DAYS);
const planChanges = page(planChange);
const usd = (amount: string) => ({ amount, currency: 'USD' });

/** A change that waits for its date, and what it is about. */
interface Waiting {
  readonly account: TestAccount;
  readonly change: PlanChangeJson;
  readonly plan: OwnPlan;
  /** The change that gave the account its present plan, where the case asks for one. */
  readonly earlierId: string;
}

interface Case {
  readonly what: string;
  readonly reason: HoldReason;
  readonly happens: (waiting: Waiting) => PromiseLike<unknown>;
  /** Before people ask for a new quote. */
  readonly mended?: (waiting: Waiting) => PromiseLike<unknown>;
  readonly promoted?: boolean;
  readonly account?: AccountOverrides;
  /** A change of today that comes before. */
  readonly earlier?: { readonly planCode: string };
  /** A new quote says this, or cannot be had for this reason: then the change is cancelled. */
  readonly requote: { readonly price: string; readonly says: RegExp } | { readonly refused: string };
}

/** One thing changes between the agreement and its date; each case has an account and a plan of its own. */
describe('API: what changes while a change waits for its date', () => {
  let api: ApiRig;
  let double: TestSendgrid;
  const staged = new Map<Case, Waiting & { readonly before: unknown[] }>();
  before(async function () {
    this.timeout(120_000);
    double = await startSendgridDouble();
    const mailer = createSendgridMailer({
      ...{ apiKey: 'SG.key', baseUrl: double.origin, from: 'service@company.example', fromName: 'Company' },
    });
    api = await createApiRig('api drift', { templates: PRODUCT_TEMPLATES, mailer });
    // The dates of all come together: a skip takes a second however far it goes.
    for (const given of cases) {
      const waiting = await scheduled(given, `${staged.size}`);
      await given.happens(waiting);
      staged.set(given, { ...waiting, before: await moneyOf(waiting) });
    }
    const ids = [...staged.values()].map(({ change }) => change.temporal.workflowId);
    await Promise.all(ids.map((workflowId) => skipTime(workflowId, { days: DAYS })));
  });
  after(async () => {
    await api.close();
    await double.stop();
  });

  const setAccount = ({ account }: Waiting, status: 'active' | 'suspended' | 'closed') =>
    api.rig.ownerKnex('customers').where({ id: account.customerId }).update({ status });
  const updatePeriod = ({ account }: Waiting, columns: object) =>
    api.rig
      .ownerKnex('subscription_periods')
      .where({ subscription_id: account.subscriptionId })
      .update(columns);

  const sameAsBefore = { price: '89.15', says: /to Own Plan \S+ at \$89\.15 a month/ } as const;
  const cases: readonly Case[] = [
    {
      what: 'the plan gets another price',
      reason: 'price_changed',
      happens: ({ plan }) => plan.supersede({ price_minor: 9415 }),
      requote: { price: '94.15', says: /to Own Plan \S+ at \$94\.15 a month/ },
    },
    {
      what: 'the plan gets another version at the same price',
      reason: 'plan_version_changed',
      happens: ({ plan }) => plan.supersede({ features: ['Fiber internet'] }),
      requote: sameAsBefore,
    },
    {
      what: 'the plan is billed by the year now',
      reason: 'plan_version_changed',
      happens: ({ plan }) => plan.supersede({ billing_interval: 'year' }),
      requote: { price: '89.15', says: /You will be billed once a year instead of once a month\./ },
    },
    {
      what: 'the promotion takes less off',
      reason: 'price_changed',
      promoted: true,
      happens: ({ plan }) => plan.setPromotion({ percent_off: 5 }),
      requote: { price: '84.70', says: /The new price includes the promotion OWN-/ },
    },
    {
      what: 'the promotion ends early, and is prolonged after all',
      reason: 'promotion_unavailable',
      promoted: true,
      happens: ({ plan }) => plan.setPromotion({ valid_until: DATE }),
      mended: ({ plan }) => plan.setPromotion({ valid_until: '2100-01-01', percent_off: 20 }),
      requote: { price: '71.32', says: /The new price includes the promotion OWN-/ },
    },
    {
      what: 'the promotion is withdrawn',
      reason: 'promotion_unavailable',
      promoted: true,
      happens: ({ plan }) => plan.setPromotion({ withdrawn_at: new Date() }),
      requote: { price: '89.15', says: /to Own Plan \d+ at \$89\.15 a month\.(?!.*promotion)/s },
    },
    {
      what: 'the plan is sold no more',
      reason: 'plan_unavailable',
      happens: ({ plan }) => plan.supersede({ available_until: DATE }),
      requote: { refused: 'plan-not-available' },
    },
    {
      what: 'the account gets another plan by another route',
      reason: 'current_plan_changed',
      happens: ({ account }) => moveToPlan(api.rig.ownerKnex, account, 'fiber-complete'),
      requote: { price: '89.15', says: /from Fiber Complete at \$100\.30 a month to Own Plan / },
    },
    {
      what: 'the account gets the very plan by another route',
      reason: 'current_plan_changed',
      happens: ({ account, plan }) => moveToPlan(api.rig.ownerKnex, account, plan.planCode),
      requote: { refused: 'plan-already-active' },
    },
    {
      what: 'the account pays another price for its present plan',
      reason: 'current_plan_changed',
      happens: (waiting) => updatePeriod(waiting, { price_minor: 7000 }),
      requote: { price: '89.15', says: /from Fiber Basic at \$70\.00 a month to Own Plan / },
    },
    {
      what: 'the account is suspended, and active again',
      reason: 'account_not_active',
      happens: (waiting) => setAccount(waiting, 'suspended'),
      mended: (waiting) => setAccount(waiting, 'active'),
      requote: sameAsBefore,
    },
    {
      what: 'the account is closed',
      reason: 'account_not_active',
      happens: (waiting) => setAccount(waiting, 'closed'),
      requote: { refused: 'account-not-active' },
    },
    {
      what: 'the bill days move',
      reason: 'quote_changed',
      happens: ({ account }) =>
        api.rig
          .ownerKnex('subscriptions')
          .where({ id: account.subscriptionId })
          .update({ anchor_date: `2024-01-${DATE.endsWith('-20') ? '21' : '20'}` }),
      requote: sameAsBefore,
    },
    {
      what: 'less was billed for the running period than the credit',
      reason: 'quote_changed',
      // The cycle began yesterday, so the change of today and the date lie in one.
      account: { anchorDate: inDays(CHICAGO, -1) },
      earlier: { planCode: 'fiber-complete' },
      happens: ({ earlierId }) => correctCharge(api.rig.ownerKnex, earlierId, 500n),
      requote: { price: '89.15', says: /limited to what was billed, \d+ of \d+ days: \$5\.00\./ },
    },
  ];

  const at = ({ change }: Waiting, step = '') => `/v1/plan-changes/${change.planChangeId}${step}`;
  const now = async (waiting: Waiting) => (await api.get(at(waiting))).read(planChange);
  const reaches = (waiting: Waiting, status: string): Promise<PlanChangeJson> =>
    eventually(
      async () => {
        const seen = await now(waiting);
        return seen.status === status ? seen : undefined;
      },
      { within: 20_000, what: `${waiting.change.planChangeId} ${status}` },
    );
  const scheduled = async (given: Case, name: string): Promise<Waiting> => {
    const plan = await insertOwnPlan(api.rig.ownerKnex, name);
    const account = await api.stranger(given.account);
    const earlierId = given.earlier ? (await api.changeOf(account, given.earlier)).planChangeId : '';
    const change = await api.changeOf(account, {
      ...{ planCode: plan.planCode, activation: { when: 'on_date', date: DATE } },
      ...(given.promoted && { promotionCode: plan.promotionCode }),
    });
    assert.equal(change.status, 'scheduled');
    return { account, change, plan, earlierId };
  };
  /** What an account's money hangs on, row by row. */
  const moneyOf = async ({ account, earlierId }: Waiting) => {
    const { rows } = await api.rig.ownerKnex.raw<{ rows: unknown[] }>(
      `SELECT to_jsonb(p) FROM subscription_periods p WHERE p.subscription_id = :subscriptionId
       UNION ALL SELECT to_jsonb(b) FROM balance_entries b WHERE b.customer_id = :customerId
       UNION ALL SELECT to_jsonb(c) FROM charges c JOIN plan_changes pc ON pc.id = c.plan_change_id
         WHERE pc.customer_id = :customerId AND pc.id::text <> :earlierId`,
      { ...account, earlierId },
    );
    return rows;
  };
  const isInWorklist = async ({ change }: Waiting, as: 'agent' | 'ops'): Promise<boolean> => {
    const { items } = (await api.get('/v1/plan-changes?status=held&limit=100', { as })).read(planChanges);
    return items.some(({ planChangeId }) => planChangeId === change.planChangeId);
  };
  const heldNotes = async ({ account, change }: Waiting): Promise<string[]> => {
    const answer = await api.get(`/v1/customers/${account.customerId}/notes?limit=100`);
    const { items, chain } = answer.read(notes);
    assert.equal(chain, 'verified');
    return items
      .filter(({ kind, planChangeId }) => kind === 'held' && planChangeId === change.planChangeId)
      .map(({ body }) => body);
  };
  const mailsTo = async ({ account }: Waiting, subject: RegExp) =>
    (await double.messages()).filter((mail) => mail.to === account.email && subject.test(mail.subject));
  const holdReasonOf = async ({ change }: Waiting): Promise<unknown> => {
    const handle = api.worker?.client.workflow.getHandle(change.temporal.workflowId);
    const { typedSearchAttributes } = (await handle?.describe()) ?? assert.fail();
    return typedSearchAttributes.getAll().find(({ key }) => key.name === 'HoldReason')?.value;
  };
  const consent = (waiting: Waiting, hash: string): Promise<ApiAnswer> =>
    api.post(at(waiting, '/consent'), verbalConsent(hash));

  const isHeldAndNothingCharged = async (waiting: Waiting, given: Case, before: unknown): Promise<void> => {
    const held = await reaches(waiting, 'held');
    assert.equal(held.hold?.reason, given.reason);
    assert.deepEqual(await moneyOf(waiting), before);
    assert.equal(await holdReasonOf(waiting), given.reason);
    const bodies = await heldNotes(waiting);
    assert.equal(bodies.length, 1);
    assert.match(bodies[0] ?? '', new RegExp(`nothing charged: ${HELD_BECAUSE[given.reason]}\\.`));
    assert.deepEqual(
      [await isInWorklist(waiting, 'agent'), await isInWorklist(waiting, 'ops')],
      [true, true],
    );
    const mails = await eventually(
      async () => {
        const found = await mailsTo(waiting, /^On hold:/);
        return found.length > 0 ? found : undefined;
      },
      { within: 20_000, what: 'the mail about the hold' },
    );
    assert.equal(mails.length, 1);
    for (const text of [mails[0]?.text, mails[0]?.html]) assert.match(text ?? '', /Nothing was charged/);
  };
  const endsWithoutCharge = async (waiting: Waiting, refused: string, before: unknown): Promise<void> => {
    expectProblem(await api.post(at(waiting, '/requote'), {}), 422, refused);
    assert.equal((await now(waiting)).status, 'held');
    const cancelled = await api.post(at(waiting, '/cancel'), { reason: 'Not on these terms' });
    assert.equal(cancelled.read(planChange).status, 'cancelled');
    assert.deepEqual(await moneyOf(waiting), before);
  };
  const isAppliedAnew = async (waiting: Waiting, price: string, says: RegExp): Promise<void> => {
    const old = waiting.change.quote?.hash ?? '';
    const requoted = (await api.post(at(waiting, '/requote'), {})).read(planChange);
    const { quote } = requoted;
    assert.ok(quote && quote.hash !== old);
    assert.deepEqual([requoted.status, requoted.hold], ['awaiting_consent', null]);
    assert.deepEqual(requoted.to?.price, usd(price));
    assert.match(quote.script.text, says);
    expectProblem(await consent(waiting, old), 409, 'quote-superseded');
    const { status } = (await consent(waiting, quote.hash)).read(planChange);
    assert.match(status, /^(activated|completed)$/);
    await reaches(waiting, 'completed');

    const answer = await api.get(`/v1/customers/${waiting.account.customerId}/statement`);
    const charged = answer
      .read(statement)
      .lines.filter(({ planChangeId }) => planChangeId === waiting.change.planChangeId)
      .map(({ kind, description, amount }) => ({ kind, description, amount }));
    const agreed = quote.lines.map(({ kind, description, amount }) => ({ kind, description, amount }));
    const surplus = quote.toBalance.amount === '0.00' ? [] : [quote.toBalance];
    assert.deepEqual(charged.slice(0, 3), agreed);
    assert.deepEqual(
      charged.slice(3).map(({ amount }) => amount),
      surplus,
    );
    const { subscription } = await api.identify(waiting.account);
    assert.deepEqual([subscription.planCode, subscription.price], [waiting.plan.planCode, usd(price)]);
    assert.equal((await heldNotes(waiting)).length, 1);
    assert.equal((await mailsTo(waiting, /^On hold:/)).length, 1);
  };

  for (const given of cases) {
    const { requote } = given;
    const then = 'refused' in requote ? 'no new quote is to be had' : 'agreed to anew';
    it(`${given.what}: held as ${given.reason}, nothing charged; ${then}`, async () => {
      const { before, ...waiting } = staged.get(given) ?? assert.fail();
      await isHeldAndNothingCharged(waiting, given, before);
      await given.mended?.(waiting);
      if ('refused' in requote) await endsWithoutCharge(waiting, requote.refused, before);
      else await isAppliedAnew(waiting, requote.price, requote.says);
      assert.equal(await isInWorklist(waiting, 'ops'), false);
    });
  }
});
