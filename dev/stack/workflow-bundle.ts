import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { writePrivateFile } from './private-file.ts';
import { StartError } from './start-error.ts';

/**
 * Bundles the workflow code to DATA_DIR/workflow-bundle.js, unless the one there was made from the same sources
 * (a hash over workflows/, domain/ and the lock file lies beside it). Returns its path and whether it was made.
 */
export async function buildWorkflowBundle(options: {
  checkout: string;
  dataDir: string;
}): Promise<{ file: string; isNew: boolean }> {
  const file = path.join(options.dataDir, 'workflow-bundle.js');
  const hashFile = `${file}.sha256`;
  const hash = await sourceHash(options.checkout);
  const known = existsSync(file) ? await readFile(hashFile, 'utf8').catch(() => '') : '';
  if (known.trim() === hash) return { file, isNew: false };
  await writePrivateFile(file, await bundle(path.join(options.checkout, 'workflows', 'index.ts')));
  // Last: a hash without its bundle would keep an old one in use.
  await writePrivateFile(hashFile, `${hash}\n`);
  return { file, isNew: true };
}

/** The SDK is loaded only here: a later start, which has its bundle, does without it and is faster for it. */
async function bundle(workflowsPath: string): Promise<string> {
  const { bundleWorkflowCode, DefaultLogger } = await import('@temporalio/worker');
  const problems: string[] = [];
  const logger = new DefaultLogger('ERROR', ({ message }) => problems.push(message));
  try {
    return (await bundleWorkflowCode({ workflowsPath, logger })).code;
  } catch (error) {
    const first =
      problems
        .join('\n')
        .split('\n')
        .find((line) => /module not found|syntaxerror|can't resolve/i.test(line)) ?? String(error);
    throw new StartError(
      `The workflow code could not be bundled: ${stripVTControlCharacters(first).trim()}.`,
      'Is the checkout complete and `npm ci` done? `npm run lint` names what must not be in workflow code.',
      { cause: error },
    );
  }
}

async function sourceHash(checkout: string): Promise<string> {
  const hash = createHash('sha256');
  const sources = [...(await filesUnder(checkout, 'domain')), ...(await filesUnder(checkout, 'workflows'))];
  for (const name of [...sources, 'package-lock.json']) {
    const content = await readFile(path.join(checkout, name)).catch(() => Buffer.alloc(0));
    hash.update(`${name}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}

async function filesUnder(checkout: string, folder: string): Promise<string[]> {
  const entries = await readdir(path.join(checkout, folder), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(checkout, path.join(entry.parentPath, entry.name)))
    .sort();
}
