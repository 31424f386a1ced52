import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { planChange } from '../../api/schemas/plan-changes.ts';
import type { TestAccount } from '../../dev/seed/test-account.ts';
import type { ApiRig } from '../support/api-rig.ts';
import { PHONE, type Visit } from '../support/browser.ts';
import { eventually } from '../support/eventually.ts';
import { nextReading, serveConsole, type ServedConsole } from './served-console.ts';

describe('Console: the account page', () => {
  let api: ApiRig;
  let web: ServedConsole;
  /** Changed once, with another change scheduled. */
  let account: TestAccount;

  before(async () => {
    web = await serveConsole('console account');
    ({ api } = web);
    account = await api.stranger({ planCode: 'fiber-two-lines-complete' });
    const { planChangeId } = await api.changeOf(account);
    await eventually(async () => {
      const { status } = (await api.get(`/v1/plan-changes/${planChangeId}`)).read(planChange);
      return status === 'completed' ? true : undefined;
    });
    await api.changeOf(account, { planCode: 'dsl-phone', activation: { when: 'end_of_cycle' } });
  });
  after(async () => {
    await web.close();
  });

  const path = (): string => `/customers/${account.customerId}`;
  const card = (page: Page, name: string) =>
    page.locator('section').filter({ has: page.getByRole('heading', { name, exact: true }) });
  const assertClean = async (visited: Visit): Promise<void> => {
    assert.deepEqual(await visited.seriousViolations(), []);
    assert.deepEqual(visited.consoleErrors, []);
    assert.equal(await visited.scrollsSideways(), false);
  };
  const identify = async (page: Page, { accountNumber, fullName, serviceAddress }: TestAccount) => {
    await page.getByLabel('Account number').fill(accountNumber);
    await page.getByLabel('Full name').fill(fullName);
    await page.getByLabel('Service address').fill(serviceAddress);
    await page.getByRole('button', { name: 'Identify', exact: true }).click();
  };
  const remarks = async (body: string): Promise<number> =>
    (await api.rig.knex('account_notes').where({ body }).select('id')).length;

  it('is shown after an identification, and tells plans, changes, money and notes', async () => {
    const visited = await web.signedIn('supervisor', path());
    const { page } = visited;
    await page.getByText('Identify the customer first').waitFor();
    await page.getByRole('button', { name: 'Identify the customer' }).click();
    await identify(page, account);
    await page.getByRole('heading', { name: account.fullName }).waitFor();
    const history = card(page, 'Plan history').getByRole('listitem');
    await history.first().waitFor();
    const [planned = '', now = '', first = ''] = await history.allInnerTexts();
    assert.match(planned, /^DSL and Phone[^]*planned from/);
    assert.match(now, /^Fiber Plus[^]*\d{4}, \d\d:\d\d to/);
    assert.match(first, /^Fiber Two Lines Complete[^]*until/);
    assert.match(await card(page, 'Plan changes').innerText(), /Scheduled[^]*Completed/);

    await card(page, 'Statement').getByRole('cell').first().waitFor();
    const look = await page.evaluate<string>(
      `(({ textAlign, fontVariantNumeric }) => textAlign + ' ' + fontVariantNumeric)(
         getComputedStyle(document.querySelector('.statement td:last-child')))`,
    );
    assert.equal(look, 'right tabular-nums');
    assert.match(await card(page, 'Statement').innerText(), /Surplus to the account balance/);

    const notes = card(page, 'Account notes');
    await notes.getByText('Record verified').waitFor();
    const text = await notes.innerText();
    assert.match(text, /Customer identified[^]*You, [^]*Read back and verified[^]*System, [^]*Consent given/);
    assert.doesNotMatch(text, /[0-9a-f]{64}/);
    await card(page, 'Plan changes')
      .getByRole('link', { name: /to Fiber Plus/ })
      .click();
    await page.getByRole('heading', { name: 'The new plan is active' }).waitFor();
    await page.getByRole('link', { name: 'Account', exact: true }).click();
    await notes.getByText('Record verified').waitFor();
    await assertClean(visited);
  });

  it('adds a note once, though the connection was lost after the server had it', async () => {
    await api.identify(account);
    const { page } = await web.signedIn('agent', path());
    await page.getByRole('button', { name: 'Add the note' }).click();
    await page.getByText('Write the note first.').waitFor();
    const keys: (string | undefined)[] = [];
    await page.route('**/notes', async (route) => {
      if (route.request().method() !== 'POST') return route.continue();
      keys.push(route.request().headers()['idempotency-key']);
      if (keys.length > 1) return route.continue();
      await route.fetch();
      await route.abort('connectionreset');
    });
    await page.getByLabel('Add a note').fill('Wants the installer before noon.');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByRole('listitem').getByText('Wants the installer before noon.').waitFor();
    assert.equal(await page.getByLabel('Add a note').inputValue(), '');
    await page.getByRole('status').getByText('The note was added.').waitFor();
    assert.equal(keys.length, 2);
    assert.equal(keys[0], keys[1]);
    assert.equal(await remarks('Wants the installer before noon.'), 1);
  });

  it('two agents on one account see what the other does, without a reload', async () => {
    await api.identify(account);
    await api.identify(account, 'supervisor');
    const one = await web.signedIn('agent', path(), { viewport: PHONE });
    const other = await web.signedIn('supervisor', path());
    await one.page.getByText('Record verified').waitFor();
    await other.page.getByLabel('Add a note').fill('Called back about the date.');
    await other.page.getByRole('button', { name: 'Add the note' }).click();
    await nextReading(one.page);
    const note = one.page.getByRole('listitem').filter({ hasText: 'Called back about the date.' });
    await note.waitFor();
    assert.match(await note.innerText(), /Agent, /);
    await assertClean(one);

    await other.page
      .getByRole('link', { name: /to DSL and Phone/ })
      .first()
      .click();
    await other.page.getByRole('button', { name: 'Cancel the change' }).click();
    await other.page.getByLabel('Reason').fill('Changed their mind');
    await other.page.getByRole('dialog').getByRole('button', { name: 'Cancel the change' }).click();
    await other.page.getByRole('heading', { name: 'The change was cancelled' }).waitFor();
    await nextReading(one.page);
    await card(one.page, 'Plan changes').getByText('Cancelled').waitFor();
  });

  it('comes page by page, and says when the record was tampered with', async () => {
    const old = await api.stranger();
    await api.identify(old);
    for (let count = 1; count <= 24; count += 1)
      await api.post(`/v1/customers/${old.customerId}/notes`, { body: `Remark ${count}` });
    const visited = await web.signedIn('agent', `/customers/${old.customerId}`);
    const entries = card(visited.page, 'Account notes').getByRole('listitem');
    await entries.first().waitFor();
    assert.equal(await entries.count(), 20);
    await visited.page.getByRole('button', { name: 'Older notes' }).click();
    await entries.filter({ hasText: 'Customer identified' }).waitFor();
    assert.equal(await entries.count(), 25);
    await card(visited.page, 'Statement').getByText('Nothing was posted yet.').waitFor();
    await api.rig.ownerKnex.transaction(async (trx) => {
      await trx.raw('ALTER TABLE account_notes DISABLE TRIGGER account_notes_append_only');
      await trx.raw(`UPDATE account_notes SET body = 'Nothing' WHERE body = 'Remark 3'`);
      await trx.raw('ALTER TABLE account_notes ENABLE TRIGGER account_notes_append_only');
    });
    await nextReading(visited.page);
    await visited.page.getByText('Record broken').waitFor();
    await visited.page.getByRole('alert').getByText('Do not rely on these notes').waitFor();
    await assertClean(visited);
  });

  it('shows each role what is theirs; an evidence bundle that is not there is told in place', async () => {
    const ops = await web.signedIn('ops', path());
    await ops.page.getByText('Record verified').waitFor();
    await ops.page.getByText('Agents, supervisors and auditors see the statement.').waitFor();
    assert.equal(await ops.page.getByLabel('Add a note').count(), 0);
    assert.equal(await ops.page.getByRole('button', { name: /^Evidence/ }).count(), 0);
    assert.deepEqual(ops.errorAnswers, []);

    const { page } = await web.signedIn('auditor', path());
    const evidence = page.getByRole('button', { name: /^Evidence/ }).last();
    await page.route('**/evidence', (route) => route.fulfill({ status: 404, body: '{}' }));
    await evidence.click();
    await page.getByRole('alert').getByText('There is no evidence bundle for it.').waitFor();
    await page.route('**/evidence', (route) =>
      route.fulfill({ status: 200, contentType: 'text/html', body: '<p>proof' }),
    );
    const [download] = await Promise.all([page.waitForEvent('download'), evidence.click()]);
    assert.match(download.suggestedFilename(), /^plan-change-[0-9a-f-]{36}\.html$/);
    assert.equal(await page.getByRole('alert').count(), 0);

    await page.goto(`${api.origin}/console/customers/01a20000-0000-7000-8000-000000000000`);
    await page.getByRole('alert').waitFor();
  });
});
