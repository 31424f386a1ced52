import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { planChange, type PlanChangeJson } from '../../api/schemas/plan-changes.ts';
import { verbalConsent, type ApiRig } from '../support/api-rig.ts';
import { PHONE, type Visit } from '../support/browser.ts';
import { eventually } from '../support/eventually.ts';
import { nextReading, serveConsole, type ServedConsole } from './served-console.ts';

describe('Console: the work page', () => {
  let api: ApiRig;
  let web: ServedConsole;
  let held: PlanChangeJson;
  let scheduled: PlanChangeJson;
  let declined: PlanChangeJson;

  const act = async (change: PlanChangeJson, message: string, body: object): Promise<PlanChangeJson> =>
    (await api.post(`/v1/plan-changes/${change.planChangeId}/${message}`, body)).read(planChange);

  before(async () => {
    web = await serveConsole('console work');
    ({ api } = web);
    scheduled = await api.changeOf(await api.stranger(), { activation: { when: 'end_of_cycle' } });
    declined = await act(await api.opened(await api.stranger()), 'decline', { reason: 'no' });
    const suspended = await api.stranger();
    const drifting = await api.opened(suspended);
    await api.rig.ownerKnex('customers').where({ id: suspended.customerId }).update({ status: 'suspended' });
    held = await act(drifting, 'consent', verbalConsent(drifting.quote?.hash ?? ''));
  });
  after(async () => {
    await web.close();
  });

  const row = (page: Page, { planChangeId }: PlanChangeJson) =>
    page.getByRole('row').filter({ hasText: planChangeId.slice(0, 8) });
  const list = (page: Page, name: string) => page.getByRole('button', { name });
  const assertClean = async (visited: Visit): Promise<void> => {
    assert.deepEqual(await visited.seriousViolations(), []);
    assert.deepEqual(visited.consoleErrors, []);
    assert.deepEqual(visited.thirdPartyRequests, []);
    assert.equal(await visited.scrollsSideways(), false);
  };

  it('shows what is in flight and, of what is held, why and what to do', async () => {
    const visited = await web.signedIn('ops', '/');
    const { page } = visited;
    await row(page, scheduled).waitFor();
    assert.equal(await row(page, declined).count(), 0);
    // The figures are another request than the rows.
    await list(page, 'In flight').getByText('2', { exact: true }).waitFor();
    assert.match(
      await row(page, held).innerText(),
      /Held[^]*Account not active; ends in 1[34] days[^]*make a new quote and ask the customer again, or cancel/,
    );
    const workflow = row(page, held).getByRole('link', { name: /^Temporal UI/ });
    assert.equal(await workflow.getAttribute('href'), held.temporal.url);
    assert.match(
      await page.getByRole('main').innerText(),
      /3 opened[^]*Waiting for consent now[^]*Time to consent, 7 days[^]*under 2 min/,
    );
    await list(page, 'Held').click();
    await row(page, scheduled).waitFor({ state: 'detached' });
    assert.equal(await page.getByRole('row').count(), 2);
    await list(page, 'Expiring soon').click();
    await page.getByText('Nothing is about to expire.').waitFor();
    await assertClean(visited);
  });

  it('finds by status, plan and id; the address keeps what was chosen', async () => {
    const { page } = await web.signedIn('supervisor', '/work');
    await row(page, held).waitFor();
    await page.getByLabel('Status').selectOption('scheduled');
    await row(page, held).waitFor({ state: 'detached' });
    await page.reload();
    await row(page, scheduled).waitFor();
    assert.equal(await page.getByLabel('Status').inputValue(), 'scheduled');
    await page.getByLabel('New plan').selectOption({ label: 'DSL and Phone' });
    await page.getByText('No change matches. Widen the filters.').waitFor();
    await page.getByLabel('New plan').selectOption({ label: 'All plans' });
    await page.getByLabel('Id of').fill("Zoë O'Brien");
    await page.getByText('type four of them or more').waitFor();
    // As the Temporal UI names it; whatever has become of the change.
    await page.getByLabel('Id of').fill(declined.temporal.workflowId);
    await row(page, declined).waitFor();
    assert.equal(await row(page, scheduled).count(), 0);
    await page.getByLabel('Whose').selectOption({ label: 'Mine' });
    await page.getByText('No change matches. Widen the filters.').waitFor();
  });

  it('by keyboard: Tab reaches a row, the arrows the next, Enter opens it', async () => {
    const { page } = await web.signedIn('ops', '/work');
    await row(page, scheduled).waitFor();
    await page.getByLabel('New plan').focus();
    await page.keyboard.press('Tab');
    const focused = () =>
      page.evaluate<string>(`document.activeElement.closest('tr')?.querySelector('code').innerText ?? ''`);
    assert.equal(await focused(), held.planChangeId.slice(0, 8));
    await page.keyboard.press('ArrowDown');
    assert.equal(await focused(), scheduled.planChangeId.slice(0, 8));
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'The change is scheduled' }).waitFor();
    assert.ok(page.url().endsWith(`/console/changes/${scheduled.planChangeId}`));
  });

  it('shows a new change by itself, on a phone too, and keeps no idle session alive by that', async () => {
    const visited = await web.signedIn('agent', '/work', { viewport: PHONE });
    const { page } = visited;
    await row(page, held).waitFor();
    const sessions = () =>
      api.rig.ownerKnex('agent_sessions').whereRaw(`used_at < now() - interval '10 minutes'`).select('id');
    await api.rig.ownerKnex.raw(`UPDATE agent_sessions SET used_at = now() - interval '15 minutes'`);
    const before = (await sessions()).length;
    const change = await api.opened(await api.stranger());
    await nextReading(page);
    await row(page, change).waitFor();
    await page.getByText('Live', { exact: true }).waitFor();
    assert.equal((await sessions()).length, before);
    await assertClean(visited);
    await list(page, 'Held').click();
    await eventually(async () => ((await sessions()).length < before ? true : undefined));
  });

  it('reads nothing while it is hidden, and at once when it is seen again', async () => {
    const { page } = await web.signedIn('ops', '/work');
    await row(page, held).waitFor();
    let readings = 0;
    page.on('request', (request) => {
      if (request.url().includes('/v1/work/summary')) readings += 1;
    });
    const show = (isHidden: boolean) =>
      page.evaluate(
        `Object.defineProperty(document, 'hidden', { value: ${isHidden}, configurable: true });
         document.dispatchEvent(new Event('visibilitychange'))`,
      );
    await nextReading(page);
    await eventually(() => Promise.resolve(readings > 0 ? true : undefined));
    await show(true);
    const seen = readings;
    for (let count = 1; count <= 10; count += 1) await nextReading(page);
    assert.ok(readings <= seen + 1, `${readings - seen} readings of a hidden page`);
    await page.getByText(/^Old: as of/).waitFor();
    const hidden = readings;
    await show(false);
    await eventually(() => Promise.resolve(readings > hidden ? true : undefined));
    await page.getByText('Live', { exact: true }).waitFor();
  });

  it('says when it is cut off, keeps what it has, and goes on by itself', async () => {
    const visited = await web.signedIn('ops', '/work');
    const { page } = visited;
    await row(page, held).waitFor();
    await visited.setNetwork({ offline: true });
    await nextReading(page);
    await page.getByText(/^Old: as of [\d:]+. Trying again.$/).waitFor();
    assert.equal(await row(page, held).count(), 1);
    await visited.setNetwork({});
    await page.getByText('Live', { exact: true }).waitFor();
    assert.deepEqual(visited.consoleErrors, []);
  });

  it('shows what is wrong when nothing can be read, with a way on', async () => {
    const { page } = await web.signedIn('ops', '/work');
    await row(page, held).waitFor();
    const problem = {
      ...{ type: 'about:blank', title: 'The database is away', detail: 'Try again in a moment.' },
      ...{ status: 500, code: 'database-unavailable', requestId: 'r-1' },
    };
    await page.route('**/v1/plan-changes?*', (route) =>
      route.fulfill({ status: 500, contentType: 'application/problem+json', body: JSON.stringify(problem) }),
    );
    await page.reload();
    await page.getByRole('alert').getByText('The database is away').waitFor();
    await page.unroute('**/v1/plan-changes?*');
    await page.getByRole('button', { name: 'Try again' }).click();
    await row(page, held).waitFor();
    await page.getByRole('alert').waitFor({ state: 'detached' });
  });
});
