import { chmod, rm } from 'node:fs/promises';
import path from 'node:path';
import type { DevelopmentKeys } from './development-keys.ts';
import { readJson, writePrivateJson } from './private-file.ts';

/** DATA_DIR/endpoints.json. Public: other programs read it (design.md, "What `npm start` writes"). */
export interface Endpoints {
  /** Origins, without path or trailing slash. */
  readonly api: string;
  readonly outbox: string;
  /** Full URLs. */
  readonly console: string;
  readonly docs: string;
  readonly temporalUi: string;
  readonly temporalAddress: string;
  /** As the app's own role. */
  readonly databaseUrl: string;
  readonly keys: DevelopmentKeys;
}

const endpointsFile = (dataDir: string): string => path.join(dataDir, 'endpoints.json');

/** Written only when the API says it is ready: its being there says so to others. */
export async function writeEndpoints(dataDir: string, endpoints: Endpoints): Promise<void> {
  await writePrivateJson(endpointsFile(dataDir), endpoints);
}

export async function removeEndpoints(dataDir: string): Promise<void> {
  await rm(endpointsFile(dataDir), { force: true });
}

/** Where the API of a running start is, for a message; undefined when it is not known. */
export async function runningApi(dataDir: string): Promise<string | undefined> {
  const endpoints = await readJson(endpointsFile(dataDir));
  const api = (endpoints as Partial<Endpoints> | undefined)?.api;
  return typeof api === 'string' ? api : undefined;
}

export async function writeDemoCustomers(dataDir: string, customers: readonly unknown[]): Promise<void> {
  await writePrivateJson(path.join(dataDir, 'demo-customers.json'), customers);
}

/** SQLite makes its files with the common mode; histories are nobody else's business. */
export async function closeToOthers(files: readonly string[]): Promise<void> {
  for (const file of files) await chmod(file, 0o600).catch(() => undefined);
}
