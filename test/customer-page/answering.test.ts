import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { planChange, type PlanChangeJson } from '../../api/schemas/plan-changes.ts';
import type { TestAccount } from '../../dev/seed/test-account.ts';
import { createApiRig, type ApiRig } from '../support/api-rig.ts';
import { PHONE, visit, type Visit } from '../support/browser.ts';
import { askForConsent, PRODUCT_TEMPLATES } from '../support/customer-mails.ts';

interface Invited {
  readonly account: TestAccount;
  readonly change: PlanChangeJson;
  readonly path: string;
}

const nameField = (page: Page) => page.getByRole('textbox', { name: 'Your full name' });
const lastFourField = (page: Page) => page.getByRole('textbox', { name: 'Last four characters' });
const agreeButton = (page: Page) => page.getByRole('button', { name: 'Agree to the change' });
const declineButton = (page: Page) => page.getByRole('button', { name: 'Decline the change', exact: true });
const confirmButton = (page: Page) => page.getByRole('button', { name: 'Yes, decline the change' });
const heading = (page: Page): Promise<string> => page.getByRole('heading', { level: 1 }).innerText();

describe("Customer's page in a browser: the answer", () => {
  let api: ApiRig;
  const visits: Visit[] = [];
  before(async () => {
    api = await createApiRig('customer answers', { templates: PRODUCT_TEMPLATES });
  });
  afterEach(async () => {
    for (const each of visits.splice(0)) {
      assert.deepEqual(each.consoleErrors, []);
      assert.deepEqual(each.thirdPartyRequests, []);
      await each.close();
    }
  });
  after(() => api.close());

  const invited = async (activation: object = { when: 'end_of_cycle' }): Promise<Invited> => {
    const account = await api.stranger();
    const change = await api.opened(account, { activation });
    return { account, change, path: await askForConsent(api, change.planChangeId) };
  };
  const opened = async (link: Invited, options: object = {}): Promise<Page> => {
    const seen = await visit({ origin: api.origin, ...options });
    visits.push(seen);
    await seen.page.goto(api.origin + link.path);
    return seen.page;
  };
  const statusOf = async ({ change }: Invited): Promise<string> =>
    (await api.get(`/v1/plan-changes/${change.planChangeId}`)).read(planChange).status;
  const agree = async (page: Page, { account }: Invited): Promise<void> => {
    await nameField(page).fill(account.fullName);
    await lastFourField(page).fill(account.accountNumber.slice(-4));
    await agreeButton(page).click();
  };

  for (const javaScriptEnabled of [false, true]) {
    const how = `${javaScriptEnabled ? 'with' : 'without'} JavaScript`;

    it(`agrees on a phone ${how}, and sees what was agreed`, async () => {
      const link = await invited({ when: 'immediately' });
      const page = await opened(link, { javaScriptEnabled, viewport: PHONE });
      assert.equal(await heading(page), 'Change your plan to Fiber Plus?');
      await agree(page, link);
      await page.getByRole('heading', { name: 'Your plan was changed to Fiber Plus' }).waitFor();
      assert.match(await page.title(), /^Your plan was changed to Fiber Plus – QuickConnect$/);
      const agreed = page.getByRole('region', { name: 'What you agreed to' });
      const due = link.change.quote?.dueNow.amount ?? '';
      assert.ok((await agreed.innerText()).includes(`$${due}`));
      assert.ok(['activated', 'completed'].includes(await statusOf(link)));
    });

    it(`declines on a phone ${how}, asked once more, with a way back`, async () => {
      const link = await invited();
      const page = await opened(link, { javaScriptEnabled, viewport: PHONE });
      await declineButton(page).click();
      await page.getByRole('heading', { name: 'Decline this change?' }).waitFor();
      await page.getByRole('link', { name: 'Back to the offer' }).click();
      await page.getByRole('textbox', { name: 'Why not?' }).fill('Too "dear"\nfor <me>');
      await declineButton(page).click();
      await confirmButton(page).waitFor();
      assert.equal(await statusOf(link), 'awaiting_consent');
      await confirmButton(page).click();
      await page.getByRole('heading', { name: 'You declined the change' }).waitFor();
      assert.equal(await statusOf(link), 'declined');
      const [remark] = await api.rig
        .knex('remarks')
        .where({ plan_change_id: link.change.planChangeId })
        .pluck<string[]>('body');
      assert.equal(remark?.replaceAll('\r\n', '\n'), 'Too "dear"\nfor <me>');
    });
  }

  it('by keyboard alone, in the order in which the page is read', async () => {
    const link = await invited();
    const page = await opened(link);
    const focused = (): Promise<string> =>
      page.evaluate(`(({ tagName, id, name, value, textContent }) =>
        tagName === 'BUTTON' ? value : id || textContent.trim())(document.activeElement)`);
    const order: string[] = [];
    for (let stop = 0; stop < 8; stop += 1) {
      await page.keyboard.press('Tab');
      order.push(await focused());
    }
    assert.deepEqual(order, [
      'How the amounts are worked out',
      'Terms of service, version 2025-02',
      'typedName',
      'accountNumberLast4',
      'accept',
      'reason',
      'decline',
      '+1 800 555 0100',
    ]);

    for (let back = 0; back < 7; back += 1) await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Enter');
    await page.getByRole('table').getByText('Total, before tax').waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.type(link.account.fullName);
    await page.keyboard.press('Tab');
    await page.keyboard.type(link.account.accountNumber.slice(-4));
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'You agreed:' }).waitFor();
    assert.equal(await statusOf(link), 'scheduled');
  });

  it('declines by keyboard alone', async () => {
    const link = await invited();
    const page = await opened(link);
    await page.getByRole('textbox', { name: 'Why not?' }).focus();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await confirmButton(page).waitFor();
    assert.equal(await page.getByRole('button').count(), 1);
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate('document.activeElement.textContent'), 'Yes, decline the change');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'You declined the change' }).waitFor();
    assert.equal(await statusOf(link), 'declined');
  });

  it('says at each field what is missing or wrong, loses nothing, and leads there', async () => {
    const link = await invited();
    const page = await opened(link, { javaScriptEnabled: false });
    await nameField(page).fill('Zoë <b>"O\'Brien"</b>');
    await agreeButton(page).click();
    await page.getByRole('alert').waitFor();
    assert.match(await page.title(), /^Error: Change your plan to Fiber Plus\?/);
    // What is wrong is read first.
    await page.locator('[role=alert]:focus').waitFor();
    assert.equal(await nameField(page).inputValue(), 'Zoë <b>"O\'Brien"</b>');
    assert.equal(await nameField(page).getAttribute('aria-invalid'), null);
    assert.equal(await describedBy(page, 'accountNumberLast4'), MISSING_FOUR);
    await page.getByRole('link', { name: 'Type the last four characters of your account number' }).click();
    assert.equal(await page.evaluate('document.activeElement.id'), 'accountNumberLast4');

    await page.keyboard.type('zz9');
    await page.keyboard.press('Enter');
    await page.locator('[role=alert]:focus').waitFor();
    assert.equal(await describedBy(page, 'accountNumberLast4'), MISSING_FOUR);
    assert.equal(await lastFourField(page).inputValue(), 'zz9');
    await lastFourField(page).fill('zz99');
    await agreeButton(page).click();
    await page.getByText('you have 4 more tries').waitFor();
    for (const field of [nameField(page), lastFourField(page)])
      assert.equal(await field.getAttribute('aria-invalid'), 'true');
    assert.equal(await lastFourField(page).inputValue(), 'zz99');
    await agree(page, link);
    await page.getByRole('heading', { name: 'You agreed:' }).waitFor();
  });

  it('keeps the words that were shown, and takes no agreement to others', async () => {
    const link = await invited({ when: 'immediately' });
    const page = await opened(link);
    await page.getByText('How the amounts are worked out').click();
    const shown = await page.locator('#offer').innerText();
    const declaration = await page.locator('#declaration').innerText();

    const other = link.change.quote?.hash ?? '';
    await page.evaluate(`document.querySelector('[name=shown]').value = '${other}'`);
    await agree(page, link);
    await page.getByRole('alert').getByText('The words of this page have changed').waitFor();
    assert.equal(await statusOf(link), 'awaiting_consent');
    assert.equal(await nameField(page).inputValue(), link.account.fullName);
    await agreeButton(page).click();
    await page.getByRole('heading', { name: 'Your plan was changed to Fiber Plus' }).waitFor();

    const [{ details } = assert.fail()] = await api.rig
      .knex('consents as k')
      .join('consent_evidence as e', 'e.id', 'k.evidence_id')
      .where({ 'k.plan_change_id': link.change.planChangeId })
      .select<{ details: { shown: { words: string } } }[]>('e.details');
    assert.deepEqual(wordsOf(details.shown.words), wordsOf(`${shown} ${declaration}`));
  });

  it('on a slow network, clicked twice: one answer; cut off: the link is as good as before', async () => {
    const link = await invited();
    const page = await opened(link);
    const [seen] = visits;
    await seen?.setNetwork({ offline: true });
    await agree(page, link);
    await page.waitForURL('chrome-error://chromewebdata/');
    assert.equal(await statusOf(link), 'awaiting_consent');

    await seen?.setNetwork({ latencyMs: 400 });
    await page.goto(api.origin + link.path);
    await nameField(page).fill(link.account.fullName);
    await lastFourField(page).fill(link.account.accountNumber.slice(-4));
    await agreeButton(page).dblclick();
    await page.getByRole('heading', { name: 'You agreed:' }).waitFor();
    const { planChangeId } = link.change;
    assert.equal((await api.rig.knex('consents').where({ plan_change_id: planChangeId })).length, 1);
  });
});

const MISSING_FOUR = 'Type the last four characters of your account number On your bill, letters or digits';

/** What a screen reader says of a field after its name. */
async function describedBy(page: Page, id: string): Promise<string> {
  return page.evaluate(`document.getElementById('${id}').getAttribute('aria-describedby').split(' ')
    .map((each) => document.getElementById(each).innerText).join(' ')`);
}

function wordsOf(text: string): string[] {
  return text.trim().split(/\s+/);
}
