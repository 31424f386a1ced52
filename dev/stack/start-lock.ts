import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { runningApi } from './endpoints.ts';
import { commandLine, endProcess, isAlive, parentOf, processMark, type ProcessMark } from './process.ts';
import { StartError } from './start-error.ts';

const mark = z.object({ pid: z.number().int().positive(), startedAt: z.string().min(1) });
const note = mark.extend({ npm: mark.optional() });
type Note = z.infer<typeof note>;

const LOCK = 'start.lock';
/** Longer than all the bounds of a stop in a row. */
const STOP_WITHIN = 60_000;

/**
 * Makes this process the one that runs a DATA_DIR. Throws StartError, naming the other's id and URL, when one
 * runs already. One whose npm was killed counts as killed too, though its own process lives on: it is stopped in
 * order first.
 */
export async function lockDataDir(dataDir: string, runFolder: string): Promise<() => void> {
  const file = path.join(runFolder, LOCK);
  const mine = { ...processMark(process.pid), npm: launchingNpm() };
  const own = path.join(runFolder, `${LOCK}.${process.pid}`);
  writeFileSync(own, JSON.stringify(mine), { mode: 0o600 });
  try {
    for (;;) {
      if (linked(own, file)) {
        return () => {
          if (readNote(file)?.pid === process.pid) rmSync(file, { force: true });
        };
      }
      const other = readNote(file);
      if (other && isAlive(other)) {
        if (!other.npm || isAlive(other.npm)) throw await alreadyRunning(dataDir, other);
        await endProcess(other, { signal: 'SIGTERM', within: STOP_WITHIN });
      }
      removeStale(file, other);
    }
  } finally {
    rmSync(own, { force: true });
  }
}

/** The id of a live process that runs this DATA_DIR. */
export function lockHolder(runFolder: string): number | undefined {
  const holder = readNote(path.join(runFolder, LOCK));
  return holder && isAlive(holder) ? holder.pid : undefined;
}

function linked(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Moved aside first: should another start have taken the lock by now, it gets it back. */
function removeStale(file: string, judged: Note | undefined): void {
  const aside = `${file}.stale.${process.pid}`;
  try {
    renameSync(file, aside);
  } catch {
    return;
  }
  if (readNote(aside)?.pid !== judged?.pid) linked(aside, file);
  rmSync(aside, { force: true });
}

function readNote(file: string): Note | undefined {
  try {
    const parsed = note.safeParse(JSON.parse(readFileSync(file, 'utf8')));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

async function alreadyRunning(dataDir: string, other: Note): Promise<StartError> {
  const api = await runningApi(dataDir);
  return new StartError(
    `${dataDir} is in use by a start that is running (process ${other.pid}${api === undefined ? '' : `, ${api}`}).`,
    `Use that one, stop it with \`kill ${other.pid}\`, or start a second one with another DATA_DIR.`,
  );
}

/** The npm that ran this script, if one did: between it and us there may be a shell and tsx. */
export function launchingNpm(): ProcessMark | undefined {
  let pid = process.ppid;
  for (let level = 0; level < 5 && pid > 1; level += 1) {
    if (/^npm( |$)|\bnpm-cli\.js\b/.test(commandLine(pid))) return processMark(pid);
    pid = parentOf(pid) ?? 0;
  }
  return undefined;
}
