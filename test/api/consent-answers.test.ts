import assert from 'node:assert/strict';
import { notes } from '../../api/schemas/accounts.ts';
import { planChange, type PlanChangeJson } from '../../api/schemas/plan-changes.ts';
import type { TestAccount } from '../../dev/seed/test-account.ts';
import { createApiRig, verbalConsent, type ApiAnswer, type ApiRig } from '../support/api-rig.ts';
import {
  agreementOf,
  askForConsent,
  customerAt,
  PRODUCT_TEMPLATES,
  type Customer,
} from '../support/customer-mails.ts';
import { eventually } from '../support/eventually.ts';
import { expectProblem } from './expect-problem.ts';

interface Invited {
  readonly account: TestAccount;
  readonly change: PlanChangeJson;
  readonly customer: Customer;
}

async function invited(
  api: ApiRig,
  activation: object = { when: 'end_of_cycle' },
  overrides = {},
): Promise<Invited> {
  const account = await api.stranger(overrides);
  const change = await api.opened(account, { activation });
  const customer = customerAt(api, await askForConsent(api, change.planChangeId));
  return { account, change, customer };
}

const changeNow = async (api: ApiRig, { change }: Invited): Promise<PlanChangeJson> =>
  (await api.get(`/v1/plan-changes/${change.planChangeId}`)).read(planChange);

/** As a browser does: what the second page holds is sent with its button. */
async function declineByForms({ customer }: Invited, reason: string): Promise<ApiAnswer> {
  const asked = await customer.submit({ decision: 'decline', reason });
  const held = (name: string): string => {
    const value = new RegExp(`type="hidden" name="${name}" value="([^"]*)"`).exec(asked.text)?.[1];
    return Object.entries(ENTITIES).reduce(
      (text, [entity, character]) => text.replaceAll(entity, character),
      value ?? assert.fail(asked.text),
    );
  };
  return customer.submit({ decision: 'decline', reason: held('reason'), confirm: held('confirm') });
}

