import assert from 'node:assert/strict';
import type { BrowserContextOptions, Page } from 'playwright-core';
import type { TestAccount } from '../../dev/seed/test-account.ts';
import { createApiRig, type ApiRig, type ApiRigOptions } from '../support/api-rig.ts';
import { visit, type Visit } from '../support/browser.ts';
import { builtConsole } from '../support/console-build.ts';

/** The API with the console, a worker, and agents with keys. */
export async function createConsoleRig(name: string, options: ApiRigOptions = {}): Promise<ApiRig> {
  return createApiRig(name, { ...options, consoleFolder: await builtConsole() });
}

/** A browser at the console's door. */
export async function atTheConsole(
  api: ApiRig,
  path = '',
  options: BrowserContextOptions = {},
): Promise<Visit> {
  const seen = await visit({ origin: api.origin, ...options });
  await seen.page.goto(`${api.origin}/console${path}`);
  return seen;
}

export async function signIn(page: Page, key: string): Promise<void> {
  await page.getByLabel('API key').fill(key);
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Sign out' }).waitFor();
}

export async function identify(page: Page, account: TestAccount): Promise<void> {
  await fillIdentity(page, account);
  await heading(page, account.fullName);
}

export async function fillIdentity(page: Page, account: TestAccount): Promise<void> {
  await page.getByLabel('Service address').fill(account.serviceAddress);
  await page.getByLabel('Full name').fill(account.fullName);
  await page.getByLabel('Account number').fill(account.accountNumber);
  await page.getByRole('button', { name: 'Identify', exact: true }).click();
}

/** Waits for the screen with this heading. */
export async function heading(page: Page, name: string | RegExp): Promise<void> {
  const found = page.getByRole('heading', {
    level: 1,
    name,
    ...(typeof name === 'string' && { exact: true }),
  });
  await found.waitFor();
}

export async function fillVerbalConsent(page: Page): Promise<void> {
  await page.getByLabel('Recording id').fill('rec-2026-11-24-000123');
  await page.getByLabel('Length').fill('4:10');
  await page.getByLabel('The customer was told').check();
}

/** Nothing of what a page must not do was seen. */
export async function expectSound(seen: Visit): Promise<void> {
  assert.deepEqual(seen.consoleErrors, []);
  assert.deepEqual(seen.thirdPartyRequests, []);
  assert.deepEqual(await seen.seriousViolations(), []);
  assert.equal(await seen.scrollsSideways(), false, 'no wider than the window');
}
