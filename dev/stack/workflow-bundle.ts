import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { writePrivateFile } from './private-file.ts';
import { sourceHash } from './source-hash.ts';
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
  const hash = await sourceHash(options.checkout, ['domain', 'workflows', 'package-lock.json']);
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