const ENTITIES = { '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'", '&amp;': '&' };

/** Mails go their own way. */
const withoutMails = ({ notices: _notices, email: _email, ...change }: PlanChangeJson) => change;

describe('Consent page: the answer', () => {
  let api: ApiRig;
  before(async () => {
    api = await createApiRig('consent answers', { templates: PRODUCT_TEMPLATES });
  });
  after(() => api.close());

  const act = (change: PlanChangeJson, message: string, body: object) =>
    api.post(`/v1/plan-changes/${change.planChangeId}/${message}`, body);

  it('by form: the change is applied, and the evidence says who agreed to what, when and from where', async () => {
    const link = await invited(api, { when: 'immediately' });
    const { account, change, customer } = link;
    const before = Date.now();
    const thanks = await customer.submit(agreementOf(account), { 'user-agent': 'Browser of a test' });
    assert.equal(thanks.status, 200, thanks.text);
    assert.match(thanks.text, /<h1>Your plan was changed to Fiber Plus<\/h1>/);
    const completed = await eventually(async () => {
      const seen = await changeNow(api, link);
      return seen.status === 'completed' ? seen : undefined;
    });
    assert.equal(completed.consent?.method, 'written');
    assert.equal(completed.to?.planCode, 'fiber-plus');

    const evidence = await api.rig
      .knex('consents as k')
      .join('consent_evidence as e', 'e.id', 'k.evidence_id')
      .where({ 'k.plan_change_id': change.planChangeId })
      .select<
        { details: Record<string, unknown>; method: string; given_at: Date; agent_id: string | null }[]
      >('e.details', 'e.method', 'e.given_at', 'e.agent_id');
    assert.equal(evidence.length, 1);
    const [{ details, method, given_at: givenAt, agent_id: agentId } = assert.fail()] = evidence;
    assert.ok(givenAt.getTime() >= before && givenAt.getTime() <= Date.now());
    assert.deepEqual([method, agentId], ['written', null]);
    const { linkId, shown, ...said } = details;
    const { words, ...named } = shown as Record<string, string>;
    assert.match(String(linkId), /^[0-9a-f-]{36}$/);
    assert.deepEqual(said, {
      channel: 'link',
      typedName: account.fullName,
      clientAddress: '127.0.0.1',
      userAgent: 'Browser of a test',
    });
    assert.deepEqual(named, {
      quoteHash: change.quote?.hash,
      termsVersion: change.quote?.terms.version,
      termsSha256: change.quote?.terms.sha256,
    });
    assert.match(words ?? '', /^Change from\nFiber Basic\n[^]*\nI agree to this change/);
    const { items } = (await api.get(`/v1/customers/${change.customerId}/notes`)).read(notes);
    const [accepted] = items.filter(({ kind }) => kind === 'consent_accepted');
    assert.equal(accepted?.author.type, 'customer');
    assert.match(
      accepted.body,
      /^The customer agreed in writing \(name typed on the page behind the link\) to quote [0-9a-f]{64} under terms/,
    );
  });

  it('by form: the evidence names the customer’s address as the trusted proxies say it, and nobody else', async () => {
    const told = { 'x-forwarded-for': '198.51.100.7, 203.0.113.9' };
    for (const [trustedProxies, address] of [
      [['loopback'], '203.0.113.9'],
      [['loopback', '203.0.113.0/24'], '198.51.100.7'],
      [2, '198.51.100.7'],
      [0, '127.0.0.1'],
    ] as const) {
      const behind = await api.another({ trustedProxies: trustedProxies as number | string[] });
      const account = await api.stranger();
      const change = await api.opened(account);
      const customer = customerAt(behind, await askForConsent(api, change.planChangeId));
      assert.equal((await customer.submit(agreementOf(account), told)).status, 200);
      const [details] = await api.rig
        .knex('consent_evidence')
        .where({ plan_change_id: change.planChangeId })
        .pluck<{ clientAddress: string }[]>('details');
      assert.equal(details?.clientAddress, address, JSON.stringify(trustedProxies));
    }
  });

  it('by JSON: a dated change waits for its date; another answer is told that it came before', async () => {
    const link = await invited(api);
    const answer = await link.customer.send(agreementOf(link.account));
    assert.equal(answer.status, 200, answer.text);
    const { status, recordedAt, ...others } = JSON.parse(answer.text) as Record<string, string>;
    assert.deepEqual([status, others], ['accepted', {}]);
    assert.ok(Math.abs(Date.parse(recordedAt ?? '') - Date.now()) < 60_000);
    const seen = await changeNow(api, link);
    assert.deepEqual([seen.status, seen.consent?.method], ['scheduled', 'written']);
    expectProblem(await link.customer.send(agreementOf(link.account)), 409, 'link-used');
    expectProblem(await link.customer.send({ decision: 'decline' }), 409, 'link-used');
    assert.equal((await link.customer.look()).status, 409);
    const verbal = await act(link.change, 'consent', verbalConsent(link.change.quote?.hash ?? ''));
    expectProblem(verbal, 409, 'consent-already-recorded');
  });

  it('once: of many answers at the same time exactly one is recorded', async () => {
    const link = await invited(api);
    const agreement = agreementOf(link.account);
    const answers = await Promise.all([
      ...Array.from({ length: 3 }, () => link.customer.send(agreement)),
      ...Array.from({ length: 3 }, () => link.customer.submit(agreement)),
    ]);
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 409, 409, 409, 409, 409]);
    const { planChangeId } = link.change;
    assert.equal((await api.rig.knex('consents').where({ plan_change_id: planChangeId })).length, 1);
    assert.deepEqual(
      await api.rig
        .knex('account_notes')
        .where({ plan_change_id: planChangeId, kind: 'consent_accepted' })
        .pluck('revision'),
      [1],
    );
  });

  it('once: yes and no at the same time', async () => {
    const link = await invited(api);
    const [yes, no] = await Promise.all([
      link.customer.send(agreementOf(link.account)),
      link.customer.send({ decision: 'decline', reason: 'no' }),
    ]);
    const { status } = await changeNow(api, link);
    assert.deepEqual([yes.status === 200, no.status === 200].sort(), [false, true]);
    assert.equal(status, yes.status === 200 ? 'scheduled' : 'declined');
    for (const { status: lost } of [yes, no].filter((answer) => answer.status !== 200))
      assert.ok(lost === 409 || lost === 410, String(lost));
  });

  it('no: declined, with the reason or without one', async () => {
    const link = await invited(api);
    const reason = '  Too <b>dear</b>\0 for me — "no" ';
    const page = await declineByForms(link, reason);
    assert.equal(page.status, 200);
    assert.match(page.text, /You declined the change/);
    assert.equal((await changeNow(api, link)).status, 'declined');
    const { items } = (await api.get(`/v1/customers/${link.change.customerId}/notes`)).read(notes);
    const [declined] = items.filter(({ kind }) => kind === 'declined');
    assert.equal(declined?.author.type, 'customer');
    assert.ok(declined.body.endsWith('Reason: Too <b>dear</b> for me — "no"'), declined.body);
    expectProblem(await link.customer.send(agreementOf(link.account)), 409, 'link-used');

    const silent = await invited(api);
    const answer = await silent.customer.send({ decision: 'decline' });
    assert.equal((JSON.parse(answer.text) as { status: string }).status, 'declined');
    assert.equal((await changeNow(api, silent)).status, 'declined');
    // As the database's connection leaves it when it is cut between the decline and the mark on the link.
    await api.rig.knex('consent_links').where({ plan_change_id: silent.change.planChangeId }).update({
      used_at: null,
    });
    expectProblem(await silent.customer.send({ decision: 'decline' }), 409, 'link-used');
    assert.match((await silent.customer.look()).text, /You declined the change/);
    const tooLong = await invited(api);
    expectProblem(
      await tooLong.customer.send({ decision: 'decline', reason: 'x'.repeat(2_001) }),
      422,
      'answer-missing',
    );
  });

  it('no by one form alone, as a scanner posts it: asked once more, and nothing is recorded', async () => {
    const link = await invited(api);
    const reason = 'Too <b>dear</b> & "late"';
    const other = await invited(api);
    const blind: Readonly<Record<string, string>>[] = [
      { decision: 'decline' },
      { decision: 'decline', reason },
      { decision: 'decline', confirm: '' },
      { decision: 'decline', confirm: 'true' },
      { decision: 'decline', confirm: other.change.quote?.hash ?? '' },
    ];
    for (const form of blind) {
      const page = await link.customer.submit(form);
      assert.equal(page.status, 200);
      assert.match(page.text, /<h1>Decline this change\?<\/h1>/);
      assert.match(page.text, /Nothing is recorded yet/);
    }
    const unread = await link.customer.submit({ decision: 'decline' }, { accept: 'application/json' });
    expectProblem(unread, 422, 'decline-unconfirmed');
    assert.equal((await changeNow(api, link)).status, 'awaiting_consent');
    const [kept] = await api.rig.knex('remarks').where({ plan_change_id: link.change.planChangeId }).count();
    assert.equal(Number(kept?.['count']), 0);
    assert.equal((await link.customer.look()).status, 200);

    assert.match((await declineByForms(link, reason)).text, /You declined the change/);
    assert.equal((await changeNow(api, link)).status, 'declined');
    assert.equal((await link.customer.submit({ decision: 'decline' })).status, 409, 'the link is spent');
  });

  const names: [string, string, string][] = [
    ["Zoë O'Brien", 'ZOE OBRIEN', 'lower case, no accents'],
    ['Łukasz Ångström-Núñez', 'lukasz  angstrom nunez', 'letters that do not decompose, a hyphen, spaces'],
    ['Weiß, Müller', 'WEISS MÜLLER', 'sharp s'],
    ['山田 太郎', '山田太郎', 'no Latin letters'],
  ];
  for (const [fullName, typedName, what] of names) {
    it(`knows the customer by name and last four in another spelling: ${what}`, async () => {
      const { account, customer } = await invited(api, undefined, { fullName });
      const lastFour = account.accountNumber.slice(-4);
      for (const [name, four] of [
        [typedName, `${lastFour.slice(1)}X`],
        [typedName, account.accountNumber.slice(0, 4)],
        [`${typedName} Jr`, lastFour],
        ['.', lastFour],
      ]) {
        const body = { decision: 'accept', typedName: name, accountNumberLast4: four };
        expectProblem(await customer.send(body), 422, 'details-do-not-match');
      }
      const accountNumberLast4 = lastFour.toLowerCase();
      assert.equal((await customer.send({ decision: 'accept', typedName, accountNumberLast4 })).status, 200);
    });
  }

  it('when something changed meanwhile: recorded, held, and nothing charged', async () => {
    const link = await invited(api, { when: 'immediately' });
    await api.rig
      .ownerKnex('customers')
      .where({ id: link.account.customerId })
      .update({ status: 'suspended' });
    const page = await link.customer.submit(agreementOf(link.account));
    assert.equal(page.status, 200);
    assert.match(page.text, /the change is on hold.*Nothing was charged/s);
    const { status, hold } = await changeNow(api, link);
    assert.deepEqual([status, hold?.reason], ['held', 'account_not_active']);
    assert.deepEqual(await api.rig.knex('charges').where({ plan_change_id: link.change.planChangeId }), []);
  });

  const endings: [string, (link: Invited) => Promise<unknown>, number][] = [
    ['a new quote', ({ change }) => act(change, 'requote', {}), 410],
    ['another date', ({ change }) => act(change, 'reschedule', { activation: { when: 'immediately' } }), 410],
    ['a cancellation', ({ change }) => act(change, 'cancel', { reason: 'no more' }), 410],
    ['a refusal by phone', ({ change }) => act(change, 'decline', { reason: 'no' }), 410],
    [
      'a change in its place',
      ({ account, change }) => api.opened(account, { planCode: 'dsl-phone', replaces: change.planChangeId }),
      410,
    ],
    [
      'consent by phone',
      ({ change }) => act(change, 'consent', verbalConsent(change.quote?.hash ?? '')),
      409,
    ],
  ];
  for (const [what, happens, status] of endings) {
    it(`too late after ${what}: ${status}, and nothing is recorded`, async () => {
      const link = await invited(api);
      await happens(link);
      const settled = await changeNow(api, link);
      const code = status === 409 ? 'link-used' : 'link-voided';
      expectProblem(await link.customer.send(agreementOf(link.account)), status, code);
      expectProblem(await link.customer.send({ decision: 'decline', reason: 'no' }), status, code);
      assert.equal((await link.customer.look()).status, status);
      assert.deepEqual(withoutMails(await changeNow(api, link)), withoutMails(settled));
      const links = await api.rig.knex('consent_links').where({ plan_change_id: link.change.planChangeId });
      assert.deepEqual(
        links.map((row: { used_at: Date | null }) => row.used_at),
        [null],
      );
    });
  }

  const agreed = async (link: Invited): Promise<void> => {
    const answer = await link.customer.send(agreementOf(link.account));
    assert.equal(answer.status, 200, answer.text);
  };
  const suspend = ({ account }: Invited, status = 'suspended') =>
    api.rig.ownerKnex('customers').where({ id: account.customerId }).update({ status });
  const hold = async (link: Invited): Promise<void> => {
    await suspend(link);
    await agreed(link);
    await suspend(link, 'active');
  };
  const afterAnswer: [what: string, activation: object, happens: (link: Invited) => Promise<unknown>][] = [
    [
      'another date',
      { when: 'end_of_cycle' },
      async (link) => {
        await agreed(link);
        return act(link.change, 'reschedule', { activation: { when: 'immediately' } });
      },
    ],
    ['a hold', { when: 'immediately' }, hold],
    [
      'a hold and a new quote',
      { when: 'immediately' },
      async (link) => {
        await hold(link);
        return act(link.change, 'requote', {});
      },
    ],
  ];
  for (const [what, activation, happens] of afterAnswer) {
    it(`does not say that the answer is recorded when ${what} has voided it: another one is needed`, async () => {
      const link = await invited(api, activation);
      await happens(link);
      const settled = await changeNow(api, link);
      for (const answer of [agreementOf(link.account), { decision: 'decline' }])
        expectProblem(await link.customer.send(answer), 410, 'link-voided');
      const page = await link.customer.look();
      assert.equal(page.status, 410);
      assert.match(page.text, /We recorded your agreement at .*(no longer counts|Something has changed)/s);
      assert.match(
        (await link.customer.send(agreementOf(link.account))).text,
        /that answer no longer counts/,
      );
      assert.deepEqual(withoutMails(await changeNow(api, link)), withoutMails(settled));
    });
  }

  it('says that the answer is recorded where nothing more is needed, also when the change has ended since', async () => {
    const link = await invited(api);
    await agreed(link);
    await act(link.change, 'cancel', { reason: 'no more' });
    expectProblem(await link.customer.look({ headers: { accept: 'application/json' } }), 409, 'link-used');
  });

  it('keeps the evidence of the try that counted, not of one before that was turned away', async () => {
    const account = await api.stranger();
    const change = await api.opened(account, { activation: { when: 'end_of_cycle' } });
    const path = await askForConsent(api, change.planChangeId);
    const away = await api.another({ temporalAddress: '127.0.0.1:1', waitMs: 500 });
    const early = await customerAt(away, path).submit(agreementOf(account), { 'user-agent': 'first device' });
    assert.equal(early.status, 503, early.text);
    const between = Date.now();
    const typedName = account.fullName.toUpperCase();
    const answers = await Promise.all(
      [1, 2, 3].map(() =>
        customerAt(api, path).submit(
          { ...agreementOf(account), typedName },
          { 'user-agent': 'second device' },
        ),
      ),
    );
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 409, 409]);
    const consents = await api.rig
      .knex('consents as k')
      .join('consent_evidence as e', 'e.id', 'k.evidence_id')
      .where({ 'k.plan_change_id': change.planChangeId })
      .select<{ details: Record<string, unknown>; given_at: Date }[]>('e.details', 'k.given_at');
    assert.equal(consents.length, 1);
    assert.deepEqual(
      [consents[0]?.details['userAgent'], consents[0]?.details['typedName']],
      ['second device', typedName],
    );
    assert.ok((consents[0]?.given_at.getTime() ?? 0) >= between);
  });

  it('keeps the reason of the refusal that counted, not of one before that was turned away', async () => {
    const link = await invited(api);
    const away = await api.another({ temporalAddress: '127.0.0.1:1', waitMs: 500 });
    const path = await askForConsent(api, link.change.planChangeId);
    const early = await customerAt(away, path).send({ decision: 'decline', reason: 'too early' });
    assert.equal(early.status, 503, early.text);
    assert.equal((await customerAt(api, path).send({ decision: 'decline', reason: 'too dear' })).status, 200);
    const { items } = (await api.get(`/v1/customers/${link.change.customerId}/notes`)).read(notes);
    const [declined] = items.filter(({ kind }) => kind === 'declined');
    assert.ok(declined?.body.endsWith('Reason: too dear'), declined?.body);
  });

  it('while a part of ours is away: told to come back, and the answer is still taken then', async () => {
    const account = await api.stranger();
    const change = await api.opened(account, { activation: { when: 'end_of_cycle' } });
    const path = await askForConsent(api, change.planChangeId);
    const send = (kind: 'not_accepted' | 'unreachable' | 'paused' | 'accepted') => () =>
      Promise.resolve({ kind });
    for (const [kind, status] of [
      ['not_accepted', 503],
      ['unreachable', 503],
      ['paused', 409],
    ] as const) {
      const other = await api.another({ gateway: { ...api.deps.gateway, send: send(kind) } });
      const page = await customerAt(other, path).submit(agreementOf(account));
      assert.equal(page.status, status);
      assert.match(page.headers.get('retry-after') ?? '', /^\d+$/);
      assert.match(page.text, /Open the link again in a few minutes/);
      assert.doesNotMatch(page.text, /Idempotency|operations/);
    }
    const slow = await api.another({ gateway: { ...api.deps.gateway, send: send('accepted') } });
    const pending = await customerAt(slow, path).send(agreementOf(account));
    assert.deepEqual([pending.status, JSON.parse(pending.text)], [202, { status: 'processing' }]);
    assert.equal((await customerAt(api, path).send(agreementOf(account))).status, 200);
  });
});

