import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { planChange } from '../../api/schemas/plan-changes.ts';
import { apiKey, type ApiRig } from '../support/api-rig.ts';
import { builtConsole } from '../support/console-build.ts';
import {
  atTheConsole,
  createConsoleRig,
  expectSound,
  fillVerbalConsent,
  heading,
  identify,
  signIn,
} from './console-rig.ts';

const MOST_GZIPPED_JAVASCRIPT = 60_000;

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
    await page.getByRole('button', { name: 'Quote Fiber Complete', exact: true }).click();
    await page.getByText('A plan change is open already').waitFor();
    await expectSound(seen);
    await page.getByRole('button', { name: 'Replace it with Fiber Complete' }).click();
    await heading(page, 'Quote');
    assert.ok(!page.url().includes(planChangeId));
    const replaced = (await api.get(`/v1/plan-changes/${planChangeId}`)).read(planChange);
    assert.equal(replaced.status, 'cancelled');
    await seen.close();
  });

  it('keeps what was typed over a lost connection and an ended session, and sends one and the same request', async () => {
    const account = await api.stranger();
    const { planChangeId } = await api.opened(account);
    const seen = await atTheConsole(api, `/changes/${planChangeId}/consent`);
    const { page } = seen;
    const keys = new Set<string | undefined>();
    page.on('request', (request) => {
      if (request.method() === 'POST' && request.url().endsWith('/consent'))
        keys.add(request.headers()['idempotency-key']);
    });
    await signIn(page, api.keys.agent);
    await heading(page, 'Consent');
    await page.getByRole('button', { name: 'The customer agrees' }).click();
    await page.getByText('Enter the id of the recording.').waitFor();
    await expectSound(seen);
    await fillVerbalConsent(page);

    await seen.context.setOffline(true);
    await page.getByRole('button', { name: 'The customer agrees' }).click();
    await page.getByText('No connection to the server').waitFor();
    assert.equal(await page.getByLabel('Length').inputValue(), '4:10');
    assert.deepEqual(await seen.seriousViolations(), []);

    await api.rig.ownerKnex('agent_sessions').update({ ended_at: new Date() });
    await seen.context.setOffline(false);
    // The request goes out again by itself, and the session is asked for first.
    await page.getByText('Your session has ended').waitFor();
    await expectSound(seen);
    await page.getByLabel('API key').fill(api.keys.agent);
    await page.keyboard.press('Enter');
    await heading(page, 'The new plan is active');
    assert.equal(keys.size, 1);
    assert.deepEqual(seen.consoleErrors, []);
    await seen.close();
  });

  it('does not take consent to a quote that another agent has replaced', async () => {
    const account = await api.stranger();
    const { planChangeId } = await api.opened(account);
    const seen = await atTheConsole(api, `/changes/${planChangeId}/consent`);
    const { page } = seen;
    await signIn(page, api.keys.agent);
    await heading(page, 'Consent');
    await page.getByText('Following live').waitFor();
    const answered = page.waitForResponse((response) => response.url().endsWith('/consent'));
    // The page does not hear of it in time.
    await page.route('**/v1/plan-changes/*', (route) => route.abort());
    await api.post(`/v1/plan-changes/${planChangeId}/reschedule`, { activation: { when: 'end_of_cycle' } });
    await fillVerbalConsent(page);
    await page.getByRole('button', { name: 'The customer agrees' }).click();
    assert.equal((await answered).status(), 409);
    await page.getByText('This is not the current quote').waitFor();
    await page.unroute('**/v1/plan-changes/*');
    await seen.close();
  });

  it('shows a change only to those who may see it, and nothing to do to those who do not serve', async () => {
    const { planChangeId } = await api.opened(await api.stranger());
    const stranger = await atTheConsole(api, `/changes/${planChangeId}`);
    await signIn(stranger.page, api.keys.supervisor);
    await heading(stranger.page, 'The change is not shown');
    await expectSound(stranger);
    await stranger.close();
    const auditor = await atTheConsole(api, `/changes/${planChangeId}/consent`);
    await signIn(auditor.page, api.keys.auditor);
    await heading(auditor.page, 'Quote');
    assert.equal(await auditor.page.locator('main button').count(), 0);
    await auditor.page.getByRole('button', { name: 'Sign out' }).click();
    await auditor.page.getByLabel('API key').waitFor();
    await auditor.close();
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
