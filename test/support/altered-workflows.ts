import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { temporaryFolder } from './temporary-folder.ts';

export interface Alteration {
  /** Of the checkout, such as 'workflows/plan-change.ts'. */
  readonly file: string;
  /** Occurs exactly once in the file. */
  readonly from: string;
  readonly to: string;
}

const CHECKOUT = path.join(path.dirname(fileURLToPath(import.meta.url)), '../..');

/** The workflow code of the checkout with some lines exchanged, bundled. The checkout itself stays as it is. */
export async function bundleAltered(alterations: readonly Alteration[]): Promise<{ code: string }> {
  const folder = temporaryFolder();
  try {
    for (const name of ['workflows', 'domain', 'package.json', 'tsconfig.json']) {
      cpSync(path.join(CHECKOUT, name), path.join(folder.path, name), { recursive: true });
    }
    symlinkSync(path.join(CHECKOUT, 'node_modules'), path.join(folder.path, 'node_modules'));
    for (const { file, from, to } of alterations) {
      const target = path.join(folder.path, file);
      const [before, after, ...more] = readFileSync(target, 'utf8').split(from);
      if (before === undefined || after === undefined || more.length > 0) {
        throw new Error(`${file} does not hold exactly once: ${from}`);
      }
      writeFileSync(target, before + to + after);
    }
    const workflowsPath = path.join(folder.path, 'workflows/index.ts');
    return await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('ERROR') });
  } finally {
    folder.remove();
  }
}
