import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { planChange } from '../../api/schemas/plan-changes.ts';
import type { ApiRig } from '../support/api-rig.ts';
import type { Visit } from '../support/browser.ts';
import {
  atTheConsole,
  createConsoleRig,
  expectSound,
  fillVerbalConsent,
  heading,
  signIn,
} from './console-rig.ts';

describe('console: consent is to the words on the screen, and what is sent is what stands there', function () {
  this.timeout(120_000);
  let api: ApiRig;
  let seen: Visit;
  let page: Page;
  before(async () => {
    api = await createConsoleRig('console consent');
    seen = await atTheConsole(api);
    ({ page } = seen);
    await signIn(page, api.keys.agent);
  });
  after(async () => {
    await seen.close();
    await api.close();
  });

  const opened = async (): Promise<string> => {
    const { planChangeId } = await api.opened(await api.stranger());
    await page.goto(`${api.origin}/console/changes/${planChangeId}/consent`);
    await heading(page, 'Consent');
    await page.getByText('Following live').waitFor();
    return planChangeId;
  };
  const changeOf = async (id: string) => (await api.get(`/v1/plan-changes/${id}`)).read(planChange);
  const requotedElsewhere = async (id: string, when: 'immediately' | 'end_of_cycle') =>
    (await api.post(`/v1/plan-changes/${id}/reschedule`, { activation: { when } })).read(planChange);
  const recordingOf = async (id: string): Promise<unknown> => {
    const kept = await api.rig.knex('consent_evidence').where({ plan_change_id: id }).select('details');
    return kept.map(({ details }: { details: { id: string } }) => details.id);
  };
  /** Counts what the page sends; the answer to the first is lost after the server had it, if told so. */
  const posted = async (name: string, losesFirst = false): Promise<unknown[]> => {
    const sent: unknown[] = [];
    await page.route(`**/${name}`, async (route) => {
      if (route.request().method() !== 'POST') return route.continue();
      sent.push(route.request().postDataJSON());
      if (!losesFirst || sent.length > 1) return route.continue();
      await route.fetch();
      await route.abort('connectionreset');
    });
    return sent;
  };
  const words = () => page.locator('.script blockquote');
  const agree = () => page.getByRole('button', { name: 'The customer agrees' });
  const told = () => page.getByLabel('The customer was told');
  const showNew = async (expected: string | undefined): Promise<void> => {
    await page.getByRole('button', { name: 'Show the new words' }).click();
    await page.getByText('The quote has changed').waitFor({ state: 'detached' });
    assert.deepEqual((await words().innerText()).split(/\n+/), expected?.split('\n'));
    await page.locator('.script blockquote:focus').waitFor();
  };

  it('a quote made elsewhere: the old words stay until the agent asks for the new ones, and only these are agreed to', async () => {
    const id = await opened();
    await fillVerbalConsent(page);
    const before = await words().innerText();
    const second = await requotedElsewhere(id, 'end_of_cycle');
    await page.getByRole('alert').getByText('The quote has changed').waitFor();
    assert.equal(await words().innerText(), before);
    assert.equal(await told().isChecked(), false);
    await told().check();
    await agree().focus();
    await page.keyboard.press('Enter');
    await page.locator('button:focus').getByText('Show the new words').waitFor();
    await expectSound(seen);
    await showNew(second.quote?.script.text);
    assert.equal(await told().isChecked(), false);
    assert.equal(await page.getByLabel('Recording id').inputValue(), 'rec-2026-11-24-000123');

    // This time the page does not hear of it: the server refuses, and the page reads again.
    await page.route(`**/v1/plan-changes/${id}`, (route) => route.abort());
    const third = await requotedElsewhere(id, 'immediately');
    await told().check();
    const refused = page.waitForResponse((response) => response.url().endsWith('/consent'));
    await agree().click();
    assert.equal((await refused).status(), 409);
    await page.unroute(`**/v1/plan-changes/${id}`);
    await page.getByRole('alert').getByText('The quote has changed').waitFor();
    await showNew(third.quote?.script.text);
    assert.equal(await page.getByRole('alert').count(), 0);
    await told().check();
    await agree().click();
    await heading(page, 'The new plan is active');
    assert.equal((await changeOf(id)).quote?.hash, third.quote?.hash);
  });

  it('after a lost connection the change is read, then the agent is asked; what stands there then is sent', async () => {
    const id = await opened();
    const sent = await posted('consent');
    await agree().click();
    await page.getByText('Enter the id of the recording.').waitFor();
    await page.locator('input[name=recordingId]:focus').waitFor();
    await fillVerbalConsent(page);
    await seen.context.setOffline(true);
    await agree().click();
    await page.getByRole('alert').getByText('No answer came').waitFor();
    assert.equal(await page.getByLabel('Length').inputValue(), '4:10');
    await page.getByLabel('Recording id').fill('rec-right');
    await api.rig.ownerKnex('agent_sessions').update({ ended_at: new Date() });
    await seen.context.setOffline(false);
    await page.getByText('Your session has ended').waitFor();
    await page.getByLabel('API key').fill(api.keys.agent);
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('it is not done so far').waitFor();
    await expectSound(seen);
    assert.equal(sent.length, 1);
    await page.getByRole('button', { name: 'Send it again' }).click();
    await heading(page, 'The new plan is active');
    assert.deepEqual(await recordingOf(id), ['rec-right']);
    await page.unroute('**/consent');
  });

  it('what the server had though the answer was lost is found, and not sent again', async () => {
    const id = await opened();
    await fillVerbalConsent(page);
    const consents = await posted('consent', true);
    await agree().click();
    await heading(page, 'The new plan is active');
    const confirmations = await posted('confirmation', true);
    await page.getByRole('button', { name: 'I have told the customer' }).click();
    await page.getByText('Told on').waitFor();
    assert.ok((await changeOf(id)).confirmedAt);
    await opened();
    const refusals = await posted('decline', true);
    await page.getByRole('button', { name: 'The customer declines' }).click();
    await page.getByLabel('Reason').fill('Too dear');
    await page.keyboard.press('Enter');
    await heading(page, 'The customer declined');
    assert.deepEqual([consents.length, confirmations.length, refusals.length], [1, 1, 1]);
    await page.unrouteAll();
  });

  it('a consent that is still being recorded is said to be so, and followed', async () => {
    const id = await opened();
    await fillVerbalConsent(page);
    await page.route('**/consent', (route) =>
      route.fulfill({
        status: 202,
        headers: { 'retry-after': '0.01' },
        contentType: 'application/json',
        body: JSON.stringify({ planChangeId: id, status: 'awaiting_consent' }),
      }),
    );
    await agree().click();
    await page.getByText('It is still being done').waitFor();
    await page.unroute('**/consent');
    await api.agreed(await changeOf(id));
    await heading(page, 'The new plan is active');
  });

  it('a quote that is over is made anew where one is, and its words are read', async () => {
    const id = await opened();
    await fillVerbalConsent(page);
    const over = { code: 'quote-expired', title: 'The quote is over', detail: 'Requote.', status: 410 };
    await page.route('**/consent', (route) =>
      route.fulfill({ status: 410, contentType: 'application/problem+json', body: JSON.stringify(over) }),
    );
    await agree().click();
    await page.getByText('This quote has expired').waitFor();
    await page.unroute('**/consent');
    await page.getByRole('button', { name: 'Make a new quote' }).click();
    await page.getByText('This quote has expired').waitFor({ state: 'detached' });
    await page.locator('.script blockquote:focus').waitFor();
    assert.equal(await told().isChecked(), false);
    await told().check();
    await agree().click();
    await heading(page, 'The new plan is active');
    assert.deepEqual(await recordingOf(id), ['rec-2026-11-24-000123']);
  });

  it('what was typed is there again after another way to agree, and after the quote', async () => {
    await opened();
    await fillVerbalConsent(page);
    await page.getByText('On paper').click();
    await page.getByLabel('Signed by').fill('Somebody');
    await page.getByText('On this call').click();
    assert.equal(await page.getByLabel('Recording id').inputValue(), 'rec-2026-11-24-000123');
    await page.getByRole('button', { name: 'Back to the quote' }).click();
    await heading(page, 'Quote');
    await page.getByRole('button', { name: 'Go on to consent' }).click();
    assert.equal(await page.getByLabel('Length').inputValue(), '4:10');
    assert.equal(await told().isChecked(), true);
    await page.getByText('On paper').click();
    assert.equal(await page.getByLabel('Signed by').inputValue(), 'Somebody');
  });
});
