import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { planChange } from '../../api/schemas/plan-changes.ts';
import type { ApiRig } from '../support/api-rig.ts';
import { PHONE, type Visit } from '../support/browser.ts';
import {
  atTheConsole,
  createConsoleRig,
  expectSound,
  fillVerbalConsent,
  heading,
  identify,
  signIn,
} from './console-rig.ts';

describe('console: the six steps', function () {
  this.timeout(120_000);
  let api: ApiRig;
  before(async () => {
    api = await createConsoleRig('console steps');
  });
  after(() => api.close());

  const changeId = (page: Page): string => /changes\/([0-9a-f-]{36})/.exec(page.url())?.[1] ?? '';
  const changeAt = async (page: Page) =>
    (await api.get(`/v1/plan-changes/${changeId(page)}`)).read(planChange);
  const due = (page: Page) => page.locator('.figure.strong');

  it('by mouse, with another date on the way; every screen sound at both widths', async () => {
    const account = await api.stranger();
    const seen = await atTheConsole(api);
    const { page } = seen;
    await page.getByLabel('API key').waitFor();
    await expectSound(seen);
    await signIn(page, api.keys.agent);
    await heading(page, 'Identify the customer');
    await expectSound(seen);
    await identify(page, account);
    await page.getByText('Usage this cycle').waitFor();
    await expectSound(seen);

    await page.getByRole('button', { name: 'Discuss options' }).click();
    await heading(page, 'Discuss options');
    await page.getByText('More data').click();
    await page.getByRole('button', { name: 'Recommend plans' }).click();
    await page.locator('#recommended').waitFor();
    await page.getByLabel('Search plans').fill('fiber plus');
    await expectSound(seen);
    await page.getByRole('listitem').filter({ hasText: 'Fiber Plus' }).getByRole('button').first().click();

    await heading(page, 'Quote');
    const today = await due(page).innerText();
    await page.getByText('With the next cycle').click();
    await page.locator('.figure.strong').filter({ hasText: '$0.00' }).waitFor();
    assert.equal((await changeAt(page)).activation.when, 'end_of_cycle');
    await page.getByText('Today', { exact: true }).click();
    await page
      .locator('.figure.strong')
      .filter({ hasText: today.split('\n')[1] ?? '' })
      .waitFor();
    await page.getByText('Full breakdown').click();
    await expectSound(seen);
    await page.getByRole('button', { name: 'Go on to consent' }).click();

    await heading(page, 'Consent');
    const { quote } = await changeAt(page);
    const words = await page.locator('.script blockquote').innerText();
    assert.deepEqual(words.split(/\n+/), quote?.script.text.split('\n'));
    await expectSound(seen);
    await fillVerbalConsent(page);
    await page.getByRole('button', { name: 'The customer agrees' }).click();

    await heading(page, 'The new plan is active');
    await page.getByRole('button', { name: 'I have told the customer' }).click();
    await page.getByText('Told on').waitFor();
    await page.getByText(/Sent; waiting|Delivered/).waitFor();
    await expectSound(seen);
    const done = await changeAt(page);
    assert.equal(done.consent?.method, 'verbal');
    assert.ok(done.confirmedAt);
    assert.deepEqual(seen.errorAnswers, []);
    await seen.close();
  });

  it('by keyboard alone, on the phone’s width and in the dark', async () => {
    const account = await api.stranger();
    const seen: Visit = await atTheConsole(api, '', { viewport: PHONE, colorScheme: 'dark' });
    const { page } = seen;
    const { keyboard } = page;
    const tabTo = async (name: RegExp): Promise<void> => {
      for (let presses = 0; presses < 80; presses += 1) {
        await keyboard.press('Tab');
        const focused = await page.evaluate(`(() => {
          const at = document.activeElement;
          return (at?.labels?.[0]?.textContent ?? at?.textContent ?? '') + ' ' + (at?.value ?? '');
        })()`);
        if (name.test(String(focused))) return;
      }
      assert.fail(`no Tab leads to ${String(name)}`);
    };
    await page.getByLabel('API key').waitFor();
    await keyboard.type(api.keys.agent);
    await keyboard.press('Enter');
    await heading(page, 'Identify the customer');
    await keyboard.type(account.accountNumber);
    await keyboard.press('Tab');
    await keyboard.type(account.fullName);
    await keyboard.press('Tab');
    await keyboard.type(account.serviceAddress);
    await keyboard.press('Enter');
    await heading(page, account.fullName);
    await tabTo(/^Discuss options/);
    await keyboard.press('Enter');
    await heading(page, 'Discuss options');
    await tabTo(/^A lower bill|^More data/);
    await tabTo(/^Recommend plans/);
    await keyboard.press('Enter');
    await page.locator('#recommended').waitFor();
    await tabTo(/^Search plans/);
    await keyboard.type('fiber plus');
    await tabTo(/^Quote Fiber Plus/);
    await keyboard.press('Enter');
    await heading(page, 'Quote');
    await expectSound(seen);
    await tabTo(/^Go on to consent/);
    await keyboard.press('Enter');
    await heading(page, 'Consent');
    await tabTo(/^Recording id/);
    await keyboard.type('rec-7');
    await tabTo(/^Length/);
    await keyboard.type('90');
    await tabTo(/^The customer was told/);
    await keyboard.press('Space');
    await keyboard.press('Enter');
    await heading(page, 'The new plan is active');
    await tabTo(/^I have told/);
    await keyboard.press('Enter');
    await page.locator('.confirmed:focus').waitFor();
    await expectSound(seen);
    assert.ok((await changeAt(page)).confirmedAt);
    await seen.close();
  });

  it('go on by themselves when the customer agrees elsewhere, and reload into the step they are at', async () => {
    const account = await api.stranger();
    const { planChangeId, quote } = await api.opened(account);
    const seen = await atTheConsole(api, `/changes/${planChangeId}/consent`);
    const { page } = seen;
    await signIn(page, api.keys.agent);
    await heading(page, 'Consent');
    await page.getByText('Following live').waitFor();
    const consent = {
      method: 'written',
      quoteHash: quote?.hash,
      document: { name: 'agreement.pdf', sha256: 'a'.repeat(64) },
      signedBy: account.fullName,
      signedAt: new Date().toISOString(),
    };
    await api.post(`/v1/plan-changes/${planChangeId}/consent`, consent);
    await heading(page, 'The new plan is active');
    await page.reload();
    await heading(page, 'The new plan is active');
    assert.ok(page.url().endsWith(`/changes/${planChangeId}`));
    await seen.close();
  });

  it('know the customer after a reload at each of them, with the plan of now whatever was looked at', async () => {
    const account = await api.stranger({ planCode: 'fiber-basic' });
    await api.changeOf(account);
    await api.changeOf(account, { planCode: 'fiber-basic' });
    const { planChangeId } = await api.opened(account);
    const seen = await atTheConsole(api);
    const { page } = seen;
    await signIn(page, api.keys.agent);
    await identify(page, account);
    const reloaded = async (name: string): Promise<void> => {
      await page.reload();
      await heading(page, name);
      await page.getByText(account.fullName).first().waitFor();
    };
    await reloaded(account.fullName);
    assert.match(await page.locator('.plan-now').innerText(), /^Fiber Basic\n/);
    const kept = await page.evaluate<string>('JSON.stringify(sessionStorage)');
    for (const detail of [account.fullName, account.accountNumber, 'Fiber', '@'])
      assert.ok(!kept.includes(detail), kept);
    await page.getByRole('button', { name: 'Discuss options' }).click();
    await heading(page, 'Discuss options');
    await reloaded('Discuss options');
    await page.goto(`${api.origin}/console/changes/${planChangeId}`);
    await reloaded('Quote');
    await page.getByRole('link', { name: 'Account' }).click();
    await heading(page, account.fullName);
    await reloaded(account.fullName);
    await page.locator('.account-change').last().click();
    await heading(page, 'The new plan is active');
    await reloaded('The new plan is active');
    await page.getByRole('link', { name: 'Change a plan' }).click();
    await heading(page, account.fullName);
    assert.match(await page.locator('.plan-now').innerText(), /^Fiber Basic\n/);
    const noted = await api.rig
      .knex('account_notes')
      .where({ customer_id: account.customerId, kind: 'identified' });
    // Three by the API, one here.
    assert.equal(noted.length, 4);
    assert.deepEqual(seen.errorAnswers, []);
    await seen.close();
  });

  it('of a date: scheduled, moved with consent asked again, cancelled with a reason', async () => {
    const account = await api.stranger();
    const { planChangeId } = await api.changeOf(account, { activation: { when: 'end_of_cycle' } });
    const seen = await atTheConsole(api, `/changes/${planChangeId}`);
    const { page } = seen;
    await signIn(page, api.keys.agent);
    await heading(page, 'The change is scheduled');
    await expectSound(seen);
    await page.getByRole('button', { name: 'Move to another date' }).click();
    // Looking at another choice, here by an arrow key, moves nothing.
    await page.getByRole('radio', { name: /^With the next cycle/ }).focus();
    await page.keyboard.press('ArrowLeft');
    await page.getByRole('button', { name: 'Keep the date' }).click();
    assert.equal((await changeAt(page)).status, 'scheduled');
    await page.getByRole('button', { name: 'Move to another date' }).click();
    await page.getByText('Today', { exact: true }).click();
    await page.getByRole('button', { name: 'Quote the new date' }).click();
    await heading(page, 'Quote');
    await page.getByRole('button', { name: 'Cancel the change' }).click();
    const dialog = page.getByRole('dialog');
    const focused = () =>
      page.evaluate<string>('document.activeElement.name || document.activeElement.textContent');
    await dialog.locator('[name=reason]:focus').waitFor();
    for (const key of ['Tab', 'Tab', 'Tab', 'Tab', 'Shift+Tab', 'Tab']) await page.keyboard.press(key);
    assert.equal(await focused(), 'reason');
    await dialog.getByRole('button', { name: 'Keep it' }).click();
    await dialog.waitFor({ state: 'detached' });
    assert.equal(await focused(), 'Cancel the change');
    await page.keyboard.press('Enter');
    await dialog.getByRole('button', { name: 'Cancel the change' }).click();
    await dialog.getByText('Enter a reason.').waitFor();
    await expectSound(seen);
    await dialog.getByLabel('Reason').fill('The customer thinks about it');
    await page.keyboard.press('Enter');
    await heading(page, 'The change was cancelled');
    assert.equal((await changeAt(page)).status, 'cancelled');
    await seen.close();
  });
});
