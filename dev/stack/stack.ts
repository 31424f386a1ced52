import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { developmentKeys } from './development-keys.ts';
import { checkDiskSpace } from './disk-space.ts';
import { removeEndpoints, type Endpoints } from './endpoints.ts';
import { endLeftovers } from './leftovers.ts';
import { choosePorts, type Ports } from './ports.ts';
import { STOP_ORDER } from './services.ts';
import type { PortName, StartConfig } from './start-config.ts';
import { lockDataDir } from './start-lock.ts';
import { startTasks, type EnvFor, type Progress } from './start-tasks.ts';
import { createSupervisor } from './supervisor.ts';

const LAST_WORDS_WITHIN = 1_000;

export interface RunningStack {
  readonly endpoints: Endpoints;
  /** The environment of worker and API. */
  readonly env: NodeJS.ProcessEnv;
}

export interface Stack {
  /** Everything up and ready, step by step with progress. Rejects with the reason when `starting` is aborted. */
  up(): Promise<RunningStack>;
  /** Drains and ends every child, in order. */
  down(): Promise<void>;
  /** Ends every child at once. */
  kill(): void;
}

export interface StackOptions {
  readonly config: StartConfig;
  readonly checkout: string;
  readonly starting: AbortController;
  readonly say: (line: string) => void;
  /** No progress on the terminal. */
  readonly quiet?: boolean;
  /** Lets worker and API meet their servers elsewhere, behind a proxy. */
  readonly envFor?: EnvFor;
  /** As the supervisor's. */
  readonly firstPause?: number;
}

/** All the parts of one DATA_DIR, started in the order of their needs. */
export function createStack(options: StackOptions): Stack {
  const { config, checkout, starting, say, quiet = false, envFor, firstPause } = options;
  const { dataDir } = config;
  const runFolder = path.join(dataDir, 'run');
  const logFolder = path.join(dataDir, 'logs');
  const { signal } = starting;
  const supervisor = createSupervisor({
    ...{ runFolder, logFolder, dataDir, say, starting },
    ...(firstPause !== undefined && { firstPause }),
  });
  const done: { unlock?: () => void; ports?: Ports } = {};

  const prepare = async (): Promise<Pick<Progress, 'ports' | 'keys'>> => {
    const isFirst = !existsSync(path.join(dataDir, 'keys.json'));
    // As root, PostgreSQL runs as another user, who must get through to its own folder in here.
    await mkdir(dataDir, { recursive: true, mode: process.getuid?.() === 0 ? 0o711 : 0o700 });
    await mkdir(runFolder, { recursive: true, mode: 0o700 });
    await mkdir(logFolder, { recursive: true, mode: 0o700 });
    done.unlock = await lockDataDir(dataDir, runFolder);
    await removeEndpoints(dataDir);
    await endLeftovers(runFolder);
    await checkDiskSpace(dataDir, isFirst);
    done.ports = await choosePorts({
      set: config.ports,
      needed: neededPorts(config),
      dataDir,
      hostOf: (name) => (name === 'api' ? config.apiHost : '127.0.0.1'),
    });
    return { ports: done.ports, keys: await developmentKeys(dataDir) };
  };

  const up = async (): Promise<RunningStack> => {
    const start = await prepare();
    const parts = { config, checkout, supervisor, logFolder, signal, quiet, ...(envFor && { envFor }) };
    const running = startTasks(parts).run(start as Progress);
    try {
      const { endpoints, env } = await Promise.race([running, aborted(signal)]);
      supervisor.settle();
      return { endpoints, env };
    } catch (error) {
      // What the other steps still have to say comes before the reason.
      await Promise.race([running.catch(() => undefined), delay(LAST_WORDS_WITHIN)]);
      throw error;
    }
  };

  return {
    up,
    async down() {
      // Not ours while another start holds the lock.
      if (!done.unlock) return;
      await removeEndpoints(dataDir);
      await supervisor.stopAll(STOP_ORDER);
      done.ports?.release();
      done.unlock();
    },
    kill() {
      supervisor.killAll();
      done.ports?.release();
      done.unlock?.();
    },
  };
}

function neededPorts(config: StartConfig): PortName[] {
  return [
    ...(config.databaseUrl === undefined ? (['postgres'] as const) : []),
    ...(config.usesGivenTemporal ? [] : (['temporal', 'temporalUi', 'temporalMetrics'] as const)),
    ...(['outbox', 'api'] as const),
  ];
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const fail = (): void => {
      reject(signal.reason as Error);
    };
    if (signal.aborted) fail();
    else signal.addEventListener('abort', fail, { once: true });
  });
}
