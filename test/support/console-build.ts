import path from 'node:path';
import { buildConsole } from '../../dev/stack/console-build.ts';
import { makeTestFolder } from './test-folder.ts';

const checkout = path.resolve(import.meta.dirname, '../..');
let built: Promise<string> | undefined;

/** Folder of the console, built once in a run from the sources as they are. */
export function builtConsole(): Promise<string> {
  built ??= buildConsole({ checkout, dataDir: path.join(makeTestFolder().path, 'console-build') }).then(
    ({ folder }) => folder,
  );
  return built;
}
