import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { pollUntil } from './poll.ts';
import { isAlive, processMark, signalProcess, spawnLogged, type Command } from './process.ts';

export interface DownloadBounds {
  /** Milliseconds until something must have arrived. */
  readonly firstByteWithin: number;
  /** Milliseconds in which a download that has begun must grow. */
  readonly stallWithin: number;
}

const BOUNDS: DownloadBounds = { firstByteWithin: 3_000, stallWithin: 20_000 };

/**
 * Brings the Temporal CLI into a folder by the SDK's own download. Returns its file, or undefined when the wait
 * for the first byte was in vain (no open internet), it stalled, or it failed.
 */
export async function downloadBySdk(
  folder: string,
  bounds: DownloadBounds = BOUNDS,
  download: Command = sdkDownload(folder),
): Promise<string | undefined> {
  const child = spawnLogged(download, path.join(folder, 'download.log'));
  const succeeded = new Promise<boolean>((resolve) => {
    child.once('error', () => {
      resolve(false);
    });
    child.once('exit', (code) => {
      resolve(code === 0);
    });
  });
  const mark = child.pid === undefined ? undefined : processMark(child.pid);
  const isOver = (): boolean => mark === undefined || !isAlive(mark);
  const size = async (): Promise<number> => (await largestFile(folder)).size;
  try {
    const hasBegun = async (): Promise<boolean> => isOver() || (await size()) > 0;
    if (!(await pollUntil(hasBegun, { within: bounds.firstByteWithin }))) return undefined;
    for (let before = -1; !(await pollUntil(isOver, { within: bounds.stallWithin }));) {
      const now = await size();
      if (now === before) return undefined;
      before = now;
    }
    return (await succeeded) ? (await largestFile(folder)).file : undefined;
  } finally {
    if (mark) signalProcess(mark, 'SIGKILL', true);
  }
}

function sdkDownload(folder: string): Command {
  const program = fileURLToPath(new URL('sdk-download-program.ts', import.meta.url));
  return { file: process.execPath, args: ['--import', 'tsx', program, folder] };
}

async function largestFile(folder: string): Promise<{ file: string | undefined; size: number }> {
  let largest: { file: string | undefined; size: number } = { file: undefined, size: 0 };
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (!entry.isFile() || entry.name.endsWith('.log')) continue;
    const file = path.join(folder, entry.name);
    const { size } = await stat(file).catch(() => ({ size: 0 }));
    if (size > largest.size) largest = { file, size };
  }
  return largest;
}
