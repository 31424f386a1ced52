import { chown, mkdir, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { POSTGRES_MAJOR, toolCommand } from './postgres-binaries.ts';
import type { PostgresHome } from './postgres-home.ts';
import { commandLine, endProcess, processesIn, processMark, type Command } from './process.ts';
import { runCommand } from './run-command.ts';
import { explainLog, StartError } from './start-error.ts';

/** The superuser of the embedded cluster; used for migrations only. */
const SUPERUSER = 'postgres';
const DATABASE = 'plan_change';

/** Not durable is for tests that never kill it: the cluster is then no good after a crash. */
export interface Durability {
  readonly durable: boolean;
}

/**
 * Makes the cluster where there is none, whole or not at all (a temporary folder, then renamed). Throws
 * StartError when the cluster there was made by another major version, or the disk is full.
 */
export async function prepareCluster(
  home: PostgresHome,
  password: string,
  options: Durability,
): Promise<void> {
  const versionFile = path.join(home.cluster, 'PG_VERSION');
  if (existsSync(versionFile)) {
    const version = (await readFile(versionFile, 'utf8')).trim();
    if (version === String(POSTGRES_MAJOR)) return;
    throw new StartError(
      `The data in ${home.cluster} was made by PostgreSQL ${version}; this is PostgreSQL ${POSTGRES_MAJOR}.`,
      'Start with another DATA_DIR, or upgrade that data with pg_upgrade.',
    );
  }
  const temporary = `${home.cluster}.new`;
  const passwordFile = `${home.cluster}.password`;
  await rm(temporary, { recursive: true, force: true });
  await mkdir(path.dirname(home.cluster), { recursive: true });
  await mkdir(temporary, { mode: 0o700 });
  await rm(passwordFile, { force: true });
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600, flag: 'wx' });
  try {
    if (home.user) {
      await chown(temporary, home.user.uid, home.user.gid);
      await chown(passwordFile, home.user.uid, home.user.gid);
    }
    await initialise(home, temporary, passwordFile, options);
    await rm(home.cluster, { recursive: true, force: true });
    await rename(temporary, home.cluster);
  } finally {
    await rm(passwordFile, { force: true });
    await rm(temporary, { recursive: true, force: true });
  }
}

/** The built-in C.UTF-8 collation: the same order on every machine, whatever locales it has. */
async function initialise(
  home: PostgresHome,
  folder: string,
  passwordFile: string,
  options: Durability,
): Promise<void> {
  const args = [
    `--pgdata=${folder}`,
    `--username=${SUPERUSER}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--no-instructions',
    ...(options.durable ? [] : ['--no-sync']),
  ];
  const result = await runCommand(toolCommand(home.initdb, args, home.user), 120_000);
  if (result.code === 0) return;
  const output = `${result.stdout}\n${result.stderr}`;
  const last =
    output
      .trim()
      .split('\n')
      .findLast((line) => line.startsWith('initdb:')) ?? 'initdb was ended';
  throw (
    explainLog(output, folder) ??
    new StartError(
      `PostgreSQL could not make its data folder ${folder}: ${result.timedOut ? 'no end after two minutes' : last}.`,
      'Choose another DATA_DIR, or give a PostgreSQL 18 with DATABASE_URL.',
    )
  );
}

/** The server, on 127.0.0.1 only and without a socket file. Statements and row values stay out of its log. */
export function postgresCommand(home: PostgresHome, options: Durability & { port: number }): Command {
  const settings = {
    listen_addresses: '127.0.0.1',
    port: String(options.port),
    unix_socket_directories: '',
    max_connections: '200',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_error_verbosity: 'terse',
    log_min_error_statement: 'panic',
    ...(!options.durable && { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  return toolCommand(home.postgres, ['-D', home.cluster, ...flags], home.user);
}

/** The superuser's URL of a database in the embedded cluster. */
export function ownerUrl(options: { port: number; password: string; database?: string }): string {
  const url = new URL(`postgresql://127.0.0.1:${options.port}/${options.database ?? DATABASE}`);
  url.username = SUPERUSER;
  url.password = options.password;
  return url.href;
}

/** Runs `action` on one short-lived connection. */
export async function withConnection<T>(url: string, action: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: 5_000,
    query_timeout: 30_000,
    application_name: 'plan-change start',
  });
  // The server may go away while the connection is open: the query in flight rejects, this event is extra.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await action(client);
  } finally {
    await client.end();
  }
}

/** Whether the embedded server takes queries yet. */
export async function postgresAnswers(options: { port: number; password: string }): Promise<boolean> {
  try {
    await withConnection(ownerUrl({ ...options, database: 'postgres' }), (client) =>
      client.query('SELECT 1'),
    );
    return true;
  } catch {
    return false;
  }
}

export async function createDatabase(options: { port: number; password: string }): Promise<void> {
  await withConnection(ownerUrl({ ...options, database: 'postgres' }), async (client) => {
    const found = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [DATABASE]);
    if (found.rowCount === 0) await client.query(`CREATE DATABASE ${client.escapeIdentifier(DATABASE)}`);
  });
}

/**
 * Ends a server that still runs on this cluster, fast (transactions are rolled back, data is flushed). Of a killed
 * one, ends what is left: backends that have not noticed yet, and a postmaster.pid that would keep a new server
 * from starting because its number is a zombie's, or another process's by now.
 */
export async function endPostmaster(cluster: string): Promise<'absent' | 'stopped' | 'killed'> {
  const pidFile = path.join(cluster, 'postmaster.pid');
  if (!existsSync(pidFile)) return 'absent';
  const pid = Number((await readFile(pidFile, 'utf8')).split('\n', 1)[0]);
  const mark = Number.isInteger(pid) && pid > 0 ? processMark(pid) : undefined;
  if (mark && commandLine(pid).includes(cluster)) {
    return endProcess(mark, { signal: 'SIGINT', within: 15_000 });
  }
  const orphans = processesIn(await realpath(cluster));
  await Promise.all(orphans.map((orphan) => endProcess(orphan, { signal: 'SIGQUIT', within: 2_000 })));
  await rm(pidFile, { force: true });
  return 'absent';
}
