/** `npm run demo`: a plan change played against the running system, request by request. Exit code 0 or 1. */
import { Command } from 'commander';
import { explainFailure } from './demo/demo-error.ts';
import { playImmediateChange } from './demo/immediate-change.ts';
import { findRunningSystem } from './demo/running-system.ts';
import { createTeller } from './demo/teller.ts';

const { dataDir } = new Command('npm run demo --')
  .description('Plays the six steps of a plan change for one account against the running system.')
  .option('--data-dir <dir>', 'folder of the running `npm start` (default: $DATA_DIR, else .local)')
  .parse()
  .opts<{ dataDir?: string }>();

try {
  const system = await findRunningSystem(dataDir ?? (process.env['DATA_DIR'] || '.local'));
  await playImmediateChange(
    system,
    createTeller((line) => {
      console.log(line);
    }),
  );
} catch (error) {
  console.error(explainFailure(error));
  process.exitCode = 1;
}
