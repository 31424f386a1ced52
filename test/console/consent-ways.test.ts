import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { Page } from 'playwright-core';
import { planChange } from '../../api/schemas/plan-changes.ts';
import type { TestAccount } from '../../dev/seed/test-account.ts';
import type { Api, ApiRig } from '../support/api-rig.ts';
import { DESKTOP, PHONE, type Visit } from '../support/browser.ts';
import {
  agreementOf,
  customerAt,
  linkIn,
  mailsOfKind,
  PRODUCT_TEMPLATES,
} from '../support/customer-mails.ts';
import { insertOwnPlan } from '../support/drift.ts';
import { eventually } from '../support/eventually.ts';
import { eventSigner, mailEvent, postEvents } from '../support/signed-events.ts';
import { atTheConsole, createConsoleRig, expectSound, heading, signIn } from './console-rig.ts';

const DOCUMENT = Buffer.from('signed by the customer');

describe('console: consent by a link and on paper, and what is held', function () {
  this.timeout(120_000);
  const signer = eventSigner();
  let api: ApiRig;
  let mailbox: Api;
  let seen: Visit;
  let page: Page;
  before(async () => {
    api = await createConsoleRig('console ways', { templates: PRODUCT_TEMPLATES });
    mailbox = await api.another({ webhookPublicKey: signer.publicKey });
    seen = await atTheConsole(api);
    ({ page } = seen);
    await signIn(page, api.keys.agent);
  });
  after(async () => {
    await seen.close();
    await api.close();
  });

  const changeOf = async (id: string) => (await api.get(`/v1/plan-changes/${id}`)).read(planChange);
  const atConsent = async (account: TestAccount): Promise<string> => {
    const { planChangeId } = await api.opened(account);
    await page.goto(`${api.origin}/console/changes/${planChangeId}/consent`);
    await heading(page, 'Consent');
    await page.getByText('Following live').waitFor();
    return planChangeId;
  };
  const soundAtBothWidths = async (): Promise<void> => {
    await page.setViewportSize(PHONE);
    assert.equal(await seen.scrollsSideways(), false);
    await page.setViewportSize(DESKTOP);
    await expectSound(seen);
  };
  /** The newest mail with a link, and what its mailbox says. */
  const lastLink = async (id: string, count = 1) => {
    const mail = (await mailsOfKind(api, id, 'consent_request', count)).at(-1);
    // As SendGrid does it: until it is taken.
    const say = (event: string) =>
      eventually(async () => {
        const { status } = await postEvents(mailbox, signer, [mailEvent(event, mail?.outboxId ?? '')]);
        return status === 204 || undefined;
      });
    return { mail, say };
  };

  it('a link: its mail is followed live, one to an earlier quote is none, and the page goes on when the customer has agreed', async () => {
    const account = await api.stranger();
    const id = await atConsent(account);
    await page.getByText('By a link').click();
    await page.getByRole('button', { name: 'Send the link' }).click();
    await page.getByRole('status').getByText('The link is mailed').first().waitFor();
    await (await lastLink(id)).say('bounce');
    const alert = page.getByRole('alert').filter({ hasText: 'The mail with the link came back' });
    await alert.getByText('Check the address with the customer').waitFor();
    await soundAtBothWidths();

    await page.getByRole('button', { name: 'Send another link' }).click();
    await alert.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Send another link' }).waitFor();
    await lastLink(id, 2);
    // A link to an earlier quote is none to this one.
    await api.post(`/v1/plan-changes/${id}/requote`, {});
    await page.getByRole('button', { name: 'Show the new words' }).click();
    await page.getByRole('button', { name: 'Send the link' }).click();
    const last = await lastLink(id, 3);
    await last.say('delivered');
    await page.getByText('The link is in the customer’s mailbox').waitFor();
    await page.reload();
    await page.getByRole('button', { name: 'Send another link' }).waitFor();
    await page.getByText('On this call').click();
    await page.getByText('Following live. The link is in the customer’s mailbox').waitFor();

    const agreed = await customerAt(api, linkIn(last.mail)).send(agreementOf(account));
    assert.equal(agreed.status, 200, agreed.text);
    await heading(page, 'The new plan is active');
    await page.getByText('In writing').waitFor();
  });

  it('on paper: says what is missing, sends name and fingerprint of the document, and who signed it when', async () => {
    const account = await api.stranger();
    const id = await atConsent(account);
    await page.getByText('On paper').click();
    const signed = page.getByRole('button', { name: 'The customer has signed: apply the change' });
    await signed.click();
    await page.getByText('Choose the signed document.').waitFor();
    await page.locator('input[name=document]:focus').waitFor();
    await soundAtBothWidths();
    await page
      .locator('input[type=file]')
      .setInputFiles({ name: 'agreement.pdf', mimeType: 'application/pdf', buffer: DOCUMENT });
    await page.getByText('agreement.pdf, fingerprint').waitFor();
    await page.getByLabel('Signed by').fill('Somebody Else');
    await signed.click();
    await page.getByText('It must be the name of the customer').waitFor();
    await page.locator('input[name=signedBy]:focus').waitFor();
    await page.getByLabel('Signed by').fill(account.fullName);
    await page.keyboard.press('Enter');
    await heading(page, 'The new plan is active');
    await page.getByText('In writing').waitFor();
    const kept = await api.rig
      .knex('consent_evidence')
      .where({ plan_change_id: id })
      .select<{ details: Record<string, string> }[]>('details');
    const { name, sha256, signedBy } = kept[0]?.details ?? {};
    assert.deepEqual(
      { name, sha256, signedBy },
      {
        name: 'agreement.pdf',
        sha256: createHash('sha256').update(DOCUMENT).digest('hex'),
        signedBy: account.fullName,
      },
    );
  });

  it('held: why, until when, and the way on that can succeed', async () => {
    const account = await api.stranger();
    const setStatus = (status: string) =>
      api.rig.ownerKnex('customers').where({ id: account.customerId }).update({ status });
    const suspended = await api.opened(account);
    await setStatus('suspended');
    await api.agreed(suspended);
    await page.goto(`${api.origin}/console/changes/${suspended.planChangeId}`);
    await heading(page, 'The change is held');
    await page.getByText('The account is not active.').waitFor();
    await page.getByText(/ends by itself on \d/).waitFor();
    await soundAtBothWidths();
    const requote = page.getByRole('button', { name: 'Make a new quote' });
    await requote.click();
    await page.getByRole('alert').waitFor();
    await setStatus('active');
    await requote.click();
    await heading(page, 'Quote');
    assert.equal((await changeOf(suspended.planChangeId)).status, 'awaiting_consent');

    const own = await insertOwnPlan(api.rig.ownerKnex, 'sold-out');
    const gone = await api.opened(await api.stranger(), { planCode: own.planCode });
    await own.supersede({ available_until: '2020-01-02', available_from: '2020-01-01' });
    await api.agreed(gone);
    await page.goto(`${api.origin}/console/changes/${gone.planChangeId}`);
    await page.getByText('The new plan is no longer on sale.').waitFor();
    assert.equal(await requote.count(), 0);
    await page.getByRole('button', { name: 'Choose another plan' }).waitFor();
  });
});
