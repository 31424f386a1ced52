import { Command } from 'commander';
import { openDatabase } from '../../db/knex.ts';
import { explainFailure } from './explain-failure.ts';
import { findDatabase } from './find-database.ts';
import { importAccounts, type ImportResult } from './import-accounts.ts';
import { createProgress, type Progress } from './progress.ts';
import { readRows } from './read-rows.ts';
import { formatReport, writeReport } from './report.ts';

interface Options {
  readonly database?: string;
  readonly report?: string;
}

/** Exit codes: scripts tell a file with bad rows from an import that did not happen. */
const ALL_TAKEN = 0;
const SOME_REFUSED = 1;
const NOT_DONE = 2;

const command = new Command('npm run import --')
  .description('Loads accounts from a CSV file with the columns of data/telco-customer-churn.csv.')
  .argument('<file>', 'the CSV file, with its header')
  .option(
    '--database <url>',
    'PostgreSQL to load into, as its migrator (default: that of the running `npm start`)',
  )
  .option('--report <file>', 'writes the totals and every refused row as JSON')
  .addHelpText(
    'after',
    '\nExit code: 0 all rows taken, 1 some rows refused, 2 not done. It may be run again at any time.',
  )
  .exitOverride((error) => {
    process.exit(error.exitCode === 0 ? ALL_TAKEN : NOT_DONE);
  })
  .action(async (file: string, options: Options) => {
    process.exitCode = await run(file, options);
  });

await command.parseAsync();

async function run(file: string, options: Options): Promise<number> {
  const started = performance.now();
  const progress = createProgress(process.stderr);
  try {
    const { DATA_DIR: dataDir, DATABASE_URL: serverUrl } = process.env;
    const url = await findDatabase({ given: options.database, dataDir: dataDir || '.local', serverUrl });
    const result = await load(file, url, progress).finally(progress.end);
    console.log(formatReport(file, result, performance.now() - started));
    if (options.report !== undefined) await writeReport(options.report, file, result);
    return result.refused.length === 0 ? ALL_TAKEN : SOME_REFUSED;
  } catch (error) {
    const goOn = progress.done() > 0 ? ' What was loaded stays: run it again and it goes on from there.' : '';
    console.error(`${explainFailure(error)}${goOn}`);
    return NOT_DONE;
  }
}

async function load(file: string, url: string, progress: Progress): Promise<ImportResult> {
  const knex = openDatabase({ url, maxConnections: 1, applicationName: 'plan-change import' });
  try {
    return await importAccounts(knex, readRows(file, progress.bytes), { onProgress: progress.rows });
  } finally {
    await knex.destroy();
  }
}