describe('Consent page: an offer that has run out', () => {
  let api: ApiRig;
  before(async () => {
    api = await createApiRig('consent expiry', { templates: PRODUCT_TEMPLATES, policy: { quoteMs: 4_000 } });
  });
  after(() => api.close());

  it('410, the change stays open for a new quote, and no link to the old one is sent', async () => {
    const link = await invited(api);
    assert.equal((await link.customer.look()).status, 200);
    await eventually(async () => ((await link.customer.look()).status === 410 ? true : undefined));
    expectProblem(await link.customer.send(agreementOf(link.account)), 410, 'link-expired');
    const page = await link.customer.submit(agreementOf(link.account));
    assert.deepEqual(
      [page.status, /<h1>This offer has expired<\/h1>\n<p>Nothing was charged/.test(page.text)],
      [410, true],
    );
    assert.equal((await changeNow(api, link)).status, 'awaiting_consent');
    const path = `/v1/plan-changes/${link.change.planChangeId}`;
    expectProblem(await api.post(`${path}/consent-link`, {}), 410, 'quote-expired');
    assert.equal((await api.post(`${path}/requote`, {})).status, 200);
    const again = customerAt(api, await askForConsent(api, link.change.planChangeId));
    assert.equal((await again.send(agreementOf(link.account))).status, 200);
  });
});
