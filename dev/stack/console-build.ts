import { existsSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { writePrivateFile } from './private-file.ts';
import { runCommand } from './run-command.ts';
import { program } from './services.ts';
import { sourceHash } from './source-hash.ts';
import { StartError } from './start-error.ts';

const BUILD_WITHIN = 120_000;

/**
 * Builds the agent's console into DATA_DIR/console, unless the one there was made from the same sources (a hash
 * lies beside it). Returns its folder and whether it was made.
 */
export async function buildConsole(options: {
  checkout: string;
  dataDir: string;
}): Promise<{ folder: string; isNew: boolean }> {
  const folder = path.join(options.dataDir, 'console');
  const hashFile = `${folder}.sha256`;
  const hash = await sourceHash(options.checkout, ['web', 'dev/build-console.ts', 'package-lock.json']);
  const known = existsSync(folder) ? await readFile(hashFile, 'utf8').catch(() => '') : '';
  if (known.trim() === hash) return { folder, isNew: false };
  await rm(hashFile, { force: true });
  await mkdir(options.dataDir, { recursive: true });
  const command = program(options.checkout, 'dev/build-console.ts', [folder], process.env);
  const { code, stdout, stderr } = await runCommand(command, BUILD_WITHIN);
  if (code !== 0) {
    const [first = 'it gave no reason'] = stripVTControlCharacters(`${stderr}\n${stdout}`)
      .split('\n')
      .filter((line) => /error/i.test(line));
    throw new StartError(
      `The console could not be built: ${first.trim()}.`,
      'Is the checkout complete and `npm ci` done? `npm run build:console` shows the whole message.',
    );
  }
  // Last: a hash without its build would keep an old one in use.
  await writePrivateFile(hashFile, `${hash}\n`);
  return { folder, isNew: true };
}
