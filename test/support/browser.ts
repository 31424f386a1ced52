import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, BrowserContext, BrowserContextOptions, Page, Request } from 'playwright-core';
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
  /**
   * Errors and warnings of the console, uncaught exceptions, and breaches of the Content-Security-Policy. What
   * the browser itself says there about requests is in the two lists that follow.
   */
  readonly consoleErrors: readonly string[];
  /** Requests that got no answer, as `METHOD path: reason`. */
  readonly failedRequests: readonly string[];
  /** Answers from 400 upwards, as `METHOD path: status`. */
  readonly errorAnswers: readonly string[];
  /** Requests to another origin; none is let through. */
  readonly thirdPartyRequests: readonly string[];
  /** Bytes of all bodies received so far, as sent over the wire (compressed, if they were). */
  transferredBytes(): Promise<number>;
  /**
   * What axe finds on the page as it is, serious or critical: `rule: help (elements)`. It is a script, and throws
   * when the visit has none: look at such a page in a visit with JavaScript.
   */
  seriousViolations(): Promise<string[]>;
  /** Whether the page is wider than the window. */
  scrollsSideways(): Promise<boolean>;
  /** From now on the page is cut off, or every answer comes so many milliseconds later; `{}` ends both. */
  setNetwork(conditions: { readonly offline?: boolean; readonly latencyMs?: number }): Promise<void>;
  close(): Promise<void>;
}

/**
 * A new context and page in the one browser of the run (started at the first use, ended by `closeBrowser` in
 * global-setup). The options are Playwright's: `viewport`, `javaScriptEnabled: false`, `colorScheme`, `timezoneId`….
 * Throws StartError saying what to install when there is no Chromium.
 */
export async function visit({ origin, ...options }: VisitOptions): Promise<Visit> {
  const running = await (browser ??= launchChromium({ env: process.env }));
  const context = await running.newContext({ viewport: DESKTOP, ...options });
  context.setDefaultTimeout(TIMEOUT_MS);
  const isForeign = (url: URL): boolean =>
    url.origin !== origin && !['data:', 'blob:'].includes(url.protocol);
  await context.route(isForeign, (route) => route.abort());
  const page = await context.newPage();
  const network = await context.newCDPSession(page);
  const thirdPartyRequests: string[] = [];
  const consoleErrors: string[] = [];
  const failedRequests: string[] = [];
  const errorAnswers: string[] = [];
  const bodies: Promise<number>[] = [];
  context.on('console', (message) => {
    const isOfRequest = message.text().startsWith('Failed to load resource:');
    if (['error', 'warning'].includes(message.type()) && !isOfRequest) consoleErrors.push(message.text());
  });
  context.on('weberror', (problem) => consoleErrors.push(problem.error().message));
  context.on('request', (request) => {
    if (isForeign(new URL(request.url()))) thirdPartyRequests.push(request.url());
  });
  context.on('requestfailed', (request) => {
    failedRequests.push(`${nameOf(request)}: ${request.failure()?.errorText ?? 'unknown'}`);
  });
  context.on('response', (response) => {
    if (response.status() >= 400) errorAnswers.push(`${nameOf(response.request())}: ${response.status()}`);
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
    errorAnswers,
    thirdPartyRequests,
    async transferredBytes() {
      return (await Promise.all(bodies)).reduce((sum, size) => sum + size, 0);
    },
    async seriousViolations() {
      if (options.javaScriptEnabled === false)
        throw new Error('axe cannot run in a visit without JavaScript');
      const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
      return violations
        .filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .map(({ id, help, nodes }) => `${id}: ${help} (${nodes.map(({ html }) => html).join(', ')})`);
    },
    async scrollsSideways() {
      return page.evaluate('document.documentElement.scrollWidth > window.innerWidth');
    },
    async setNetwork({ offline = false, latencyMs = 0 }) {
      await network.send('Network.emulateNetworkConditions', {
        offline,
        latency: latencyMs,
        downloadThroughput: -1,
        uploadThroughput: -1,
      });
    },
    close: () => context.close(),
  };
}

function nameOf(request: Request): string {
  return `${request.method()} ${new URL(request.url()).pathname}`;
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
