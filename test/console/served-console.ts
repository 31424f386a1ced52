import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { createApp } from '../../api/app.ts';
import { createHttpServer } from '../../api/http-server.ts';
import { buildConsole } from '../../dev/stack/console-build.ts';
import type { AgentRole } from '../../dev/seed/seed-agents.ts';
import type { ApiRig } from '../support/api-rig.ts';
import { visit, type Visit } from '../support/browser.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** Somewhat longer than a page waits between two readings. */
const NEXT_READING_MS = 8_000;

const CHECKOUT = fileURLToPath(new URL('../../', import.meta.url));

/** The console of a rig's API, built from the sources as they are. */
export interface ServedConsole {
  readonly origin: string;
  /** A browser of its own in which this agent is signed in, at a path below /console. */
  signedIn(role: AgentRole, path: string, options?: BrowserContextOptions): Promise<Visit>;
  close(): Promise<void>;
}

/** Lets a page that reads again by itself do so now. */
export async function nextReading(page: Page): Promise<void> {
  await page.clock.fastForward(NEXT_READING_MS);
}

export async function serveConsole(api: ApiRig): Promise<ServedConsole> {
  const home = temporaryFolder();
  const { folder } = await buildConsole({ checkout: CHECKOUT, dataDir: home.path });
  const server = createHttpServer((request, response) => {
    app(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const app = createApp({ ...api.deps, publicUrl: origin, consoleFolder: folder });
  const visits: Visit[] = [];
  return {
    origin,
    async signedIn(role, path, options = {}) {
      const visited = await visit({ origin, ...options });
      visits.push(visited);
      const { page } = visited;
      // Time goes on as it does, and can be set forward.
      await page.clock.install();
      await page.goto(`${origin}/console${path}`);
      await page.getByLabel('API key').fill(api.keys[role]);
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByRole('banner').waitFor();
      return visited;
    },
    async close() {
      await Promise.all(visits.map((visited) => visited.close()));
      server.close();
      server.closeAllConnections();
      home.remove();
    },
  };
}
