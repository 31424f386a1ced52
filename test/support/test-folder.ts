import { mkdtempSync, chmodSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Command } from '../../dev/stack/process.ts';
import { signalProcess, spawnLogged, type ProcessMark } from '../../dev/stack/process.ts';
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

/** `alsoRemove`: folders that were made elsewhere for this one. */
export function makeTestFolder(alsoRemove: () => readonly string[] = () => []): TestFolder {
  reapAbandoned();
  const folder = mkdtempSync(path.join(tmpdir(), PREFIX));
  // Passable for the user that PostgreSQL runs as when the tests run as root.
  chmodSync(folder, 0o711);
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
  for (const name of pidFileNames(folder)) {
    const mark = name === OWNER ? undefined : readPidFile(folder, name);
    if (mark) signalProcess(mark, 'SIGKILL', true);
  }
  for (const place of [folder, ...alsoRemove]) rmSync(place, { recursive: true, force: true, maxRetries: 5 });
}

/** A run that was killed could clean nothing up: the next one does. */
function reapAbandoned(): void {
  for (const name of readdirSync(tmpdir())) {
    const folder = path.join(tmpdir(), name);
    const isOurs = name.startsWith(PREFIX) && pidFileNames(folder).includes(OWNER);
    if (isOurs && !readPidFile(folder, OWNER)) endAll(folder, []);
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
