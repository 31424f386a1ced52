import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { planChange } from '../../api/schemas/plan-changes.ts';
import { apiKey, type ApiRig } from '../support/api-rig.ts';
import { builtConsole } from '../support/console-build.ts';
import { eventually } from '../support/eventually.ts';
import { atTheConsole, createConsoleRig, expectSound, heading, identify, signIn } from './console-rig.ts';

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
