import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import type { PlanChangeJson } from '../../api/schemas/plan-changes.ts';
import type { TestAccount } from '../../dev/seed/test-account.ts';
import { createApiRig, type ApiAnswer, type ApiRig } from '../support/api-rig.ts';
import {
  agreementOf,
  askForConsent,
  customerAt,
  PRODUCT_TEMPLATES,
  type Customer,
} from '../support/customer-mails.ts';
import { expectProblem } from './expect-problem.ts';

const WRONG = { decision: 'accept', typedName: 'Somebody Else', accountNumberLast4: 'XXXX' };

describe('Consent page', () => {
  let api: ApiRig;
  const tokens: string[] = [];
  before(async () => {
    api = await createApiRig('consent page', { templates: PRODUCT_TEMPLATES });
  });
  after(() => api.close());

  interface Invited {
    readonly account: TestAccount;
    readonly change: PlanChangeJson;
    readonly path: string;
    readonly customer: Customer;
  }

  const invited = async (request: object = {}, overrides: object = {}): Promise<Invited> => {
    const account = await api.stranger(overrides);
    const change = await api.opened(account, { activation: { when: 'end_of_cycle' }, ...request });
    const path = await askForConsent(api, change.planChangeId);
    tokens.push(path.replace('/consent/', ''));
    return { account, change, path, customer: customerAt(api, path) };
  };
  const linkRow = ({ change }: Invited) =>
    api.rig
      .knex('consent_links')
      .where({ plan_change_id: change.planChangeId })
      .first<{ failed_tries: number; used_at: Date | null }>('failed_tries', 'used_at');

  it('shows the quote in plain words', async () => {
    const { customer, change } = await invited({ activation: { when: 'immediately' } });
    const page = await customer.look();
    assert.equal(page.status, 200);
    assert.match(page.headers.get('content-type') ?? '', /^text\/html; charset=utf-8$/);
    const { quote, from, to } = change;
    assert.ok(quote);
    for (const shown of [
      from.planName,
      `$${from.price.amount} a month`,
      `Change your plan to <bdi>${to?.planName ?? ''}</bdi>?`,
      `$${to?.price.amount ?? ''} a month`,
      ...quote.lines.map(({ description }) => description),
      ...quote.lines.map(({ amount }) => amount.amount.replace('-', '-$')),
      `$${quote.dueNow.amount}`,
      `$${quote.nextBill.amount.amount}`,
      `Terms of service, version ${quote.terms.version}`,
      '+1 800 555 0100',
    ]) {
      assert.ok(page.text.includes(shown), `${shown} is not in ${page.text}`);
    }
    const [, termsPath = ''] = /<a href="(\/consent\/[\w-]+\/terms)"/.exec(page.text) ?? [];
    const terms = await api.call(termsPath, {});
    assert.equal(terms.status, 200);
    assertSafe(terms);
    const stored = await api.call(`/v1/terms/${quote.terms.version}`, {});
    const wordsOf = (text: string): string[] =>
      text
        .replaceAll(/<[^>]+>/g, ' ')
        .trim()
        .split(/\s+/);
    const shownTerms = terms.text.slice(terms.text.indexOf('</h1>'), terms.text.indexOf('</main>'));
    assert.deepEqual(wordsOf(shownTerms.replace('</h1>', '')), wordsOf(stored.text));
  });

  it('is not spent by looking, however often and by whatever', async () => {
    const link = await invited();
    for (const method of ['GET', 'HEAD', 'GET', 'HEAD']) {
      const seen = await link.customer.look({ method });
      assert.equal(seen.status, 200);
      assert.equal(seen.text === '', method === 'HEAD');
    }
    for (const accept of ['*/*', 'application/json'])
      assert.equal((await link.customer.look({ headers: { accept } })).status, 200);
    assert.deepEqual(await linkRow(link), { failed_tries: 0, used_at: null });
  });

  it('takes nothing from a post without an answer: not recorded, not counted', async () => {
    const link = await invited();
    const typed = {
      typedName: link.account.fullName,
      accountNumberLast4: link.account.accountNumber.slice(-4),
    };
    const blind: RequestInit[] = [
      {},
      { body: new URLSearchParams() },
      { body: new URLSearchParams({ email: 'scanner@example.org', submit: 'on' }) },
      { body: new URLSearchParams({ decision: 'accept' }) },
      { body: new URLSearchParams({ decision: 'accept', typedName: '', accountNumberLast4: '' }) },
      { body: new URLSearchParams({ decision: 'yes', ...typed }) },
      {
        body: new URLSearchParams([
          ...Object.entries(typed),
          ['decision', 'accept'],
          ['decision', 'decline'],
        ]),
      },
      { body: 'decision=accept', headers: { 'content-type': 'text/plain' } },
      { body: new FormData() },
      ...['{}', '[]', '{"decision":"accept"}', '{"decision":true}', '{"a":{"b":[1]}}'].map((body) => ({
        body,
        headers: { 'content-type': 'application/json' },
      })),
      {
        body: JSON.stringify({ decision: 'accept', ...typed, typedName: ['x'] }),
        headers: { 'content-type': 'application/json' },
      },
    ];
    for (const init of blind) {
      const answer = await api.call(link.path, { method: 'POST', ...init });
      assert.equal(answer.status, 422, answer.text);
    }
    for (const body of ['{"decision":', '"accept"', 'null', 'scan'])
      expectProblem(await link.customer.send(body), 400, 'body-not-json');
    expectProblem(await link.customer.send(`{"reason":"${'x'.repeat(9_000)}"}`), 413, 'body-too-large');
    assert.deepEqual(await linkRow(link), { failed_tries: 0, used_at: null });
    assert.equal((await link.customer.submit(agreementOf(link.account))).status, 200);
  });

  it('asks again, with what to check, beside the quote', async () => {
    const { customer } = await invited();
    const asked = await customer.submit(WRONG);
    assert.equal(asked.status, 422);
    assert.match(
      asked.text,
      /role="alert"[^]*The name and the number do not match your account[^]*4 more tries/,
    );
    assert.match(asked.text, /<button name="decision" value="accept"/);
    const missing = await customer.submit({ decision: 'accept', typedName: 'Zoë', accountNumberLast4: '' });
    assert.match(missing.text, /<a href="#accountNumberLast4">Type the last four characters/);
    assert.doesNotMatch(missing.text, /<a href="#typedName">/);
    const { errors } = expectProblem(
      await customer.send({ decision: 'accept', typedName: 'Zoë' }),
      422,
      'answer-missing',
    );
    assert.deepEqual(
      errors?.map(({ pointer }) => pointer),
      ['/accountNumberLast4'],
    );
    expectProblem(await customer.send(WRONG), 422, 'details-do-not-match');
    expectProblem(await customer.send({}), 422, 'answer-missing');
  });

  it('closes a link after five wrong answers, for the right one too', async () => {
    const link = await invited();
    for (let tries = 1; tries <= 4; tries += 1) assert.equal((await link.customer.submit(WRONG)).status, 422);
    const fifth = await link.customer.submit(WRONG);
    assert.equal(fifth.status, 422);
    assert.match(fifth.text, /too many times, so this link is closed/);
    assert.doesNotMatch(fifth.text, /<form/);
    for (const answer of [
      await link.customer.submit(WRONG),
      await link.customer.submit(agreementOf(link.account)),
      await link.customer.look(),
    ]) {
      assert.equal(answer.status, 429);
      // Closed for good: there is no time after which to try again.
      assert.equal(answer.headers.get('retry-after'), null);
      assert.match(answer.text, /<h1>This link is closed<\/h1>[^]*closed for good[^]*Call us for a new one/);
    }
    expectProblem(await link.customer.send(agreementOf(link.account)), 429, 'too-many-tries');
    const closed = (await api.rig
      .knex('account_notes')
      .where({ customer_id: link.account.customerId, kind: 'consent_link_closed' })
      .pluck('body')) as string[];
    assert.equal(closed.length, 1);
    assert.match(closed[0] ?? '', /closed for good after 5 answers .* Call the customer, or send a new link/);
    assert.deepEqual(await linkRow(link), { failed_tries: 5, used_at: null });
    // Another mail is another link: the customer is not locked out for good.
    const path = await askForConsent(api, link.change.planChangeId);
    assert.equal((await customerAt(api, path).send(agreementOf(link.account))).status, 200);
  });

  it('gives no more than five tries to many requests at once', async () => {
    const link = await invited();
    const answers = await Promise.all(Array.from({ length: 12 }, () => link.customer.send(WRONG)));
    const statuses = answers.map(({ status }) => status).sort();
    assert.deepEqual(statuses, [...Array<number>(5).fill(422), ...Array<number>(7).fill(429)]);
  });

  it('says what stands in the way when a link is no longer open', async () => {
    const used = await invited();
    await used.customer.submit(agreementOf(used.account));
    const voided = await invited();
    await api.post(`/v1/plan-changes/${voided.change.planChangeId}/requote`, {});
    const cases: [Customer, number, RegExp, string][] = [
      [used.customer, 409, /<h1>You agreed: Fiber Plus starts on [^]*What you agreed to/, 'link-used'],
      [voided.customer, 410, /<h1>There is a newer offer<\/h1>/, 'link-voided'],
      [
        customerAt(api, `/consent/${randomBytes(32).toString('base64url')}`),
        410,
        /does not lead to an offer/,
        'link-unknown',
      ],
      [customerAt(api, '/consent/short'), 410, /does not lead to an offer/, 'link-unknown'],
      [customerAt(api, `/consent/${'%00'.repeat(43)}`), 410, /does not lead to an offer/, 'link-unknown'],
    ];
    for (const [customer, status, words, code] of cases) {
      for (const answer of [await customer.look(), await customer.submit(agreementOf(used.account))]) {
        assert.equal(answer.status, status);
        assert.match(answer.text, words);
        assert.doesNotMatch(answer.text, /<form/);
        assertSafe(answer);
      }
      expectProblem(await customer.send(agreementOf(used.account)), status, code);
    }
  });

  it('escapes everything that comes from data', async () => {
    const hostile = '<script>alert(1)</script> & "Plan" <img src=x onerror=alert(2)>';
    await api.rig.ownerKnex.raw(
      `INSERT INTO plan_versions SELECT plan_code, version + 1, ?, price_minor, currency, billing_interval, technology,
         features, allowances, available_from, available_until FROM plan_versions
       WHERE plan_code = 'dsl-phone' ORDER BY version DESC LIMIT 1`,
      [hostile],
    );
    const { customer, account } = await invited({ planCode: 'dsl-phone' }, { fullName: hostile });
    const pages = [
      await customer.look(),
      await customer.submit({ ...WRONG, typedName: hostile }),
      await customer.submit(agreementOf(account)),
    ];
    assert.deepEqual(
      pages.map(({ status }) => status),
      [200, 422, 200],
    );
    for (const page of pages) assertSafe(page);
    assert.ok(pages[0]?.text.includes('&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;Plan&quot;'));
  });

  it('needs no script and nothing from elsewhere, and people who listen can use it', async () => {
    const { customer } = await invited();
    for (const page of [await customer.look(), await customer.submit(WRONG)]) {
      assertSafe(page);
      assert.match(page.text, /^<!doctype html>\n<html lang="en">/);
      assert.match(page.text, /<title>[^<]+<\/title>/);
      assert.equal(page.text.match(/<h1>/g)?.length, 1);
      const inputs = [...page.text.matchAll(/<(?:input|textarea) id="(\w+)"/g)].map(([, id]) => id);
      assert.deepEqual(inputs, ['typedName', 'accountNumberLast4', 'reason']);
      for (const id of inputs) assert.ok(page.text.includes(`<label for="${id}">`), id);
      for (const [form] of page.text.matchAll(/<form[^>]*>/g))
        assert.match(form, /^<form method="post"[^>]*>$/);
    }
  });

  it('is small: page and style together at most 10 kB', async () => {
    const { customer } = await invited({ planCode: 'fiber-two-lines-plus-yearly' });
    const style = await api.call('/consent.css', {});
    assert.match(style.headers.get('content-type') ?? '', /^text\/css/);
    const bytes = Buffer.byteLength((await customer.look()).text) + Buffer.byteLength(style.text);
    assert.ok(bytes <= 10_240, `${bytes} bytes`);
    assert.doesNotMatch(style.text, /url\(|@import/);
  });

  it('never lets a token into the log, however it is asked for', async () => {
    const { path } = await invited();
    const asked = [
      path,
      `${path}?utm=1`,
      path.replace('/consent', '/CONSENT'),
      `${path}/more`,
      `/consent//${path}`,
    ];
    for (const each of asked) await api.call(each, {});
    // As a proxy asks: with the whole address.
    const proxied = request({ host: '127.0.0.1', port: new URL(api.origin).port, path: api.origin + path });
    const [answer] = (await once(proxied.end(), 'response')) as [IncomingMessage];
    assert.equal(answer.resume().statusCode, 200);
    const log = api.logs.join('');
    assert.ok(log.includes('/consent/…'));
    assert.ok(tokens.length > 8);
    for (const token of tokens) assert.ok(!log.includes(token), 'a token is in the log');
  });
});

/** What holds for every page, whatever it says. */
function assertSafe({ headers, text }: ApiAnswer): void {
  assert.equal(headers.get('cache-control'), 'no-store');
  assert.equal(headers.get('referrer-policy'), 'no-referrer');
  assert.equal(headers.get('x-content-type-options'), 'nosniff');
  assert.equal(
    headers.get('content-security-policy'),
    "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  );
  assert.doesNotMatch(text, /<script|<img|<iframe|javascript:|https?:\/\//i);
  // What people typed stands escaped between quotes.
  assert.doesNotMatch(text.replaceAll(/="[^"]*"/g, '=""'), /\sstyle=|\son\w+=(?=[^<>]*>)/i);
}
