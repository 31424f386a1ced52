/**
 * Makes the pictures of docs/images from the running system, in a Chromium:
 * `npx tsx dev/screenshots.ts`. It makes a few changes of its own there first, so that every status is seen.
 */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import type { Browser, Page } from 'playwright-core';
import { launchChromium } from './browser/chromium.ts';
import { takeConsole } from './console-pictures.ts';
import { createApiClient } from './demo/api-client.ts';
import { explainFailure } from './demo/demo-error.ts';
import { awaitLink } from './demo/paths/customer-page.ts';
import { findRunningSystem, type RunningSystem } from './demo/running-system.ts';
import { makeSampleChanges, type SampleChanges } from './demo/sample-changes.ts';

const IMAGES = fileURLToPath(new URL('../docs/images/', import.meta.url));
const WIDTH = 1_280;
/** The Temporal UI wants more room than that: it is drawn smaller, and its navigation is cut off. */
const UI_SCALE = 0.9;
const UI_NAVIGATION = { width: 256, height: 48 };
/** Where the Temporal UI keeps which columns its list has. */
const COLUMNS_KEY = 'namespace-workflow-table-columns';
const COLUMNS = ['PlanChangeStatus', 'PlanCode', 'ConsentMethod', 'EffectiveDate', 'HoldReason', 'Start'];

/** The customer's page is narrow: a wide window shows nothing more of it. */
const CUSTOMER_PAGES = [
  { file: 'customer-page.png', width: 760 },
  { file: 'customer-page-phone.png', width: 390 },
] as const;

interface Picture {
  readonly file: string;
  readonly url: string;
  /** The page is there when this text is. */
  readonly shows: string;
  /** Whether the text is in a frame of the page. */
  readonly inFrame?: boolean;
  /** CSS pixels from the top of the content. */
  readonly height: number;
}

const { dataDir } = new Command('screenshots')
  .description('Makes docs/images/*.png from the running system.')
  .option('--data-dir <dir>', 'folder of the running `npm start` (default: $DATA_DIR, else .local)')
  .parse()
  .opts<{ dataDir?: string }>();

try {
  const system = await findRunningSystem(dataDir ?? (process.env['DATA_DIR'] || '.local'));
  const browser = await launchChromium({ env: process.env });
  try {
    const changes = await makeSampleChanges(system);
    for (const picture of temporalPictures(system, changes)) await takeTemporal(browser, picture);
    await takeOutbox(browser, system.outbox);
    await takeCustomerPage(browser, system, changes.awaitingConsent);
    await takeConsole(browser, system, saveWhole);
  } finally {
    await browser.close();
  }
} catch (error) {
  console.error(explainFailure(error));
  process.exitCode = 1;
}

function temporalPictures({ temporalUi }: RunningSystem, changes: SampleChanges): Picture[] {
  const query = encodeURIComponent('`PlanChangeStatus`!="activated"');
  const page = (change: SampleChanges['held'], tab: string): string =>
    change.temporal.url.replace(/history$/, tab);
  return [
    {
      file: 'temporal-ui-changes.png',
      url: `${temporalUi}/namespaces/default/workflows?query=${query}`,
      shows: 'account_not_active',
      height: 480,
    },
    {
      file: 'temporal-ui-change.png',
      url: page(changes.completed, 'timeline'),
      shows: 'send the mail to the customer',
      height: 900,
    },
    {
      file: 'temporal-ui-details.png',
      url: page(changes.held, 'user-metadata'),
      shows: 'Nothing was charged',
      inFrame: true,
      height: 690,
    },
  ];
}

async function takeTemporal(browser: Browser, { file, url, shows, inFrame, height }: Picture): Promise<void> {
  const width = Math.round(WIDTH / UI_SCALE);
  const page = await browser.newPage({
    viewport: { width: width + UI_NAVIGATION.width, height: height + UI_NAVIGATION.height },
    deviceScaleFactor: UI_SCALE,
  });
  const columns = JSON.stringify({ default: COLUMNS.map((label) => ({ label })) });
  await page.addInitScript(`
    localStorage.setItem(${JSON.stringify(COLUMNS_KEY)}, ${JSON.stringify(columns)});`);
  await page.goto(url);
  const place = inFrame === true ? page.locator('iframe').last().contentFrame() : page;
  await place.getByText(shows).first().waitFor();
  // A timeline reads best from its beginning.
  const order = page.getByRole('button', { name: 'Descending' });
  if (await order.isVisible()) await order.click();
  await page.screenshot({
    path: path.join(IMAGES, file),
    clip: { x: UI_NAVIGATION.width, y: UI_NAVIGATION.height, width, height },
    animations: 'disabled',
  });
  await page.close();
  console.log(`docs/images/${file}`);
}

async function takeOutbox(browser: Browser, outbox: string): Promise<void> {
  const page = await browser.newPage({ viewport: { width: WIDTH, height: 1_000 } });
  await page.goto(outbox);
  const mail = page.getByRole('article', { name: /^Your plan is now/ }).first();
  await mail.scrollIntoViewIfNeeded();
  await mail.locator('iframe').contentFrame().getByText('Your plan change is complete').waitFor();
  const box = await mail.boundingBox();
  await page.screenshot({
    path: path.join(IMAGES, 'outbox.png'),
    ...(box && { clip: { x: 0, y: box.y, width: WIDTH, height: box.height } }),
  });
  await page.close();
  console.log('docs/images/outbox.png');
}

async function takeCustomerPage(
  browser: Browser,
  system: RunningSystem,
  { planChangeId }: SampleChanges['awaitingConsent'],
): Promise<void> {
  await createApiClient(system.api, system.agentKey).sendConsentLink(planChangeId);
  const link = await awaitLink(system.outbox, planChangeId);
  for (const { file, width } of CUSTOMER_PAGES) {
    const page = await browser.newPage({ viewport: { width, height: 800 } });
    await page.goto(`${system.api}${link.page}`);
    await page.getByRole('button', { name: 'Agree to the change' }).waitFor();
    await saveWhole(page, file);
    await page.close();
  }
}

async function saveWhole(page: Page, file: string): Promise<void> {
  await page.screenshot({ path: path.join(IMAGES, file), fullPage: true, animations: 'disabled' });
  console.log(`docs/images/${file}`);
}
