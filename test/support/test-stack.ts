import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { migrate, rightsOnDatabase, roleUrl } from '../../db/migrate.ts';
import type { FaultInput } from '../../dev/sendgrid-double/faults.ts';
import type { Mail } from '../../dev/sendgrid-double/mail-store.ts';
import { serveSendgridDouble } from '../../dev/sendgrid-double/serve.ts';
import { cacheFolder } from '../../dev/stack/cache-folder.ts';
import { freePort, freePorts } from '../../dev/stack/free-port.ts';
import { pollUntil } from '../../dev/stack/poll.ts';
import { findPostgresHome } from '../../dev/stack/postgres-home.ts';
import {
  ownerUrl,
  postgresAnswers,
  postgresCommand,
  prepareCluster,
  withConnection,
} from '../../dev/stack/postgres.ts';
import type { ProcessMark } from '../../dev/stack/process.ts';
import { resolveTemporalBinary } from '../../dev/stack/temporal-binary.ts';
import {
  keepClosedWorkflows,
  registerSearchAttributes,
  temporalAnswers,
} from '../../dev/stack/temporal-namespace.ts';
import { temporalCommand } from '../../dev/stack/temporal-server.ts';
import { makeTestFolder } from './test-folder.ts';

export { freePort, freePorts } from '../../dev/stack/free-port.ts';
export { eventually } from './eventually.ts';

const TEMPLATE = 'plan_change_template';
const passwords = { migrator: secret(), app: secret(), auditor: secret() };

export interface TestPostgres {
  /** The superuser's URL of the database postgres. */
  readonly ownerUrl: string;
  readonly mark: ProcessMark;
  /** Starts it again on the same data and port, after a test killed it. */
  restart(): Promise<void>;
  readonly stop: () => void;
}

export interface TestDatabase {
  readonly name: string;
  readonly ownerUrl: string;
  readonly migratorUrl: string;
  readonly appUrl: string;
  readonly auditorUrl: string;
  drop(): Promise<void>;
}

export interface TestTemporal {
  readonly address: string;
  readonly uiUrl: string;
  readonly metricsUrl: string;
  readonly namespace: string;
  readonly mark: ProcessMark;
  /** Starts it again on the same data and ports, after a test killed it. */
  restart(): Promise<void>;
  readonly stop: () => void;
}

function secret(): string {
  return randomBytes(12).toString('hex');
}

/** Calls `make` at the first use only; a failed first use may be tried again. */
function shared<T>(make: () => Promise<T>): { get: () => Promise<T>; started: () => Promise<T> | undefined } {
  let value: Promise<T> | undefined;
  const get = (): Promise<T> => {
    value ??= make().catch((error: unknown) => {
      value = undefined;
      throw error;
    });
    return value;
  };
  return { get, started: () => value };
}

const postgres = shared(() => startTestPostgres({ durable: false }));
const temporal = shared(() => startTestTemporal());
const template = shared(async () => {
  const { ownerUrl: server } = await postgres.get();
  await withConnection(server, (client) => client.query(`CREATE DATABASE ${TEMPLATE}`));
  await migrate({ ownerUrl: inDatabase(server, TEMPLATE), passwords });
});
let databases = 0;

/** The run's PostgreSQL cluster, started at the first call. */
export function testPostgres(): Promise<TestPostgres> {
  return postgres.get();
}

/** The run's Temporal server, started at the first call. */
export function testTemporal(): Promise<TestTemporal> {
  return temporal.get();
}

/** A database of its own for a suite: a clone of the migrated template. `name` shows in pg_stat_activity. */
export async function createTestDatabase(name: string): Promise<TestDatabase> {
  const { ownerUrl: server } = await postgres.get();
  await template.get();
  databases += 1;
  const database = `${name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .slice(0, 40)}_${databases}`;
  await withConnection(server, async (client) => {
    await client.query(`CREATE DATABASE ${database} TEMPLATE ${TEMPLATE}`);
    // Rights on the database itself are not cloned.
    await client.query(rightsOnDatabase(database));
  });
  const owner = inDatabase(server, database);
  return {
    name: database,
    ownerUrl: owner,
    migratorUrl: roleUrl(owner, 'migrator', passwords.migrator),
    appUrl: roleUrl(owner, 'app', passwords.app),
    auditorUrl: roleUrl(owner, 'auditor', passwords.auditor),
    async drop() {
      await withConnection(server, (client) =>
        client.query(`DROP DATABASE IF EXISTS ${database} WITH (FORCE)`),
      );
    },
  };
}

