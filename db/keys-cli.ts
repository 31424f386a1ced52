import { runKeys } from './keys/command.ts';
import { KeysError } from './keys/agents-and-keys.ts';

/** `node dist/db/keys-cli.js` of the production image, where there is no checkout; else `npm run keys`. */
process.exitCode = await runKeys(process.argv.slice(2), {
  findDatabase: (given) => {
    // The migration job of docker-compose.yml has the second.
    const url = given ?? (process.env['DATABASE_URL'] || process.env['MIGRATION_DATABASE_URL']);
    return url
      ? Promise.resolve(url)
      : Promise.reject(
          new KeysError('Name the database with --database or DATABASE_URL, as its owner or migrator.'),
        );
  },
  print: (line) => {
    console.log(line.trimEnd());
  },
  complain: (line) => {
    console.error(line.trimEnd());
  },
});
