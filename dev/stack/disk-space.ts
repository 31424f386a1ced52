import { statfs } from 'node:fs/promises';
import { diskFull } from './start-error.ts';

const FIRST_START = 250_000_000;
const LATER_START = 30_000_000;

/** Says so before anything is half written: a cluster, a server's database and a bundle need some room. */
export async function checkDiskSpace(dataDir: string, isFirst: boolean): Promise<void> {
  const { bavail, bsize } = await statfs(dataDir);
  if (bavail * bsize < (isFirst ? FIRST_START : LATER_START)) throw diskFull(dataDir);
}
