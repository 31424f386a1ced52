import assert from 'node:assert/strict';
import type { TestAccount } from '../../dev/seed/test-account.ts';
import { createApiRig, verbalConsent, type Api, type ApiRig } from '../support/api-rig.ts';
import { DESKTOP, PHONE, visit, type Visit } from '../support/browser.ts';
import { agreementOf, askForConsent, customerAt, PRODUCT_TEMPLATES } from '../support/customer-mails.ts';

/** Of pages that together have every colour. */
const BOTH = ['light', 'dark'] as const;
const MOST_BYTES = 10_240;
const WRONG = { decision: 'accept', typedName: 'Somebody Else', accountNumberLast4: 'XXXX' };

interface Invited {
  readonly account: TestAccount;
  readonly planChangeId: string;
  readonly path: string;
}

describe("Customer's page in a browser: every state", () => {
  let api: ApiRig;
  let away: Api;
  let seen: Visit;
  before(async () => {
    api = await createApiRig('customer states', { templates: PRODUCT_TEMPLATES });
    const nowhere = new URL(api.rig.database.appUrl);
    nowhere.port = '1';
    away = await api.another({ databaseUrl: nowhere.href });
    seen = await visit({ origin: api.origin, viewport: PHONE });
  });
  after(async () => {
    await seen.close();
    await api.close();
  });

  const invited = async (request: object = {}, overrides: object = {}): Promise<Invited> => {
    const account = await api.stranger(overrides);
    const { planChangeId } = await api.opened(account, {
      activation: { when: 'end_of_cycle' },
      ...request,
    });
    return { account, planChangeId, path: await askForConsent(api, planChangeId) };
  };
  const act = ({ planChangeId }: Invited, message: string, body: object) =>
    api.post(`/v1/plan-changes/${planChangeId}/${message}`, body);
  const answered = async (answer: object, request: object = {}): Promise<string> => {
    const link = await invited(request);
    await customerAt(api, link.path).send({ ...agreementOf(link.account), ...answer });
    return link.path;
  };
  const once = async (what: (link: Invited) => Promise<unknown>, request: object = {}): Promise<string> => {
    const link = await invited(request);
    await what(link);
    return link.path;
  };

  /** What is true of each page, on a phone and on a desk. */
  const assertFinished = async (
    title: string,
    { page, ...visited }: Visit,
    schemes: readonly ('light' | 'dark')[] = ['light'],
  ): Promise<void> => {
    assert.equal(await page.getByRole('heading', { level: 1 }).innerText(), title);
    assert.equal((await page.title()).replace(/^Error: /, ''), `${title} – QuickConnect`);
    for (const landmark of ['banner', 'main', 'contentinfo'] as const)
      assert.equal(await page.getByRole(landmark).count(), 1, landmark);
    assert.ok(await page.getByRole('link', { name: '+1 800 555 0100' }).isVisible());
    for (const viewport of [DESKTOP, PHONE]) {
      await page.setViewportSize(viewport);
      assert.equal(await visited.scrollsSideways(), false, `at ${viewport.width}`);
    }
    for (const colorScheme of schemes) {
      await page.emulateMedia({ colorScheme });
      assert.deepEqual(await visited.seriousViolations(), [], colorScheme);
    }
    await page.emulateMedia({ colorScheme: 'light' });
    assert.deepEqual(visited.consoleErrors, []);
    assert.deepEqual(visited.thirdPartyRequests, []);
    assert.deepEqual(visited.failedRequests, []);
  };

  it('waiting: what changes, what it costs, when, and how to answer, as a screen reader has it', async () => {
    const { path } = await invited({ planCode: 'fiber-two-lines-plus-yearly' });
    await seen.page.goto(api.origin + path);
    await assertFinished(await seen.page.getByRole('heading', { level: 1 }).innerText(), seen, BOTH);
    const tree = await seen.page.locator('body').ariaSnapshot();
    for (const part of [
      /- banner: QuickConnect/,
      /- heading "Change your plan to Fiber[^"]*\?" \[level=1\]/,
      /- region "The change"/,
      /- term: Change from\s+- definition:/,
      /- term: Due on that day/,
      /- term: Next bill/,
      /- heading "What happens next" \[level=2\]/,
      /- link "Terms of service, version [^"]+"/,
      /- form "I agree"/,
      /- textbox "Your full name"/,
      /- textbox "Last four characters of your account number"/,
      /- button "Agree to the change"/,
      /- form "I do not want this change"/,
      /- textbox "Why not\? \(optional\)"/,
      /- button "Decline the change"/,
      /- contentinfo:/,
    ])
      assert.match(tree, part);
    await seen.page.getByText('How the amounts are worked out').click();
    const table = seen.page.getByRole('table', { name: 'For the rest of the running billing period' });
    assert.equal(await table.getByRole('rowheader').count(), 4);
  });

  it('is at most 10 kB in all, uncompressed, before anything is cached', async () => {
    const { path } = await invited({ planCode: 'fiber-two-lines-plus-yearly' });
    const fresh = await visit({ origin: api.origin });
    await fresh.page.goto(api.origin + path);
    const bytes = await fresh.transferredBytes();
    await fresh.close();
    assert.ok(bytes > 5_000 && bytes <= MOST_BYTES, `${bytes} bytes`);
  });

  it('printed, it has the breakdown and no form', async () => {
    await seen.page.goto(api.origin + (await invited()).path);
    await seen.page.emulateMedia({ media: 'print' });
    assert.equal(await seen.page.getByText('Total, before tax').isVisible(), true);
    assert.equal(await seen.page.getByRole('button').count(), 0);
    await seen.page.emulateMedia({ media: 'screen' });
  });

  it('the terms, on a page of their own', async () => {
    await seen.page.goto(api.origin + (await invited()).path);
    const [terms] = await Promise.all([
      seen.context.waitForEvent('page'),
      seen.page.getByRole('link', { name: 'Terms of service' }).click(),
    ]);
    const title = 'Terms of service, version 2025-02';
    await assertFinished(title, { ...seen, page: terms });
    assert.ok(await terms.getByText('Calling it off.').isVisible());
    await terms.close();
  });

  it('wrong details: asked again', async () => {
    const { path } = await invited();
    await seen.page.goto(api.origin + path);
    await seen.page.getByRole('button', { name: 'Agree' }).click();
    await seen.page.getByRole('alert').waitFor();
    await assertFinished('Change your plan to Fiber Plus?', seen, BOTH);
  });

  it('declining: asked once more, with what it means', async () => {
    const { path } = await invited();
    await seen.page.goto(api.origin + path);
    await seen.page.getByRole('button', { name: 'Decline the change' }).click();
    await seen.page.getByRole('button', { name: 'Yes, decline the change' }).waitFor();
    await assertFinished('Decline this change?', seen, BOTH);
    const words = await seen.page.getByRole('main').innerText();
    assert.match(words, /Your plan then stays Fiber Basic, and nothing is charged/);
  });

  const closed: [string, string | RegExp, () => Promise<string>, RegExp][] = [
    [
      'accepted for a date',
      /^You agreed: Fiber Plus starts on \w+, \d+ \w+ \d{4}$/,
      () => answered({}),
      /We recorded your agreement at .* Chicago time[^]*What you agreed to[^]*Change from/,
    ],
    [
      'applied',
      'Your plan was changed to Fiber Plus',
      () => answered({}, { activation: { when: 'immediately' } }),
      /We recorded your agreement at[^]*What you agreed to[^]*Due now/,
    ],
    [
      'held',
      'Your agreement is recorded, but the change is on hold',
      () =>
        once(
          async ({ account, path }) => {
            const { customerId: id } = account;
            await api.rig.ownerKnex('customers').where({ id }).update({ status: 'suspended' });
            await customerAt(api, path).send(agreementOf(account));
          },
          { activation: { when: 'immediately' } },
        ),
      /Nothing was charged, and your plan stays as it is\. We will contact you/,
    ],
    [
      'accepted, then cancelled',
      'The change you agreed to was cancelled',
      () =>
        once(async (link) => {
          await customerAt(api, link.path).send(agreementOf(link.account));
          await act(link, 'cancel', { reason: 'no more' });
        }),
      /Nothing was charged/,
    ],
    [
      'agreed by phone',
      /^You agreed: Fiber Plus starts on /,
      () =>
        once(async (link) => {
          const [quote] = await api.rig
            .knex('quotes')
            .where({ plan_change_id: link.planChangeId })
            .select<{ hash: string }[]>('hash');
          await act(link, 'consent', verbalConsent(quote?.hash ?? ''));
        }),
      /What you agreed to/,
    ],
    ['declined', 'You declined the change', () => answered({ decision: 'decline' }), /Nothing was charged/],
    [
      'declined by phone',
      'This change was declined',
      () => once((link) => act(link, 'decline', { reason: 'no' })),
      /Nothing was charged/,
    ],
    [
      'a newer quote',
      'There is a newer offer',
      () => once((link) => act(link, 'requote', {})),
      /If no email with the new one has come, call us/,
    ],
    [
      'another change in its place',
      'There is a newer offer',
      () =>
        once(({ account, planChangeId }) =>
          api.opened(account, { planCode: 'dsl-phone', replaces: planChangeId }),
        ),
      /nothing was changed/,
    ],
    [
      'cancelled',
      'This change was cancelled',
      () => once((link) => act(link, 'cancel', { reason: 'no more' })),
      /call us/,
    ],
    [
      'expired',
      'This offer has expired',
      () =>
        once(({ planChangeId }) =>
          api.rig.ownerKnex.raw(
            `UPDATE consent_links SET expires_at = now() - interval '1 second' WHERE plan_change_id = ?`,
            [planChangeId],
          ),
        ),
      /Nothing was charged.*call us for a new offer/s,
    ],
    [
      'too many tries',
      'This link is closed',
      () =>
        once(async ({ path }) => {
          for (let tries = 1; tries <= 5; tries += 1) await customerAt(api, path).send(WRONG);
        }),
      /this link is closed/,
    ],
    [
      'unknown',
      'This link can no longer be used',
      () => Promise.resolve('/consent/not-a-link'),
      /does not lead to an offer/,
    ],
    [
      'no such page',
      'There is no such page',
      () => Promise.resolve('/consent/not/a/page'),
      /Open the link in our email/,
    ],
  ];
  for (const [what, title, arrange, says] of closed) {
    it(`${what}: ${typeof title === 'string' ? title : 'You agreed'}`, async () => {
      await seen.page.goto(api.origin + (await arrange()));
      const shown = await seen.page.getByRole('heading', { level: 1 }).innerText();
      assert.match(shown, typeof title === 'string' ? new RegExp(`^${title}$`) : title);
      await assertFinished(shown, seen, what === 'applied' ? BOTH : undefined);
      assert.match(await seen.page.getByRole('main').innerText(), says);
      assert.equal(await seen.page.getByRole('button').count(), 0);
    });
  }

  it('the database away: a page that says when to come back, for a look and for an answer', async () => {
    const { path, account } = await invited();
    const visited = await visit({ origin: away.origin, viewport: PHONE });
    await visited.page.goto(away.origin + path);
    await assertFinished('This page does not work right now', visited);
    assert.match(await visited.page.getByRole('main').innerText(), /Open the link again in a few minutes/);
    await visited.close();
    const answer = await customerAt(away, path).submit(agreementOf(account));
    assert.equal(answer.status, 503);
    assert.match(answer.headers.get('content-type') ?? '', /^text\/html/);
    assert.ok(Number(answer.headers.get('retry-after')) > 0);
    assert.equal(answer.headers.get('cache-control'), 'no-store');
    assert.doesNotMatch(answer.text, /Idempotency|database|SQL/i);
    assert.ok(away.logs.some((line) => line.includes('database-unavailable')));
  });
});
