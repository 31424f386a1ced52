import type { ChildProcess } from 'node:child_process';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { lastWords, readTail, rotateLog } from './log-tail.ts';
import { removePidFile, writePidFile } from './pid-file.ts';
import { pollUntil } from './poll.ts';
import { endProcess, signalProcess, spawnLogged, type Command, type ProcessMark } from './process.ts';
import { explainLog, StartError } from './start-error.ts';

export interface Service {
  /** Names its pid file and its log. */
  readonly name: string;
  /** For people, with article: "the worker". */
  readonly title: string;
  readonly command: Command;
  /** Whether it is up. */
  readonly answers: () => boolean | Promise<boolean>;
  readonly answersWithin: number;
  readonly stop: { readonly signal: NodeJS.Signals; readonly within: number };
  /** Runs before each start. */
  readonly prepare?: () => Promise<unknown>;
}

export interface SupervisorOptions {
  readonly runFolder: string;
  readonly logFolder: string;
  /** The folder named when the disk is full. */
  readonly dataDir: string;
  readonly say: (line: string) => void;
  /** Aborted with the reason when a child ends before `settle`, and to give up every wait. */
  readonly starting: AbortController;
  /** The pause before the first of a row of restarts, doubled for each next one up to fifty times as long. */
  readonly firstPause?: number;
}

export interface Supervisor {
  /** Starts a service and waits until it answers. Rejects with StartError when it ends or stays silent. */
  start(service: Service): Promise<void>;
  /** From now on a child that ends is no failed start: it is started again. */
  settle(): void;
  /** Stops all in this order, each with its bound, then SIGKILL. */
  stopAll(order: readonly string[]): Promise<void>;
  /** SIGKILL to all, at once. */
  killAll(): void;
  /** The process of a service that runs now. */
  mark(name: string): ProcessMark | undefined;
}

interface Entry {
  readonly service: Service;
  mark: ProcessMark | undefined;
  startedAt: number;
  logStart: number;
  failuresInARow: number;
}

const LONG_ENOUGH = 30_000;

/**
 * Keeps the children running: each in its own process group with a pid file and a log, started again with a
 * growing pause when it ends by itself.
 */
export function createSupervisor(options: SupervisorOptions): Supervisor {
  const entries = new Map<string, Entry>();
  const stopping = new AbortController();
  const firstPause = options.firstPause ?? 200;
  let isSettled = false;

  const launch = (entry: Entry): void => {
    const { service } = entry;
    const log = logFile(service.name);
    entry.logStart = rotateLog(log);
    entry.startedAt = Date.now();
    const child = spawnLogged(service.command, log);
    entry.mark =
      child.pid === undefined ? undefined : writePidFile(options.runFolder, service.name, child.pid);
    void ending(child).then((how) => {
      entry.mark = undefined;
      if (!stopping.signal.aborted) ended(entry, how);
    });
  };

  const ended = (entry: Entry, how: string): void => {
    const { service } = entry;
    removePidFile(options.runFolder, service.name);
    const log = logFile(service.name);
    const tail = readTail(log, entry.logStart);
    const known = explainLog(tail, options.dataDir);
    if (!isSettled) {
      const why = lastWords(tail);
      options.starting.abort(
        known ??
          new StartError(
            `${capital(service.title)} ended while starting (${how})${why === '' ? '' : `: ${why}`}`,
            `Its whole log is ${log}.`,
          ),
      );
      return;
    }
    if (known) options.say(`${known.message} ${known.advice}`);
    void revive(entry, how);
  };

  const revive = async (entry: Entry, how: string): Promise<void> => {
    const { service } = entry;
    entry.failuresInARow = Date.now() - entry.startedAt > LONG_ENOUGH ? 0 : entry.failuresInARow + 1;
    const pause = firstPause * Math.min(2 ** Math.max(entry.failuresInARow - 1, 0), 50);
    options.say(`${capital(service.title)} ended (${how}); it is started again.`);
    try {
      await delay(pause, undefined, { signal: stopping.signal });
      await service.prepare?.();
      stopping.signal.throwIfAborted();
      launch(entry);
      const { mark } = entry;
      const isUp = await pollUntil(
        async () => entry.mark !== mark || (mark !== undefined && (await service.answers())),
        { within: service.answersWithin, signal: stopping.signal },
      );
      // Another mark: it ended again meanwhile, and that has its own revival.
      if (entry.mark !== mark || mark === undefined) return;
      options.say(`${capital(service.title)} ${isUp ? 'is back' : 'runs again but does not answer yet'}.`);
    } catch (error) {
      if (!stopping.signal.aborted)
        options.say(`${capital(service.title)} cannot be started: ${String(error)}`);
    }
  };

  const logFile = (name: string): string => path.join(options.logFolder, `${name}.log`);

  return {
    async start(service) {
      await service.prepare?.();
      options.starting.signal.throwIfAborted();
      stopping.signal.throwIfAborted();
      const entry: Entry = { service, mark: undefined, startedAt: 0, logStart: 0, failuresInARow: 0 };
      entries.set(service.name, entry);
      launch(entry);
      const wait = { within: service.answersWithin, signal: options.starting.signal };
      if (await pollUntil(service.answers, wait)) return;
      throw new StartError(
        `${capital(service.title)} does not answer after ${service.answersWithin / 1000} s.`,
        `Its log is ${logFile(service.name)}.`,
      );
    },
    settle() {
      isSettled = true;
    },
    async stopAll(order) {
      stopping.abort();
      for (const name of order) {
        const entry = entries.get(name);
        if (!entry?.mark) continue;
        await endProcess(entry.mark, entry.service.stop);
        removePidFile(options.runFolder, name);
      }
    },
    killAll() {
      stopping.abort();
      for (const [name, { mark }] of entries) {
        if (!mark) continue;
        signalProcess(mark, 'SIGKILL', true);
        removePidFile(options.runFolder, name);
      }
    },
    mark: (name) => entries.get(name)?.mark,
  };
}

/** Resolves when the child is gone, or could not be started, with words for how. */
function ending(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code ?? error.message);
    });
    child.once('exit', (code, signal) => {
      resolve(signal ?? `exit code ${String(code)}`);
    });
  });
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
