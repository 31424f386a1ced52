import type { Browser, Page } from 'playwright-core';
import { createApiClient } from './demo/api-client.ts';
import { availableAccounts } from './demo/available-accounts.ts';
import { DemoError } from './demo/demo-error.ts';
import type { DemoAccount, RunningSystem } from './demo/running-system.ts';

const WIDE = { width: 1_280, height: 800 };
const PHONE = { width: 390, height: 844 };

/**
 * Pictures of the agent's console, taken on the way through the six steps with a customer: options, quote (also on a
 * phone), consent, result; and of the work page and the account.
 */
export async function takeConsole(
  browser: Browser,
  system: RunningSystem,
  save: (page: Page, file: string) => Promise<void>,
): Promise<void> {
  const account = await freeAccount(system);
  const page = await browser.newPage({ viewport: WIDE });
  const button = (name: string | RegExp) => page.getByRole('button', { name }).first();
  /** Once the page has all it asked for, and nothing on it is old. */
  const take = async (file: string): Promise<void> => {
    await page.locator('[aria-busy="true"]').waitFor({ state: 'detached' });
    await save(page, file);
  };
  await page.goto(`${system.api}/console`);
  await page.getByLabel('API key').fill(system.agentKey);
  await button('Sign in').click();
  await page.getByLabel('Account number').fill(account.accountNumber);
  await page.getByLabel('Full name').fill(account.fullName);
  await page.getByLabel('Service address').fill(account.serviceAddress);
  await button('Identify').click();
  await button('Discuss options').click();
  await page.getByText('A lower bill').click();
  await button('Recommend plans').click();
  await page.locator('#recommended').waitFor();
  await take('console-options.png');

  await button(/^Quote /).click();
  await page.getByText('Next bill').first().waitFor();
  await take('console-quote.png');
  await page.setViewportSize(PHONE);
  await take('console-phone.png');
  await page.setViewportSize(WIDE);
  await button('Go on to consent').click();
  await page.getByLabel('Recording id').fill('rec-2026-11-24-000123');
  await page.getByLabel('Length').fill('4:10');
  await page.getByLabel(/customer was told/).check();
  await take('console-consent.png');

  await button('The customer agrees').click();
  await page.getByText('Tell the customer').first().waitFor();
  await page.getByText(/Sent; waiting|Delivered/).waitFor();
  await take('console-result.png');
  await page.getByRole('link', { name: 'Account' }).first().click();
  await page.getByText('Plan history').waitFor();
  await take('console-account.png');
  await page.goto(`${system.api}/console/work`);
  await page.locator('.change-table').waitFor();
  await take('console-work.png');
  await page.close();
}

async function freeAccount(system: RunningSystem): Promise<DemoAccount> {
  const next = await availableAccounts(createApiClient(system.api, system.agentKey), system.accounts).next();
  const known = next.done ? undefined : next.value.body.customer.accountNumber;
  const account = system.accounts.find(({ accountNumber }) => accountNumber === known);
  if (!account) throw new DemoError('No account of demo-customers.json is free.');
  return account;
}
