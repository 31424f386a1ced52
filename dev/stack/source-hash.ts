import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

/** SHA-256 over the names and contents of these files, and of all files under these folders, of the checkout. */
export async function sourceHash(checkout: string, sources: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const source of sources) {
    for (const name of await filesUnder(checkout, source)) {
      const content = await readFile(path.join(checkout, name)).catch(() => Buffer.alloc(0));
      hash.update(`${name}\0${content.length}\0`).update(content);
    }
  }
  return hash.digest('hex');
}

/** A file is all that is under it. */
async function filesUnder(checkout: string, source: string): Promise<string[]> {
  const entries = await readdir(path.join(checkout, source), { recursive: true, withFileTypes: true }).catch(
    (error: unknown) => {
      if (['ENOTDIR', 'ENOENT'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
      throw error;
    },
  );
  if (entries === undefined) return [source];
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(checkout, path.join(entry.parentPath, entry.name)))
    .sort();
}
