import path from 'node:path';
import { runKeys } from '../../db/keys/command.ts';
import { findDatabase } from '../import/find-database.ts';
import { readJson } from '../stack/private-file.ts';

/** `npm run keys`: on the database of the running `npm start`, or on the one that is named. */
process.exitCode = await runKeys(process.argv.slice(2), {
  findDatabase: async (given) => {
    const { DATA_DIR, DATABASE_URL: serverUrl } = process.env;
    const dataDir = DATA_DIR || '.local';
    const isRunning = (await readJson(path.join(dataDir, 'endpoints.json'))) !== undefined;
    return findDatabase({
      given: given ?? (isRunning ? undefined : serverUrl || undefined),
      dataDir,
      serverUrl,
    });
  },
  print: (line) => {
    console.log(line.trimEnd());
  },
  complain: (line) => {
    console.error(line.trimEnd());
  },
});
