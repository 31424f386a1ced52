import { createHash } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Knex } from 'knex';
import { openDatabase } from '../../db/knex.ts';

import { insertAccount, type AccountOverrides, type TestAccount } from '../seed/test-account.ts';
import { databasePasswords } from '../stack/database-passwords.ts';
import { randomBase62 } from '../stack/development-keys.ts';
import { freePorts } from '../stack/free-port.ts';
import { readPidFile } from '../stack/pid-file.ts';
import { pollUntil } from '../stack/poll.ts';
import { ownerUrl } from '../stack/postgres.ts';
import { isAlive, signalProcess, type ProcessMark } from '../stack/process.ts';
import { createStack } from '../stack/stack.ts';
import { readStartConfig } from '../stack/start-config.ts';
import { createCommitTrap, type CommitTrap } from './commit-trap.ts';
import { startFaultyLink, type FaultyLink } from './faulty-link.ts';
import { retrying } from './retrying.ts';

export const PARTS = ['worker', 'api', 'temporal', 'postgres'] as const;
export type Part = (typeof PARTS)[number];

/** Ways between the product's processes and their servers, each behind a proxy of ours. */
export const LINKS = [
  'worker-postgres',
  'worker-temporal',
  'worker-mail',
  'api-postgres',
  'api-temporal',
] as const;
export type LinkName = (typeof LINKS)[number];

/** The whole system as `npm start` runs it, on its own folder and ports, with a hand on every process and way. */
export interface System {
  readonly api: string;
  readonly outbox: string;
  readonly temporalAddress: string;
  readonly auditorUrl: string;
  readonly bundlePath: string;
  readonly dataDir: string;
  /** As the superuser, past every proxy. */
  readonly owner: Knex;
  /** API keys of agents, each with limits of its own. */
  readonly agentKeys: readonly string[];
  readonly keys: Readonly<Record<'agent' | 'supervisor' | 'ops' | 'auditor', string>>;
  link(name: LinkName): FaultyLink;
  trap(on: 'worker' | 'api'): CommitTrap;
  account(overrides?: AccountOverrides): Promise<TestAccount>;
  /** `kill -9`; the supervisor starts it again. False when it was not running. */
  kill(part: Part | 'outbox'): boolean;
  /** Ends it as a release does: what is under way may finish; the supervisor starts it again. */
  drain(part: 'worker' | 'api'): boolean;
  /** Waits until the killed process has a successor and /readyz answers 200. Milliseconds it took; undefined: never. */
  backAfter(part: Part, killed: ProcessMark | undefined, within: number): Promise<number | undefined>;
  mark(part: Part | 'outbox'): ProcessMark | undefined;
  isReady(): Promise<boolean>;
  /** Everything that the processes have written to their logs. */
  logs(): string;
  stop(): Promise<void>;
}

export interface SystemOptions {
  readonly agents?: number;
  readonly checkout?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly say?: (line: string) => void;
}

const CHECKOUT = fileURLToPath(new URL('../..', import.meta.url));
/** Restarts come after a second at the most, however often a part is killed. */
const FIRST_PAUSE = 20;

