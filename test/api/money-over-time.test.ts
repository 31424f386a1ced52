import assert from 'node:assert/strict';
import { statement } from '../../api/schemas/accounts.ts';
import { planChange, type PlanChangeJson } from '../../api/schemas/plan-changes.ts';
import { accountLedger } from '../../db/read-models/account-ledger.ts';
import type { TestAccount } from '../../dev/seed/test-account.ts';
import { statementOf } from '../../domain/statement.ts';
import { createApiRig, type ApiRig, type OpenRequest } from '../support/api-rig.ts';
import { eventually } from '../support/eventually.ts';
import { inDays } from '../support/local-calendar.ts';
import { skipTime } from '../support/skip-time.ts';

const CHICAGO = 'America/Chicago';
/** Cents of an amount of the API. */
const cents = ({ amount }: { readonly amount: string }): bigint => BigInt(amount.replace('.', ''));
const dollars = (minor: bigint): string =>
  `$${(Number(minor) / 100).toLocaleString('en-US', { minimumFractionDigits: 2 })}`;
const days = (from: string, to: string): bigint => BigInt((Date.parse(to) - Date.parse(from)) / 86_400_000);
/** Half away from zero, by the test's own arithmetic. */
const share = (price: bigint, [part, whole]: [bigint, bigint]): bigint =>
  (2n * price * part + whole) / (2n * whole);
const most = (a: bigint, b: bigint): bigint => (a > b ? a : b);
const sum = (values: readonly bigint[]): bigint => values.reduce((total, value) => total + value, 0n);

