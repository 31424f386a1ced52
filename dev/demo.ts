/** `npm run demo`: plan changes played against the running system, request by request. Exit code 0 or 1. */
import { Command } from 'commander';
import { explainFailure } from './demo/demo-error.ts';
import { playImmediateChange } from './demo/immediate-change.ts';
import { playAllPaths } from './demo/paths/all-paths.ts';
import { findRunningSystem } from './demo/running-system.ts';
import { createTeller } from './demo/teller.ts';

const { dataDir, all } = new Command('npm run demo --')
  .description('Plays the six steps of a plan change for one account against the running system.')
  .option('--all', 'plays every path, each on an account of its own, and ends with statements and notes')
  .option('--data-dir <dir>', 'folder of the running `npm start` (default: $DATA_DIR, else .local)')
  .parse()
  .opts<{ dataDir?: string; all?: true }>();

try {
  const system = await findRunningSystem(dataDir ?? (process.env['DATA_DIR'] || '.local'));
  const tell = createTeller((line) => {
    console.log(line);
  });
  if (!all) await playImmediateChange(system, tell);
  else if (!(await playAllPaths(system, tell))) process.exitCode = 1;
} catch (error) {
  console.error(explainFailure(error));
  process.exitCode = 1;
}
