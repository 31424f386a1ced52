import path from 'node:path';
import { z } from 'zod';
import { readJson } from '../stack/private-file.ts';
import { DemoError } from './demo-error.ts';

const endpointsShape = z.object({
  api: z.url(),
  outbox: z.url(),
  temporalUi: z.url(),
  databaseUrl: z.url(),
  keys: z.object({ agent: z.string().min(1) }),
});

const customersShape = z.array(
  z.object({ accountNumber: z.string(), fullName: z.string(), serviceAddress: z.string() }),
);

/** What the customer tells the agent. */
export type DemoAccount = z.output<typeof customersShape>[number];

export interface RunningSystem {
  /** Origins, without a trailing slash. */
  readonly api: string;
  readonly outbox: string;
  readonly temporalUi: string;
  /** As the app's role. */
  readonly databaseUrl: string;
  readonly agentKey: string;
  readonly accounts: readonly DemoAccount[];
}

/**
 * The system that `npm start` runs on `dataDir`: its endpoints.json is there only while it runs.
 * @throws DemoError when nothing runs there
 */
export async function findRunningSystem(dataDir: string): Promise<RunningSystem> {
  const endpoints = endpointsShape.safeParse(await readJson(path.join(dataDir, 'endpoints.json')));
  const accounts = customersShape.safeParse(await readJson(path.join(dataDir, 'demo-customers.json')));
  if (!endpoints.success || !accounts.success) {
    throw new DemoError(
      `No system is running on ${dataDir}: start it with \`npm start\` (in another terminal), or name its folder with --data-dir.`,
    );
  }
  const { keys, ...places } = endpoints.data;
  // From the end: whoever tries the system by hand takes the first ones.
  return { ...places, agentKey: keys.agent, accounts: accounts.data.toReversed() };
}
