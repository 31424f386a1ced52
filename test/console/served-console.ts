import type { BrowserContextOptions, Page } from 'playwright-core';
import type { AgentRole } from '../../dev/seed/seed-agents.ts';
import { createApiRig, type ApiRig } from '../support/api-rig.ts';
import { visit, type Visit } from '../support/browser.ts';
import { builtConsole } from '../support/console-build.ts';

/** Somewhat longer than a page waits between two readings. */
const NEXT_READING_MS = 8_000;

/** An API that serves the console, built from the sources as they are. */
export interface ServedConsole {
  readonly api: ApiRig;
  /** A browser of its own in which this agent is signed in, at a path below /console. */
  signedIn(role: AgentRole, path: string, options?: BrowserContextOptions): Promise<Visit>;
  /** Ends the visits and the API. */
  close(): Promise<void>;
}

/** Lets a page that reads again by itself do so now. */
export async function nextReading(page: Page): Promise<void> {
  await page.clock.fastForward(NEXT_READING_MS);
}

export async function serveConsole(name: string): Promise<ServedConsole> {
  const api = await createApiRig(name, { consoleFolder: await builtConsole() });
  const visits: Visit[] = [];
  return {
    api,
    async signedIn(role, path, options = {}) {
      const visited = await visit({ origin: api.origin, ...options });
      visits.push(visited);
      const { page } = visited;
      // Time goes on as it does, and can be set forward.
      await page.clock.install();
      await page.goto(`${api.origin}/console${path}`);
      await page.getByLabel('API key').fill(api.keys[role]);
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByRole('banner').waitFor();
      return visited;
    },
    async close() {
      await Promise.all(visits.map((visited) => visited.close()));
      await api.close();
    },
  };
}
