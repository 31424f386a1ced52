import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { launchChromium } from '../../dev/browser/chromium.ts';

/** A phone, in CSS pixels. */
export const PHONE = { width: 390, height: 844 } as const;
export const DESKTOP = { width: 1_280, height: 900 } as const;

/** Generous: the machine may be busy. */
const TIMEOUT_MS = 20_000;

let browser: Promise<Browser> | undefined;

export interface VisitOptions extends BrowserContextOptions {
  /** Where every request belongs; one to elsewhere is refused and noted. */
  readonly origin: string;
}

/** One person at one browser: cookies and storage of its own, and note of all that goes wrong. */
export interface Visit {
  readonly context: BrowserContext;
  readonly page: Page;
  /** Errors and warnings of the console, uncaught exceptions, and breaches of the Content-Security-Policy. */
  readonly consoleErrors: readonly string[];
  /** Requests that got no answer, as `METHOD path: reason`. */
  readonly failedRequests: readonly string[];
  /** Requests to another origin; they were not let through. */
  readonly thirdPartyRequests: readonly string[];
  /** Bytes of all bodies received so far, as sent over the wire (compressed, if they were). */
  transferredBytes(): Promise<number>;
  /** What axe finds on the page as it is, serious or critical: `rule: help (elements)`. */
  seriousViolations(): Promise<string[]>;
  /** Whether the page is wider than the window. */
  scrollsSideways(): Promise<boolean>;
  /** Every request gets its answer so many milliseconds later. */
  slowDown(milliseconds: number): Promise<void>;
  close(): Promise<void>;
}

/**
 * A new context and page in the one browser of the run (started at the first use, ended by `closeBrowser` in
 * global-setup). The options are Playwright's: `viewport`, `javaScriptEnabled: false`, `colorScheme`, `timezoneId`…;
 * `visit.context.setOffline(true)` cuts it off. Throws StartError saying what to install when there is no Chromium.
 */
export async function visit({ origin, ...options }: VisitOptions): Promise<Visit> {
  const running = await (browser ??= launchChromium({ env: process.env }));
  const context = await running.newContext({ viewport: DESKTOP, ...options });
  context.setDefaultTimeout(TIMEOUT_MS);
  const thirdPartyRequests: string[] = [];
  await context.route(
    (url) => url.origin !== origin && !['data:', 'blob:'].includes(url.protocol),
    async (route) => {
      thirdPartyRequests.push(route.request().url());
      await route.abort();
    },
  );
  const page = await context.newPage();
  const consoleErrors: string[] = [];
  const failedRequests: string[] = [];
  const bodies: Promise<number>[] = [];
  context.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) consoleErrors.push(message.text());
  });
  context.on('weberror', (problem) => consoleErrors.push(problem.error().message));
  context.on('requestfailed', (request) => {
    const { pathname } = new URL(request.url());
    failedRequests.push(`${request.method()} ${pathname}: ${request.failure()?.errorText ?? 'unknown'}`);
  });
  context.on('requestfinished', (request) => {
    bodies.push(
      request.sizes().then(
        (sizes) => sizes.responseBodySize,
        () => 0,
      ),
    );
  });
  return {
    context,
    page,
    consoleErrors,
    failedRequests,
    thirdPartyRequests,
    async transferredBytes() {
      return (await Promise.all(bodies)).reduce((sum, size) => sum + size, 0);
    },
    async seriousViolations() {
      const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
      return violations
        .filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .map(({ id, help, nodes }) => `${id}: ${help} (${nodes.map(({ html }) => html).join(', ')})`);
    },
    async scrollsSideways() {
      return page.evaluate('document.documentElement.scrollWidth > window.innerWidth');
    },
    async slowDown(milliseconds) {
      const session = await context.newCDPSession(page);
      const unlimited = { downloadThroughput: -1, uploadThroughput: -1 };
      await session.send('Network.emulateNetworkConditions', {
        offline: false,
        latency: milliseconds,
        ...unlimited,
      });
    },
    close: () => context.close(),
  };
}

/** Ends the browser of the run, if one was started. */
export async function closeBrowser(): Promise<void> {
  const running = browser;
  browser = undefined;
  await running?.then(
    (started) => started.close(),
    () => undefined,
  );
}