/** What the customer is told, what is charged and what the statement says afterwards, change after change. */
describe('API: money over time', () => {
  let api: ApiRig;
  before(async () => {
    api = await createApiRig('api money');
  });
  after(() => api.close());

  /** In the middle of a cycle: it began ten days ago, or eleven, as 29 February has no anniversary. */
  const begun = inDays(CHICAGO, -10);
  const midCycle = { anchorDate: begun.endsWith('-02-29') ? inDays(CHICAGO, -11) : begun };
  const bookOf = async ({ customerId }: TestAccount) =>
    (await api.get(`/v1/customers/${customerId}/statement`)).read(statement);

  /** What was posted is, column by column, what was agreed to. */
  const isChargedAsShown = async ({ planChangeId, quote }: PlanChangeJson): Promise<void> => {
    const posted = await api.rig
      .knex('charges')
      .where({ plan_change_id: planChangeId })
      .orderBy('line_no')
      .select<Record<string, unknown>[]>(
        ...['kind', 'description', 'service_start', 'service_end', 'days', 'of_days', 'amount_minor'],
      );
    assert.deepEqual(
      posted,
      quote?.lines.map((line) => ({
        ...{ kind: line.kind, description: line.description },
        ...{ service_start: line.start, service_end: line.end, days: line.days, of_days: line.ofDays },
        amount_minor: cents(line.amount),
      })),
    );
  };
  /** A statement explains every line, and each balance is the one before with what the line moves. */
  const chains = async (account: TestAccount, changes: readonly PlanChangeJson[]): Promise<void> => {
    const { lines, balance } = await bookOf(account);
    let before = 0n;
    for (const { kind, amount, balanceAfter } of lines) {
      const moved = ['to_balance', 'balance_used'].includes(kind) ? cents(amount) : 0n;
      assert.equal(cents(balanceAfter), before + moved, `${kind} ${amount.amount}`);
      before += moved;
    }
    assert.equal(cents(balance), before);
    const expected = changes.flatMap(({ planChangeId, quote }) => [
      ...(quote?.lines ?? []).map(({ kind, amount }) => [planChangeId, kind, amount.amount]),
      ...(quote && cents(quote.toBalance) > 0n ? [[planChangeId, 'to_balance', quote.toBalance.amount]] : []),
    ]);
    assert.deepEqual(
      lines.map(({ planChangeId, kind, amount }) => [planChangeId, kind, amount.amount]),
      expected,
    );
  };
  const apply = async (account: TestAccount, request: OpenRequest): Promise<PlanChangeJson> => {
    const shown = await api.opened(account, request);
    const applied = await api.agreed(shown);
    assert.deepEqual(applied.quote, shown.quote, 'nothing moves between preview and charge');
    return applied;
  };

  it('several changes in one cycle: each from the present plan, told, charged as told and explained', async () => {
    const account = await api.stranger({ ...midCycle, priceMinor: 7010n });
    const { subscription } = await api.identify(account);
    const today = inDays(CHICAGO, 0);
    const { start, end } = subscription.cycle;
    const left: [bigint, bigint] = [days(today, end), days(start, end)];
    let [price, balance] = [7010n, 0n];
    const changes: PlanChangeJson[] = [];
    for (const [planCode, next] of [
      ['fiber-complete', 10030n],
      ['phone-basic', 2000n],
      ['dsl-internet', 3360n],
      ['fiber-basic', 7375n],
    ] as const) {
      const change = await apply(account, { planCode });
      const quote = change.quote ?? assert.fail();
      const net = share(next, left) - share(price, left);
      const toBalance = most(-net, 0n);
      assert.deepEqual(
        quote.lines.map(({ amount }) => cents(amount)),
        [...[-share(price, left), share(next, left), 0n]],
      );
      assert.equal(quote.lines[2]?.amount.amount, '0.00');
      assert.deepEqual(
        [cents(quote.net), cents(quote.dueNow), cents(quote.toBalance)],
        [net, most(net, 0n), toBalance],
      );
      const nextBill = most(next - balance - toBalance, 0n);
      assert.deepEqual([quote.nextBill.date, cents(quote.nextBill.amount)], [end, nextBill]);
      const used = next - nextBill;
      assert.match(quote.script.text, new RegExp(`^${escaped(dueWords(net))}`, 'm'));
      assert.match(
        quote.script.text,
        new RegExp(
          `^Your next bill is on .*: ${escaped(dollars(nextBill))}${
            used > 0n ? escaped(`, after ${dollars(used)} from your account balance`) : ''
          }\\.$`,
          'm',
        ),
      );
      await isChargedAsShown(change);
      [price, balance] = [next, balance + toBalance];
      changes.push(change);
    }
    await chains(account, changes);
    assert.equal(cents((await bookOf(account)).balance), balance);

    // On its date the bill takes from the balance what the last quote said it would.
    const { quote } = changes.at(-1) ?? assert.fail();
    const ledger = await accountLedger(api.rig.knex, account.customerId);
    const { lines, balanceMinor } = statementOf({ ...ledger, today: end });
    const bill = lines.at(-1);
    assert.deepEqual([bill?.kind, bill?.date], ['balance_used', end]);
    assert.equal(price + (bill?.amountMinor ?? 0n), cents(quote?.nextBill.amount ?? assert.fail()));
    assert.equal(balanceMinor, balance + (bill?.amountMinor ?? 0n));
  });

  for (const [what, there, back] of [
    ['a dearer plan', 'fiber-complete', 'fiber-basic'],
    ['a cheaper plan', 'phone-basic', 'fiber-basic'],
    ['a plan by the year', 'fiber-two-lines-plus-yearly', 'fiber-basic'],
  ] as const) {
    it(`to ${what} and back on one day nets to exactly zero`, async () => {
      const account = await api.stranger({ ...midCycle, planCode: 'fiber-basic' });
      const first = await apply(account, { planCode: there });
      const second = await apply(account, { planCode: back });
      const { lines } = await bookOf(account);
      const charged = lines.filter(({ kind }) => ['credit', 'charge', 'fee'].includes(kind));
      assert.equal(charged.length, 6);
      assert.equal(sum(charged.map(({ amount }) => cents(amount))), 0n);
      await chains(account, [first, second]);
      // What went to the balance is due again, so that nobody is better or worse off.
      const moved = [first, second].map(({ quote }) => cents(quote?.toBalance ?? assert.fail()));
      const due = [first, second].map(({ quote }) => cents(quote?.dueNow ?? assert.fail()));
      assert.equal(sum(moved), sum(due));
    });
  }

  it('month to year and back to month keeps the anchor', async () => {
    const account = await api.stranger({ ...midCycle, planCode: 'phone-basic' });
    const monthly = (await api.identify(account)).subscription.cycle;
    const anchorDay = midCycle.anchorDate.slice(5);
    const yearly = await apply(account, { planCode: 'phone-basic-yearly' });
    const toYear = yearly.quote ?? assert.fail();
    assert.equal(toYear.nextBill.date.slice(5), anchorDay);
    assert.deepEqual(
      toYear.lines.slice(0, 2).map((line) => line.end),
      [monthly.end, toYear.nextBill.date],
    );
    assert.match(toYear.script.text, /^You will be billed once a year instead of once a month\.$/m);
    assert.equal((await api.identify(account)).subscription.cycle.end, toYear.nextBill.date);

    const { identificationId } = await api.identify(account);
    const reverted = await api.post(`/v1/plan-changes/${yearly.planChangeId}/revert`, {
      ...{ identificationId, activation: { when: 'end_of_cycle' } },
    });
    const back = reverted.read(planChange).quote ?? assert.fail();
    // The end of the cycle is the end of the year that was paid.
    assert.deepEqual([back.effectiveDate, back.nextBill.date], [toYear.nextBill.date, toYear.nextBill.date]);
    assert.equal(back.net.amount, '0.00');
    assert.match(back.script.text, /^You will be billed once a month instead of once a year\.$/m);
    const { planChangeId } = reverted.read(planChange);
    await api.post(`/v1/plan-changes/${planChangeId}/cancel`, { reason: 'Better at once' });

    const now = await apply(account, { planCode: 'phone-basic' });
    assert.equal(now.quote?.nextBill.date, monthly.end);
    assert.deepEqual((await api.identify(account)).subscription.cycle, monthly);
  });

  it('a balance waits for the date: the bill of the new plan uses it, as the quote of the date said', async () => {
    const account = await api.stranger({ ...midCycle, planCode: 'fiber-complete' });
    const first = await apply(account, { planCode: 'dsl-internet' });
    const surplus = cents(first.quote?.toBalance ?? assert.fail());
    assert.ok(surplus > 0n);
    const dated = await apply(account, { planCode: 'fiber-plus', activation: { when: 'end_of_cycle' } });
    const { quote } = dated;
    assert.deepEqual(
      [quote?.net.amount, cents(quote?.nextBill.amount ?? assert.fail())],
      ['0.00', 8915n - surplus],
    );
    await skipTime(dated.temporal.workflowId, { days: 32 });
    await eventually(async () => {
      const { status } = (await api.get(`/v1/plan-changes/${dated.planChangeId}`)).read(planChange);
      return status === 'completed' || undefined;
    });
    await isChargedAsShown(dated);
    const ledger = await accountLedger(api.rig.knex, account.customerId);
    const { lines, balanceMinor } = statementOf({ ...ledger, today: quote?.nextBill.date ?? '' });
    assert.deepEqual([lines.at(-1)?.kind, lines.at(-1)?.amountMinor], ['balance_used', -surplus]);
    assert.equal(balanceMinor, 0n);
  });
});

function dueWords(net: bigint): string {
  if (net > 0n) return `${dollars(net)} is due now.`;
  return `Nothing is due now; ${dollars(-net)} goes to your account balance`;
}

function escaped(words: string): string {
  return words.replaceAll(/[$.]/g, '\\$&');
}
