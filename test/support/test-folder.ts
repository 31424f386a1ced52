import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Command } from '../../dev/stack/process.ts';
import { processMark, signalProcess, spawnLogged, type ProcessMark } from '../../dev/stack/process.ts';
import { lockHolder } from '../../dev/stack/start-lock.ts';
import { pidFileNames, readPidFile, writePidFile } from '../../dev/stack/pid-file.ts';

const PREFIX = 'plan-change-test-';
const OWNER = 'owner';
const cleanups = new Set<() => void>();
let isHooked = false;

/** A temporary folder whose processes and files go when the run ends, however it ends. */
export interface TestFolder {
  readonly path: string;
  /** Starts a child noted in the folder. */
  readonly run: (name: string, command: Command) => ProcessMark;
  /** Kills what was started and removes everything. Synchronous, so that it works while the run is ending. */
  readonly remove: () => void;
}

/**
 * `alsoRemove`: folders that were made elsewhere for this one. `mode`: passable, unless told, for the user that
 * PostgreSQL runs as when the tests run as root. A `data` folder in it may be the DATA_DIR of an `npm start`.
 */
export function makeTestFolder(
  options: { alsoRemove?: () => readonly string[]; mode?: number } = {},
): TestFolder {
  reapAbandoned();
  const alsoRemove = options.alsoRemove ?? (() => []);
  const folder = mkdtempSync(path.join(tmpdir(), PREFIX));
  chmodSync(folder, options.mode ?? 0o711);
  writePidFile(folder, OWNER, process.pid);
  const remove = (): void => {
    cleanups.delete(remove);
    for (const extra of alsoRemove()) endAll(extra, []);
    endAll(folder, alsoRemove());
  };
  hookExit();
  cleanups.add(remove);
  return {
    path: folder,
    run(name, command) {
      const log = path.join(folder, `${name}.log`);
      const child = spawnLogged(command, log);
      child.on('error', () => undefined);
      child.unref();
      const mark = child.pid === undefined ? undefined : writePidFile(folder, name, child.pid);
      if (!mark) throw new Error(`${command.file} could not be started; its log is ${log}`);
      return mark;
    },
    remove,
  };
}

function endAll(folder: string, alsoRemove: readonly string[]): void {
  const dataDir = path.join(folder, 'data');
  const run = path.join(dataDir, 'run');
  const starter = processMark(lockHolder(run) ?? 0);
  // Before its children, which it would start again.
  if (starter) signalProcess(starter, 'SIGKILL');
  for (const notes of [folder, run]) {
    for (const name of pidFileNames(notes)) {
      const mark = name === OWNER ? undefined : readPidFile(notes, name);
      if (mark) signalProcess(mark, 'SIGKILL', true);
    }
  }
  for (const place of [...outsideOf(dataDir), ...alsoRemove, folder]) {
    rmSync(place, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Where an `npm start` put its PostgreSQL when that could not be in DATA_DIR. */
function outsideOf(dataDir: string): string[] {
  try {
    const location: unknown = JSON.parse(readFileSync(path.join(dataDir, 'postgres-location.json'), 'utf8'));
    return [(location as { outside: string }).outside];
  } catch {
    return [];
  }
}

/** A run that was killed could clean nothing up: the next one does. */
function reapAbandoned(): void {
  for (const name of readdirSync(tmpdir())) {
    const folder = path.join(tmpdir(), name);
    const isOurs = name.startsWith(PREFIX) && pidFileNames(folder).includes(OWNER);
    if (!isOurs || readPidFile(folder, OWNER)) continue;
    try {
      endAll(folder, []);
    } catch {
      // Another run is removing it as well, or a process in it is still ending: the next run finds what is left.
    }
  }
}

function hookExit(): void {
  if (isHooked) return;
  isHooked = true;
  process.on('exit', () => {
    for (const cleanup of [...cleanups]) cleanup();
  });
  // SIGINT is left to mocha, which ends the run in order.
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      process.exit(1);
    });
  }
}