/** Starts it. All it starts is ended by `stop`, by process id. Rejects when it does not come up. */
export async function startSystem(options: SystemOptions = {}): Promise<System> {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'plan-change-chaos-'));
  // As root, PostgreSQL runs as another user, who must get through to its own folder in here.
  if (process.getuid?.() === 0) chmodSync(dataDir, 0o711);
  const links = new Map<LinkName, FaultyLink>();
  const traps = { worker: createCommitTrap(), api: createCommitTrap() };
  const link = async (name: LinkName, host: string, port: number): Promise<string> => {
    const way = await startFaultyLink({ host, port });
    links.set(name, way);
    return `127.0.0.1:${way.port}`;
  };
  const [api, postgres, temporal, temporalUi, temporalMetrics, outbox] = (await freePorts(6)).map(String);
  const stack = createStack({
    config: readStartConfig({
      ...ownEnvironment(options.env ?? process.env),
      ...{ DATA_DIR: dataDir, SEED_ACCOUNTS: '0', API_PORT: api, POSTGRES_PORT: postgres },
      ...{ TEMPORAL_PORT: temporal, TEMPORAL_UI_PORT: temporalUi, TEMPORAL_METRICS_PORT: temporalMetrics },
      OUTBOX_PORT: outbox,
    }),
    checkout: options.checkout ?? CHECKOUT,
    starting: new AbortController(),
    say: options.say ?? (() => undefined),
    quiet: true,
    firstPause: FIRST_PAUSE,
    async envFor(part, env) {
      const through = { ...env };
      const database = new URL(env['DATABASE_URL'] ?? '');
      database.host = await link(`${part}-postgres`, database.hostname, Number(database.port));
      through['DATABASE_URL'] = database.href;
      links.get(`${part}-postgres`)?.tapWith(traps[part].makeTap);
      const [host = '', port] = (env['TEMPORAL_ADDRESS'] ?? '').split(':');
      through['TEMPORAL_ADDRESS'] = await link(`${part}-temporal`, host, Number(port));
      if (part === 'worker') {
        const mail = new URL(env['SENDGRID_BASE_URL'] ?? '');
        through['SENDGRID_BASE_URL'] =
          `http://${await link('worker-mail', mail.hostname, Number(mail.port))}`;
      }
      return through;
    },
  });
  // Whatever happens to this process, its children do not outlive it.
  const last = (): void => {
    stack.kill();
    remove();
  };
  process.once('exit', last);
  const release = (): void => {
    process.off('exit', last);
    remove();
  };
  const remove = (): void => {
    for (const outside of postgresOutside(dataDir)) rmSync(outside, { recursive: true, force: true });
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const { endpoints } = await stack.up();
    const passwords = await databasePasswords(dataDir);
    const { port } = new URL(endpoints.databaseUrl);
    const as = (user: string, password: string): string => {
      const url = new URL(endpoints.databaseUrl);
      url.username = user;
      url.password = password;
      return url.href;
    };
    const owner = openDatabase({
      url: ownerUrl({ port: Number(port), password: passwords.superuser }),
      applicationName: 'plan-change chaos',
    });
    const runFolder = path.join(dataDir, 'run');
    const isReady = async (): Promise<boolean> => {
      try {
        const answer = await fetch(`${endpoints.api}/readyz`, { signal: AbortSignal.timeout(3_000) });
        await answer.arrayBuffer();
        return answer.status === 200;
      } catch {
        return false;
      }
    };
    const mark = (part: Part | 'outbox'): ProcessMark | undefined => readPidFile(runFolder, part);
    return {
      api: endpoints.api,
      outbox: endpoints.outbox,
      temporalAddress: endpoints.temporalAddress,
      auditorUrl: as('auditor', passwords.auditor),
      bundlePath: path.join(dataDir, 'workflow-bundle.js'),
      dataDir,
      owner,
      agentKeys: await seedAgentKeys(owner, options.agents ?? 8),
      keys: endpoints.keys,
      link(name) {
        const found = links.get(name);
        if (!found) throw new Error(`there is no link ${name}`);
        return found;
      },
      trap: (on) => traps[on],
      account: (overrides) => retrying(() => insertAccount(owner, overrides)),
      kill(part) {
        const found = mark(part);
        return found !== undefined && signalProcess(found, 'SIGKILL');
      },
      drain(part) {
        const found = mark(part);
        return found !== undefined && signalProcess(found, 'SIGTERM');
      },
      mark,
      async backAfter(part, killed, within) {
        const since = Date.now();
        const isBack = await pollUntil(
          async () => {
            const now = mark(part);
            return now !== undefined && now.pid !== killed?.pid && isAlive(now) && (await isReady());
          },
          { within, every: 50 },
        );
        return isBack ? Date.now() - since : undefined;
      },
      isReady,
      logs: () =>
        ['worker', 'api', 'temporal', 'postgres', 'outbox']
          .flatMap((name) => [`${name}.log`, `${name}.log.1`])
          .map((name) => readIfThere(path.join(dataDir, 'logs', name)))
          .join('\n'),
      async stop() {
        await owner.destroy();
        for (const way of links.values()) way.mend();
        await stack.down();
        await Promise.all([...links.values()].map((way) => way.close()));
        release();
      },
    };
  } catch (error) {
    stack.kill();
    for (const way of links.values()) await way.close();
    release();
    throw error;
  }
}

/** Servers and ports that the shell names are somebody else's. */
function ownEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(env).filter(
      ([name]) => !/^(TEMPORAL_|SENDGRID_|DATABASE_URL|PUBLIC_URL|.*_PORT$)/.test(name),
    ),
  );
}

async function seedAgentKeys(owner: Knex, count: number): Promise<string[]> {
  const keys: string[] = [];
  for (let number = 1; number <= count; number += 1) {
    const key = `pc_${randomBase62(8)}_${randomBase62(40)}`;
    const [agent] = await owner('agents')
      .insert({ handle: `chaos-${number}`, role: 'agent' })
      .returning<{ id: string }[]>('id');
    await owner('api_keys').insert({
      agent_id: agent?.id,
      prefix: key.slice(3, 11),
      key_sha256: createHash('sha256').update(key).digest('hex'),
    });
    keys.push(key);
  }
  return keys;
}

/** Where PostgreSQL lies when its user cannot get through to DATA_DIR. */
function postgresOutside(dataDir: string): string[] {
  try {
    const location: unknown = JSON.parse(readIfThere(path.join(dataDir, 'postgres-location.json')));
    return [(location as { outside: string }).outside];
  } catch {
    return [];
  }
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
