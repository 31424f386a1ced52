import assert from 'node:assert/strict';
import { z } from 'zod';
import { identification, note, notes, statement } from '../../api/schemas/accounts.ts';
import { page } from '../../api/schemas/common.ts';
import { planChange } from '../../api/schemas/plan-changes.ts';
import { addDays, localDateOf } from '../../domain/calendar.ts';
import { parseDecimal } from '../../domain/money.ts';
import type { TestAccount } from '../../dev/seed/test-account.ts';
import { createApiRig, verbalConsent, type ApiAnswer, type ApiRig } from '../support/api-rig.ts';
import { eventually } from '../support/eventually.ts';
import { assertDocumented } from './documented.ts';

const planChanges = page(planChange);

describe('API contract', () => {
  let api: ApiRig;
  let account: TestAccount;

  before(async () => {
    api = await createApiRig('api contract');
    account = await api.stranger();
  });
  after(() => api.close());

  it('identifies a customer: masked mail, present plan, cycle around today, usage', async () => {
    const { accountNumber, fullName, serviceAddress } = account;
    const answer = await api.post('/v1/identifications', { accountNumber, fullName, serviceAddress });
    assert.equal(answer.status, 201);
    assertDocumented(api, 'identifyCustomer', answer);
    const seen = answer.read(identification);
    assert.deepEqual(seen.customer, {
      customerId: account.customerId,
      accountNumber,
      fullName,
      email: `${account.email.slice(0, 1)}***@example.com`,
      timeZone: 'America/Chicago',
    });
    assert.deepEqual(seen.usage, [{ metric: 'data', used: 120.5, allowance: 1000, unit: 'GB' }]);
    const { planCode, planName, price, since, cycle } = seen.subscription;
    assert.deepEqual(
      [planCode, planName, price],
      ['fiber-basic', 'Fiber Basic', { amount: '73.75', currency: 'USD' }],
    );
    assert.equal(since.slice(0, 10), '2024-01-15');
    assert.ok(cycle.start <= today() && today() < cycle.end, `${cycle.start} to ${cycle.end}`);
    const minutes = (Date.parse(seen.expiresAt) - Date.now()) / 60_000;
    assert.ok(minutes > 58 && minutes <= 60, String(minutes));
    assert.equal(seen.openPlanChangeId, null);
    assert.ok(!answer.text.includes(account.email));
  });

  it('opens a change: 201, Location, a quote that adds up, everything readable again', async () => {
    const customer = await api.stranger();
    const { identificationId } = await api.identify(customer);
    const body = {
      identificationId,
      planCode: 'fiber-plus',
      promotionCode: 'FIBER-10',
      activation: { when: 'immediately' },
    };
    const answer = await api.post('/v1/plan-changes', body);
    assert.equal(answer.status, 201);
    assertDocumented(api, 'openPlanChange', answer);
    const opened = answer.read(planChange);
    assert.equal(answer.headers.get('location'), `/v1/plan-changes/${opened.planChangeId}`);
    assert.deepEqual([opened.status, opened.customerId], ['awaiting_consent', customer.customerId]);
    assert.deepEqual(opened.to, {
      planCode: 'fiber-plus',
      planName: 'Fiber Plus',
      price: { amount: '80.24', currency: 'USD' },
      interval: 'month',
      promotionCode: 'FIBER-10',
    });
    assert.deepEqual(
      [opened.consent, opened.confirmedAt, opened.hold, opened.email],
      [null, null, null, null],
    );
    const { timeZone, ...activation } = opened.activation;
    assert.deepEqual(activation, { when: 'immediately', date: today(), at: null });
    assert.equal(timeZone, 'America/Chicago');

    const { quote } = opened;
    assert.ok(quote);
    const sum = quote.lines.reduce((total, line) => total + minor(line.amount), 0n);
    assert.equal(sum, minor(quote.net));
    assert.deepEqual(
      quote.lines.map(({ kind }) => kind),
      ['credit', 'charge', 'fee'],
    );
    assert.equal(quote.lines.at(-1)?.amount.amount, '0.00');
    assert.equal(quote.effectiveDate, opened.activation.date);
    assert.match(quote.hash, /^[0-9a-f]{64}$/);
    assert.match(quote.script.text, /Do you agree\?/);

    const again = await api.get(answer.headers.get('location') ?? '');
    assertDocumented(api, 'getPlanChange', again);
    assert.deepEqual(again.read(planChange), opened);
    assert.equal((await api.identify(customer)).openPlanChangeId, opened.planChangeId);
    const { workflowId, runId, url } = opened.temporal;
    assert.equal(workflowId, `plan-change-${opened.planChangeId}`);
    assert.ok(url.includes(`/${workflowId}/${runId}`));
  });

  it('carries a change from consent to confirmation', async () => {
    const { planChangeId, quote } = await api.opened(account);
    const path = `/v1/plan-changes/${planChangeId}`;
    const consented = await api.post(`${path}/consent`, verbalConsent(quote?.hash ?? ''));
    assert.equal(consented.status, 200);
    assertDocumented(api, 'recordConsent', consented);
    const applied = consented.read(planChange);
    assert.ok(['activated', 'completed'].includes(applied.status), applied.status);
    assert.equal(applied.consent?.method, 'verbal');
    assert.deepEqual(applied.quote, quote);
    assert.ok(applied.activation.at !== null);

    const completed = await eventually(async () => {
      const seen = (await api.get(path)).read(planChange);
      return seen.status === 'completed' ? seen : undefined;
    });
    assert.deepEqual(completed.email, { status: 'accepted' });
    const toConfirm = async (): Promise<string[]> =>
      (await api.get('/v1/plan-changes?confirmed=false'))
        .read(planChanges)
        .items.map((item) => item.planChangeId);
    assert.ok((await toConfirm()).includes(planChangeId));

    const words = {
      explained: ['The new plan is active now.', 'No interruption of service.'],
      channel: 'phone',
    };
    const confirmed = await api.post(`${path}/confirmation`, words);
    assert.equal(confirmed.status, 200);
    assertDocumented(api, 'confirmPlanChange', confirmed);
    const { confirmedAt } = confirmed.read(planChange);
    assert.ok(confirmedAt !== null);
    assert.ok(!(await toConfirm()).includes(planChangeId));
    const repeated = await api.post(`${path}/confirmation`, words);
    assert.equal(repeated.read(planChange).confirmedAt, confirmedAt);
    const { subscription } = await api.identify(account);
    assert.equal(subscription.planCode, 'fiber-plus');
  });

  it('shows what was posted as a statement', async () => {
    const customer = await api.stranger({ planCode: 'fiber-complete' });
    const { quote, planChangeId } = await api.changeOf(customer, { planCode: 'phone-basic' });
    const answer = await api.get(`/v1/customers/${customer.customerId}/statement`);
    assertDocumented(api, 'getStatement', answer);
    const { lines, balance, currency } = answer.read(statement);
    assert.equal(currency, 'USD');
    assert.deepEqual(balance, quote?.toBalance);
    const posted = lines.filter((line) => line.planChangeId === planChangeId && line.kind !== 'to_balance');
    assert.deepEqual(
      posted.map(({ kind, description, amount }) => ({ kind, description, amount })),
      quote?.lines.map(({ kind, description, amount }) => ({ kind, description, amount })),
    );
    assert.deepEqual(lines.at(-1)?.balanceAfter, balance);
  });

  it('keeps notes: newest first, chained, added by people and by every step', async () => {
    const customer = await api.stranger();
    const { planChangeId } = await api.changeOf(customer);
    const path = `/v1/customers/${customer.customerId}/notes`;
    const words = 'Asked about the night rate.\r\nΖωή مرحبا <b>bold</b>';
    const added = await api.post(path, { body: words });
    assert.equal(added.status, 201);
    assertDocumented(api, 'addNote', added);
    const { noteId, kind, body, author } = added.read(note);
    assert.deepEqual([kind, body, author], ['remark', words, { type: 'agent', id: api.agentIds.agent }]);

    const kinds = await eventually(async () => {
      const answer = await api.get(path);
      assertDocumented(api, 'listNotes', answer);
      const { items, chain } = answer.read(notes);
      assert.equal(chain, 'verified');
      assert.deepEqual(
        items.map(({ sequence }) => sequence),
        items.map((_, at) => items.length - at),
      );
      assert.ok(items.some((item) => item.noteId === noteId));
      for (const item of items.filter(({ kind: of }) => of !== 'remark' && of !== 'identified')) {
        assert.equal(item.planChangeId, planChangeId);
      }
      const found = items.map((item) => item.kind);
      return found.includes('completed') ? found : undefined;
    });
    for (const expected of [
      'identified',
      'quoted',
      'consent_accepted',
      'plan_applied',
      'verified',
      'remark',
    ]) {
      assert.ok(kinds.includes(expected), `${expected} in ${kinds.join()}`);
    }
  });

  it('ends a change by decline and by cancel, and repeating either changes nothing', async () => {
    for (const [name, ended] of [
      ['decline', 'declined'],
      ['cancel', 'cancelled'],
    ] as const) {
      const { planChangeId } = await api.opened(await api.stranger());
      const path = `/v1/plan-changes/${planChangeId}/${name}`;
      const first = await api.post(path, { reason: 'Too dear' });
      assert.equal(first.status, 200);
      assertDocumented(api, `${name}PlanChange`, first);
      assert.equal(first.read(planChange).status, ended);
      const repeated = await api.post(path, { reason: 'Still too dear' });
      assert.equal(repeated.status, 200);
      assert.deepEqual(besideMails(repeated), besideMails(first));
    }
  });

  it('makes a new quote by requote and by reschedule, and voids the earlier consent', async () => {
    const customer = await api.stranger();
    const scheduled = await api.changeOf(customer, { activation: { when: 'end_of_cycle' } });
    assert.equal(scheduled.status, 'scheduled');
    assert.equal(scheduled.quote?.net.amount, '0.00');
    const date = addDays(today(), 20);
    const path = `/v1/plan-changes/${scheduled.planChangeId}`;
    const moved = await api.post(`${path}/reschedule`, { activation: { when: 'on_date', date } });
    assert.equal(moved.status, 200);
    assertDocumented(api, 'reschedulePlanChange', moved);
    const rescheduled = moved.read(planChange);
    assert.deepEqual(
      [rescheduled.status, rescheduled.consent, rescheduled.activation.when, rescheduled.activation.date],
      ['awaiting_consent', null, 'on_date', date],
    );
    assert.notEqual(rescheduled.quote?.hash, scheduled.quote.hash);
    const requoted = await api.post(`${path}/requote`, {});
    assert.equal(requoted.status, 200);
    assertDocumented(api, 'requotePlanChange', requoted);
    assert.notEqual(requoted.read(planChange).quote?.hash, rescheduled.quote?.hash);
  });

  it('goes back to the plan before by revert: a change like any other', async () => {
    const customer = await api.stranger();
    const { planChangeId } = await api.changeOf(customer);
    const { identificationId } = await api.identify(customer);
    await eventually(async () => {
      const { status } = (await api.get(`/v1/plan-changes/${planChangeId}`)).read(planChange);
      return status === 'completed' ? status : undefined;
    });
    const body = { identificationId, activation: { when: 'immediately' } };
    const answer = await api.post(`/v1/plan-changes/${planChangeId}/revert`, body);
    assert.equal(answer.status, 201);
    assertDocumented(api, 'revertPlanChange', answer);
    const back = answer.read(planChange);
    assert.equal(answer.headers.get('location'), `/v1/plan-changes/${back.planChangeId}`);
    assert.deepEqual([back.from.planCode, back.to?.planCode], ['fiber-plus', 'fiber-basic']);
  });

  it('says whether it is alive and ready, without a key', async () => {
    const alive = await api.get('/livez', { as: null });
    assert.deepEqual([alive.status, alive.read(z.unknown())], [200, { status: 'alive' }]);
    const ready = await api.get('/readyz', { as: null });
    const parts = { database: true, temporal: true, worker: true };
    assert.deepEqual([ready.status, ready.read(z.unknown())], [200, { status: 'ready', parts }]);
  });

  it('lets nothing about a customer be cached on the way', async () => {
    const { customerId } = account;
    for (const path of ['notes', 'statement', 'plan-changes']) {
      const answer = await api.get(`/v1/customers/${customerId}/${path}`);
      assert.equal(answer.headers.get('cache-control'), 'no-store', path);
    }
    const { accountNumber, fullName, serviceAddress } = account;
    const identified = await api.post('/v1/identifications', { accountNumber, fullName, serviceAddress });
    assert.equal(identified.headers.get('cache-control'), 'no-store');
  });

  it('gives each request an id of its own and takes none from the caller', async () => {
    const ask = async () =>
      (await api.get('/v1/plans', { headers: { 'x-request-id': 'mine' } })).headers.get('x-request-id');
    const [one, other] = [await ask(), await ask()];
    assert.match(one ?? '', /^[0-9a-f-]{36}$/);
    assert.notEqual(one, other);
  });
});

function today(): string {
  return localDateOf(new Date().toISOString(), 'America/Chicago');
}

/** Minor units of a signed amount. */
function minor({ amount, currency }: { amount: string; currency: string }): bigint {
  const size = parseDecimal(amount.replace('-', ''), currency);
  return amount.startsWith('-') ? -size : size;
}

/** A change without how far its mails are: they leave by themselves meanwhile. */
function besideMails(answer: ApiAnswer): object {
  const { notices, ...change } = answer.read(planChange);
  return { ...change, notices: notices.map((notice) => ({ ...notice, status: null })) };
}