function inDatabase(url: string, database: string): string {
  const other = new URL(url);
  other.pathname = `/${database}`;
  return other.href;
}

/** A cluster of its own, for a suite that kills it. Stopped at the end of the run at the latest. */
export async function startTestPostgres(options: { durable: boolean }): Promise<TestPostgres> {
  const outside: string[] = [];
  const folder = makeTestFolder({ alsoRemove: () => outside });
  const home = await findPostgresHome({ dataDir: folder.path });
  if (home.outside !== undefined) outside.push(home.outside);
  const password = secret();
  const port = await freePort();
  await prepareCluster(home, password, options);
  const start = async (): Promise<ProcessMark> => {
    const mark = folder.run('postgres', postgresCommand(home, { port, ...options }));
    if (await pollUntil(() => postgresAnswers({ port, password }), { within: 20_000, every: 20 }))
      return mark;
    throw new Error(`PostgreSQL does not answer; its log is in ${folder.path}`);
  };
  let mark = await start();
  return {
    ownerUrl: ownerUrl({ port, password, database: 'postgres' }),
    get mark() {
      return mark;
    },
    async restart() {
      mark = await start();
    },
    stop: folder.remove,
  };
}

/** A Temporal server of its own, for a suite that kills it. Stopped at the end of the run at the latest. */
export async function startTestTemporal(): Promise<TestTemporal> {
  const folder = makeTestFolder();
  const [port = 0, uiPort = 0, metricsPort = 0] = await freePorts(3);
  const env = process.env;
  const { file } = await resolveTemporalBinary({ env, cacheDir: cacheFolder(env), fallbackDir: folder.path });
  const [address, namespace] = [`127.0.0.1:${port}`, 'default'];
  const databaseFile = path.join(folder.path, 'temporal.db');
  const start = async (): Promise<ProcessMark> => {
    const ports = { port, uiPort, metricsPort };
    const mark = folder.run(
      'temporal',
      temporalCommand({ binary: file, ...ports, databaseFile, namespace, env }),
    );
    if (await pollUntil(() => temporalAnswers(address, namespace), { within: 20_000, every: 20 }))
      return mark;
    throw new Error(`The Temporal server does not answer; its log is in ${folder.path}`);
  };
  let mark = await start();
  await registerSearchAttributes({ address }, namespace);
  await keepClosedWorkflows({ address }, namespace);
  return {
    address,
    uiUrl: `http://127.0.0.1:${uiPort}`,
    metricsUrl: `http://127.0.0.1:${metricsPort}/metrics`,
    namespace,
    get mark() {
      return mark;
    },
    async restart() {
      mark = await start();
    },
    stop: folder.remove,
  };
}

export interface TestSendgrid {
  readonly origin: string;
  /** Newest first. */
  messages(): Promise<Mail[]>;
  /** What happens to the next requests, in order; an empty list ends it. */
  setFaults(faults: readonly FaultInput[]): Promise<void>;
  stop(): Promise<void>;
}

/** A SendGrid double of its own, in this process. */
export async function startSendgridDouble(): Promise<TestSendgrid> {
  const folder = makeTestFolder();
  const double = await serveSendgridDouble({ port: 0, file: path.join(folder.path, 'outbox.jsonl') });
  return {
    origin: double.origin,
    async messages() {
      return (await (await fetch(`${double.origin}/messages`)).json()) as Mail[];
    },
    async setFaults(faults) {
      const headers = { 'content-type': 'application/json' };
      const answer = await fetch(`${double.origin}/faults`, {
        method: 'PUT',
        headers,
        body: JSON.stringify(faults),
      });
      if (!answer.ok) throw new Error(`the double refused these faults: ${await answer.text()}`);
    },
    async stop() {
      await double.close();
      folder.remove();
    },
  };
}

/** Ends what was started for the run. A failed start has nothing to end. */
export async function stopTestStack(): Promise<void> {
  for (const part of [temporal.started(), postgres.started()]) {
    await part?.then(
      (running) => {
        running.stop();
      },
      () => undefined,
    );
  }
}
