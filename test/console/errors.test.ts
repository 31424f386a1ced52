import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { planChange } from '../../api/schemas/plan-changes.ts';
import { apiKey, type ApiRig } from '../support/api-rig.ts';
import { builtConsole } from '../support/console-build.ts';
import { eventually } from '../support/eventually.ts';
import {
  atTheConsole,
  createConsoleRig,
  expectSound,
  fillIdentity,
  heading,
  identify,
  signIn,
} from './console-rig.ts';

const MOST_GZIPPED_JAVASCRIPT = 60_000;

/** The page is put behind another tab, or before. */
const show = (page: Page, isShown: boolean) =>
  page.evaluate(
    `Object.defineProperty(document, 'hidden', { value: ${!isShown}, configurable: true });
     document.dispatchEvent(new Event('visibilitychange'))`,
  );

describe('console: when something is wrong', function () {
  this.timeout(120_000);
  let api: ApiRig;
  before(async () => {
    api = await createConsoleRig('console errors');
  });
  after(() => api.close());
  beforeEach(() => api.rig.ownerKnex('rate_limits').delete());

  it('says so at the sign-in, at the fields, and for details that do not match', async () => {
    const seen = await atTheConsole(api);
    const { page } = seen;
    await page.getByLabel('API key').fill(apiKey());
    await page.keyboard.press('Enter');
    await page.getByText('This key is not valid').waitFor();
    await expectSound(seen);
    await signIn(page, api.keys.agent);
    await page.getByLabel('Account number').fill('1234');
    await page.keyboard.press('Enter');
    await page.getByText('Enter what the customer says').first().waitFor();
    assert.equal(await page.locator('[aria-invalid]').count(), 2);
    await page.locator('[name=fullName]:focus').waitFor();
    await page.getByLabel('Service address').focus();
    await page.keyboard.press('Enter');
    await page.locator('[name=fullName]:focus').waitFor();
    await expectSound(seen);
    await page.getByLabel('Full name').fill('Nobody');
    await page.getByLabel('Service address').fill('Nowhere');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('could not match').waitFor();
    assert.equal(await page.getByLabel('Account number').inputValue(), '1234');
    await expectSound(seen);
    await seen.close();
  });

  it('asks before it replaces an open change', async () => {
    const account = await api.stranger();
    const { planChangeId } = await api.opened(account);
    const seen = await atTheConsole(api);
    const { page } = seen;
    await signIn(page, api.keys.agent);
    await identify(page, account);
    await page.getByText('A plan change is open').waitFor();
    await expectSound(seen);
    await page.getByRole('button', { name: 'Discuss options' }).click();
    const quote = (name: string) => page.getByRole('button', { name: `Quote ${name}`, exact: true });
    let answer = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      answer = resolve;
    });
    await page.route('**/v1/plan-changes', async (route) => {
      await held;
      await route.continue();
    });
    await quote('Fiber Complete').click();
    await quote('DSL and Phone').click();
    const [working = '', ...others] = await page.locator('button[aria-disabled]').allInnerTexts();
    assert.equal(working.replaceAll('\n', ' '), 'Quote Fiber Complete (working)');
    assert.deepEqual(others, []);
    answer();
    await page.getByText('A plan change is open already').waitFor();
    await expectSound(seen);
    await page.getByRole('button', { name: 'Replace it with Fiber Complete' }).click();
    await heading(page, 'Quote');
    assert.ok(!page.url().includes(planChangeId));
    const replaced = (await api.get(`/v1/plan-changes/${planChangeId}`)).read(planChange);
    assert.equal(replaced.status, 'cancelled');
    await seen.close();
  });

  it('quotes the last of several choices of a date, and nothing when the choice is the one that is quoted', async () => {
    const { planChangeId, quote } = await api.opened(await api.stranger());
    const seen = await atTheConsole(api, `/changes/${planChangeId}`);
    const { page } = seen;
    const sent: string[] = [];
    let answer = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      answer = resolve;
    });
    await page.route('**/reschedule', async (route) => {
      const { activation } = route.request().postDataJSON() as { activation: { when: string } };
      sent.push(activation.when);
      if (sent.length === 1) await held;
      await route.continue();
    });
    const now = async () => (await api.get(`/v1/plan-changes/${planChangeId}`)).read(planChange);
    const goOn = page.getByRole('button', { name: 'Go on to consent' });
    const enabled = () => eventually(async () => (await goOn.isEnabled()) || undefined);
    await signIn(page, api.keys.agent);
    await heading(page, 'Quote');
    await page.getByText('With the next cycle').click();
    await page.getByText('Today', { exact: true }).click();
    await enabled();
    assert.deepEqual(sent, []);
    assert.equal((await now()).quote?.hash, quote?.hash);

    await page.getByText('With the next cycle').click();
    await eventually(() => Promise.resolve(sent.length === 1 || undefined));
    await page.getByText('Today', { exact: true }).click();
    assert.equal(await goOn.isDisabled(), true);
    answer();
    await eventually(() => Promise.resolve(sent.length === 2 || undefined));
    await enabled();
    assert.deepEqual(sent, ['end_of_cycle', 'immediately']);
    assert.equal((await now()).activation.when, 'immediately');
    assert.equal(await page.getByLabel('Today').isChecked(), true);
    await seen.close();
  });

  it('shows a change only to those who may see it, and nothing to do to those who do not serve', async () => {
    const account = await api.stranger();
    const { planChangeId } = await api.opened(account);
    const stranger = await atTheConsole(api);
    await signIn(stranger.page, api.keys.supervisor);
    // With another customer on the screen.
    await identify(stranger.page, await api.stranger());
    await stranger.page.goto(`${api.origin}/console/changes/${planChangeId}`);
    await heading(stranger.page, 'Identify the customer first');
    await expectSound(stranger);
    await stranger.page.getByRole('button', { name: 'Identify the customer' }).click();
    await heading(stranger.page, 'Identify the customer');
    await fillIdentity(stranger.page, account);
    await heading(stranger.page, 'Quote');
    await stranger.page.getByText(account.fullName).waitFor();
    assert.ok(stranger.page.url().endsWith(`/changes/${planChangeId}`));
    await stranger.close();
    const auditor = await atTheConsole(api, `/changes/${planChangeId}/consent`);
    await signIn(auditor.page, api.keys.auditor);
    await heading(auditor.page, 'Quote');
    assert.equal(await auditor.page.locator('main button').count(), 0);
    await auditor.page.getByRole('button', { name: 'Sign out' }).click();
    await auditor.page.getByLabel('API key').waitFor();
    await auditor.close();
  });

  it('says when the identification has ended, and goes back to where it was after another', async () => {
    const account = await api.stranger();
    const { planChangeId } = await api.opened(account);
    const seen = await atTheConsole(api);
    const { page } = seen;
    await page.clock.install();
    await page.reload();
    await signIn(page, api.keys.agent);
    await identify(page, account);
    const end = async (): Promise<void> => {
      const over = { verified_at: new Date(0), expires_at: new Date(1) };
      await api.rig.ownerKnex('identifications').where({ customer_id: account.customerId }).update(over);
    };
    await page.getByRole('button', { name: 'Discuss options' }).click();
    await heading(page, 'Discuss options');
    await page.getByLabel('More data').check();
    await end();
    await page.clock.fastForward('01:01:00');
    await page.getByText('The identification has ended').waitFor();
    assert.equal(await page.getByLabel('Full name').inputValue(), '');
    await expectSound(seen);
    await fillIdentity(page, account);
    await heading(page, 'Discuss options');
    assert.equal(await page.getByLabel('More data').isChecked(), true);

    await page.goto(`${api.origin}/console/changes/${planChangeId}`);
    await heading(page, 'Quote');
    await page.getByText('Live', { exact: true }).waitFor();
    await end();
    const asked: string[] = [];
    page.on('request', async (request) => {
      const isByItself = (await request.headerValue('x-by-itself')) !== null;
      asked.push(`${isByItself ? '' : 'not by itself: '}${new URL(request.url()).pathname}`);
    });
    await show(page, false);
    await show(page, true);
    await heading(page, 'The identification has ended');
    await expectSound(seen);
    const before = asked.length;
    await page.clock.fastForward(30_000);
    await page.clock.fastForward(30_000);
    assert.deepEqual(asked.slice(before), []);
    assert.deepEqual(
      asked.filter((path) => path.startsWith('not')),
      [],
    );
    await page.getByRole('button', { name: 'Identify the customer again' }).click();
    await fillIdentity(page, account);
    await heading(page, 'Quote');
    assert.ok(page.url().endsWith(`/changes/${planChangeId}`));
    assert.deepEqual(seen.consoleErrors, []);
    await seen.close();
  });

  it('asks nothing behind the request to sign in again, streams nothing while hidden, and says what is old', async () => {
    const { planChangeId } = await api.opened(await api.stranger());
    const seen = await atTheConsole(api, `/changes/${planChangeId}/consent`);
    const { page } = seen;
    await page.clock.install();
    await page.reload();
    await signIn(page, api.keys.agent);
    await heading(page, 'Consent');
    await page.getByText('Following live').waitFor();
    await show(page, false);
    await eventually(() =>
      Promise.resolve(seen.failedRequests.some((one) => one.includes('/events')) || undefined),
    );
    await page.getByLabel('Recording id').fill('typed');
    await api.rig.ownerKnex('agent_sessions').update({ ended_at: new Date() });
    await show(page, true);
    await page.getByText('Your session has ended').waitFor();
    let asked = 0;
    page.on('request', () => {
      asked += 1;
    });
    for (let count = 1; count <= 5; count += 1) await page.clock.fastForward(4_000);
    assert.equal(asked, 0);
    for (let count = 1; count <= 3; count += 1) await page.keyboard.press('Escape');
    await expectSound(seen);
    await page.getByLabel('API key').fill(api.keys.agent);
    await page.keyboard.press('Enter');
    await page.getByText('Following live').waitFor();
    await page.locator('[name=recordingId]:focus').waitFor();

    await page.getByRole('button', { name: 'Back to the quote' }).click();
    await page.getByText('Live', { exact: true }).waitFor();
    await page.route('**/events', (route) => route.abort());
    await show(page, false);
    await show(page, true);
    await page.clock.fastForward(7_000);
    await page.getByText(/^Old: as of [\d:]+. Trying again.$/).waitFor();
    await page.unroute('**/events');
    await page.clock.fastForward(4_000);
    await page.getByText('Live', { exact: true }).waitFor();
    await seen.close();
  });

  it('believes a sign-out when the server has said so, tells other tabs, and tells no connection from no session', async () => {
    const account = await api.stranger();
    const seen = await atTheConsole(api);
    const { page } = seen;
    await signIn(page, api.keys.agent);
    await identify(page, account);
    const other = await seen.context.newPage();
    await other.goto(`${api.origin}/console`);
    await heading(other, 'Identify the customer');
    const isSession = '**/v1/session';
    await other.route(isSession, (route) => route.abort());
    await other.getByRole('button', { name: 'Sign out' }).click();
    await other.getByRole('alert').getByText('You are still signed in').waitFor();
    await heading(page, account.fullName);
    await other.reload();
    await heading(other, 'The server cannot be reached');
    await other.unroute(isSession);
    await other.getByRole('button', { name: 'Try again' }).click();
    await other.getByRole('button', { name: 'Sign out' }).click();
    for (const tab of [page, other]) await tab.getByLabel('API key').waitFor();
    assert.equal(await page.getByText(account.fullName).count(), 0);
    await signIn(other, api.keys.supervisor);
    await page.locator('.who').getByText('supervisor', { exact: true }).waitFor();
    assert.equal(await page.evaluate('localStorage.length + sessionStorage.length'), 0);
    await expectSound(seen);
    assert.deepEqual(
      seen.errorAnswers.filter((answer) => answer.includes('/v1/session')),
      [],
    );
    await seen.close();
  });

  it('is small, and nothing inline or from elsewhere is let in', async () => {
    const folder = path.join(await builtConsole(), 'assets');
    const bytes = readdirSync(folder)
      .filter((name) => name.endsWith('.js'))
      .reduce((sum, name) => sum + gzipSync(readFileSync(path.join(folder, name))).length, 0);
    assert.ok(bytes > 0 && bytes <= MOST_GZIPPED_JAVASCRIPT, `${bytes} bytes of JavaScript, gzipped`);
    const page = await api.get('/console/changes/any', { as: null });
    assert.equal(page.status, 200);
    const policy = page.headers.get('content-security-policy') ?? '';
    assert.match(policy, /default-src 'none'/);
    assert.match(policy, /script-src 'self';/);
    assert.doesNotMatch(policy, /unsafe|https?:|\*/);
    assert.doesNotMatch(page.text, /<script(?![^>]*src=)|<style|style=/);
    assert.equal((await api.get('/console/assets/none.js', { as: null })).status, 404);
  });
});
