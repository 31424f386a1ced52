import path from 'node:path';
import { z } from 'zod';
import { roleUrl } from '../../db/migrate.ts';
import { derivedPasswords } from '../stack/database-passwords.ts';
import { readJson } from '../stack/private-file.ts';
import { ImportError } from './import-error.ts';

const endpointsSchema = z.object({ databaseUrl: z.url() });
const passwordsSchema = z.object({ migrator: z.string() });

export interface DatabaseHints {
  /** --database of the command line. */
  readonly given: string | undefined;
  /** DATA_DIR of the running `npm start`. */
  readonly dataDir: string;
  /** DATABASE_URL, where `npm start` runs on a PostgreSQL that it was given. */
  readonly serverUrl: string | undefined;
}

/**
 * The database to import into, as its migrator, because the app's own role may not make customers: the one
 * given, else that of the `npm start` that is running. Its endpoints.json, which is there only while it runs,
 * names the database.
 * @throws ImportError when neither is there
 */
export async function findDatabase({ given, dataDir, serverUrl }: DatabaseHints): Promise<string> {
  if (given !== undefined) return checkedUrl(given);
  const endpoints = endpointsSchema.safeParse(await readJson(path.join(dataDir, 'endpoints.json')));
  if (!endpoints.success) {
    throw new ImportError(
      `No system is running on ${dataDir}: run \`npm start\` first (in another terminal), or name a database with --database URL.`,
    );
  }
  return roleUrl(endpoints.data.databaseUrl, 'migrator', await migratorPassword(dataDir, serverUrl));
}

async function migratorPassword(dataDir: string, serverUrl: string | undefined): Promise<string> {
  if (serverUrl !== undefined && serverUrl !== '') return derivedPasswords(checkedUrl(serverUrl)).migrator;
  const kept = passwordsSchema.safeParse(await readJson(path.join(dataDir, 'database-passwords.json')));
  if (kept.success) return kept.data.migrator;
  throw new ImportError(
    'The running system uses a PostgreSQL that it was given: set DATABASE_URL as for `npm start`, or name the database with --database URL.',
  );
}

function checkedUrl(url: string): string {
  if (URL.canParse(url) && /^postgres(ql)?:$/.test(new URL(url).protocol)) return url;
  throw new ImportError(
    'The database must be a URL such as postgres://migrator:PASSWORD@127.0.0.1:5432/plan_change.',
  );
}
