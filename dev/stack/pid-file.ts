import { readdirSync, readFileSync, writeFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { isAlive, processMark, type ProcessMark } from './process.ts';

const content = z.object({ pid: z.number().int().positive(), startedAt: z.string().min(1) });

/**
 * Notes a process in `<folder>/<name>.pid`, with its start time: the number alone may belong to somebody else by
 * the time it is read. Synchronous, so that no process is ever running unnoted while we wait for a disk.
 */
export function writePidFile(folder: string, name: string, pid: number): ProcessMark | undefined {
  const mark = processMark(pid);
  if (mark) writeFileSync(path.join(folder, `${name}.pid`), `${JSON.stringify(mark)}\n`, { mode: 0o600 });
  return mark;
}

export function removePidFile(folder: string, name: string): void {
  rmSync(path.join(folder, `${name}.pid`), { force: true });
}

/** The noted process if it still is the same one; undefined for none, an unreadable file, or another process. */
export function readPidFile(folder: string, name: string): ProcessMark | undefined {
  try {
    const parsed = content.safeParse(JSON.parse(readFileSync(path.join(folder, `${name}.pid`), 'utf8')));
    return parsed.success && isAlive(parsed.data) ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

/** Names of all notes in a folder. */
export function pidFileNames(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((file) => file.endsWith('.pid'))
      .map((file) => file.slice(0, -'.pid'.length));
  } catch {
    return [];
  }
}
