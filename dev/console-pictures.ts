import type { Browser, Page } from 'playwright-core';
import type { RunningSystem } from './demo/running-system.ts';
import type { SampleChanges } from './demo/sample-changes.ts';

interface ConsolePicture {
  readonly file: string;
  /** Below the console's own address. */
  readonly path: string;
  /** The page is there when this text is. */
  readonly shows: string;
  readonly width: number;
}

/** Pictures of the agent's console: a quote, a change that is done, the work page, and the quote on a phone. */
export async function takeConsole(
  browser: Browser,
  system: RunningSystem,
  changes: SampleChanges,
  save: (page: Page, file: string) => Promise<void>,
): Promise<void> {
  const change = ({ planChangeId }: { readonly planChangeId: string }): string => `/changes/${planChangeId}`;
  const pictures: readonly ConsolePicture[] = [
    { file: 'console-quote.png', path: change(changes.awaitingConsent), shows: 'Next bill', width: 1_280 },
    { file: 'console-phone.png', path: change(changes.awaitingConsent), shows: 'Next bill', width: 390 },
    { file: 'console-result.png', path: change(changes.completed), shows: 'Tell the customer', width: 1_280 },
    { file: 'console-work.png', path: '/work', shows: 'Time to consent', width: 1_280 },
  ];
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`${system.api}/console`);
  await page.getByLabel('API key').fill(system.agentKey);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('button', { name: 'Sign out' }).waitFor();
  for (const { file, path, shows, width } of pictures) {
    await page.setViewportSize({ width, height: 800 });
    await page.goto(`${system.api}/console${path}`);
    await page.getByText(shows).first().waitFor();
    await save(page, file);
  }
  await context.close();
}
