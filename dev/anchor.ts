/**
 * Takes today's anchor of the notes' chains, if there is none yet, and brings the file outside the database up to
 * date: `npm run anchor`. The API does the same by itself; this is for a look, and for days on which it was down.
 */
import path from 'node:path';
import { Command } from 'commander';
import { anchorNotes } from '../api/daily-anchor.ts';
import { openDatabase } from '../db/knex.ts';
import { AnchorRowError, AnchorSignerError } from '../db/stores/note-anchors.ts';
import { AnchorFileError } from '../evidence/anchor-file.ts';
import { readEffectiveKeys, type EffectiveKeys } from '../evidence/effective-keys.ts';
import { KeyError } from '../evidence/signing-key.ts';
import { AuditError, explainFailure } from './audit/audit-error.ts';
import { findTargets } from './audit/find-targets.ts';
import { anchorFolder, keptEvidenceKeys } from './stack/evidence-keys.ts';
import { StartError } from './stack/start-error.ts';

interface Options {
  readonly database?: string;
  readonly now?: true;
}

const KEYS_ADVICE =
  'Run it with EVIDENCE_SIGNING_KEY, EVIDENCE_SIGNING_SINCE and EVIDENCE_RETIRED_SIGNERS as the API has them now: GET /v1/evidence-keys lists its keys.';

const command = new Command('npm run anchor --')
  .description(
    'Signs the heads of all account-note chains, once per UTC day, and writes the anchor outside the database.',
  )
  .option('--database <url>', 'PostgreSQL, as the role app (default: the running `npm start`)')
  .option('--now', 'take another one even if this day has one')
  .addHelpText(
    'after',
    '\nKeys and folder: with --database EVIDENCE_SIGNING_KEY, EVIDENCE_SIGNING_SINCE, EVIDENCE_RETIRED_SIGNERS and ' +
      'ANCHOR_DIR, as the API has them; else those of DATA_DIR. Exit code: 0 done, 1 not done, 2 refused: not the present key.',
  )
  .action(async (options: Options) => {
    process.exitCode = await run(options);
  });

await command.parseAsync();

async function run({ database, now }: Options): Promise<number> {
  const { env } = process;
  const dataDir = path.resolve(env['DATA_DIR'] || '.local');
  try {
    const { databaseUrl } = await findTargets({
      database,
      temporal: undefined,
      namespace: undefined,
      taskQueue: undefined,
      dataDir,
      env,
    });
    const given = env['EVIDENCE_SIGNING_KEY'];
    const { signingKey: key, retired } =
      given && database !== undefined ? givenKeys(given, env) : await keptEvidenceKeys(dataDir, env);
    const folder = env['ANCHOR_DIR'] || anchorFolder(dataDir);
    const knex = openDatabase({
      url: databaseUrl,
      maxConnections: 1,
      applicationName: 'plan-change anchor',
      patient: true,
    });
    try {
      const { latest, made, appended } = await anchorNotes(
        { knex, key, retired, folder },
        { anew: now === true },
      );
      if (latest === undefined) {
        console.log('No account has a note yet: there is nothing to anchor.');
        return 0;
      }
      const { number, date, accounts, root } = latest.anchor;
      console.log(
        `Anchor ${number} of ${date}, over ${accounts} accounts: ${made ? 'taken now' : 'was there'}; ${appended} lines appended in ${folder}.\nRoot ${root}`,
      );
      return 0;
    } finally {
      await knex.destroy();
    }
  } catch (error) {
    if (error instanceof StartError) {
      console.error(`${error.message}\n${error.advice}`);
      return error.exitCode;
    }
    if (error instanceof KeyError || error instanceof AnchorSignerError) {
      console.error(`${error.message}\nNothing is signed. ${KEYS_ADVICE}`);
      return 2;
    }
    const isKnown = [AuditError, AnchorFileError, AnchorRowError].some((known) => error instanceof known);
    console.error(isKnown && error instanceof Error ? error.message : explainFailure(error));
    return 1;
  }
}

/** As the API reads them. Throws KeyError. */
function givenKeys(signingKey: string, env: NodeJS.ProcessEnv): EffectiveKeys {
  return readEffectiveKeys({
    signingKey,
    signingSince: env['EVIDENCE_SIGNING_SINCE'] || undefined,
    retiredKeys: (env['EVIDENCE_RETIRED_SIGNERS'] ?? '').split(',').filter((key) => key.trim() !== ''),
  });
}
