/**
 * Checks a proof bundle offline: `npm run --silent verify-evidence -- FILE [--public-key FILE]`. Exit code 0: the
 * company signed it and it is sound; 1: something is wrong with it, or it cannot be read; 2: nothing is wrong, but it is
 * not established who signed it.
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Command } from 'commander';
import { KeyError, readTrustedKeys, type PublicKey } from '../evidence/signing-key.ts';
import { verifyEvidence, type Verdict, type Verification } from '../evidence/verify.ts';
import { publishedKeysFile } from './stack/evidence-keys.ts';

const MARK = { pass: 'PASS', fail: 'FAIL', open: '  – ', unknown: '  ? ' } as const;

const EXIT_CODE: Readonly<Record<Verdict, number>> = {
  sound: 0,
  unreadable: 1,
  changed: 1,
  foreign: 1,
  contradictory: 1,
  'signer-unknown': 2,
};

/** For people who have to rely on the file and know nothing of signatures. */
const WORDS: Readonly<Record<Verdict, string>> = {
  sound:
    'SOUND: the company signed this file, nothing in it was changed since, and what it says holds together.',
  unreadable:
    'NOT SOUND: this is not a proof bundle, or not a whole one. Ask for the file again, as the company served it.',
  changed:
    'NOT SOUND, CHANGED: this is not the file that was made and signed. Do not rely on anything it shows; ask the company for it again.',
  foreign:
    'NOT SOUND, NOT THE COMPANY’S: none of the company’s keys signed this file at a time when it counted. It proves nothing about the company.',
  contradictory:
    'NOT SOUND, CONTRADICTORY: nothing in the file was changed since it was signed, but what it says does not hold together. It does not prove the change; it is evidence that the record is wrong.',
  'signer-unknown':
    'SIGNER NOT ESTABLISHED: nothing in the file contradicts itself, but anybody could have made and signed it. Get the company’s keys from the company (GET /v1/evidence-keys), not from whoever gave you the file, and check again with --public-key.',
};

const command = new Command('npm run --silent verify-evidence --')
  .description('Checks a proof bundle (page or JSON) by itself: no database, no network.')
  .argument('<file>', 'as served by GET /v1/plan-changes/{id}/evidence')
  .option(
    '--public-key <file>',
    "the company's public keys: PEM, or what GET /v1/evidence-keys answers (default: those of DATA_DIR)",
  )
  .addHelpText('after', '\nExit code: 0 sound, 1 not sound or not readable, 2 not established who signed.')
  .action(async (file: string, options: { publicKey?: string }) => {
    process.exitCode = await run(file, options.publicKey);
  });

await command.parseAsync();

async function run(file: string, publicKey: string | undefined): Promise<number> {
  let bytes: Buffer;
  let trusted: readonly PublicKey[] | undefined;
  try {
    bytes = await readFile(file);
    trusted = await trustedKeys(publicKey);
  } catch (error) {
    if (!(error instanceof KeyError) && (error as NodeJS.ErrnoException).code === undefined) throw error;
    console.error(error instanceof Error ? error.message : String(error));
    return 1;
  }
  const verification = verifyEvidence(bytes, trusted);
  console.log(formatVerification(verification));
  return EXIT_CODE[verification.verdict];
}

/** The keys of the file that was named; else those that `npm start` published on this machine. */
async function trustedKeys(file: string | undefined): Promise<readonly PublicKey[] | undefined> {
  if (file !== undefined) return readTrustedKeys(await readFile(file, 'utf8'));
  try {
    const dataDir = path.resolve(process.env['DATA_DIR'] || '.local');
    return readTrustedKeys(await readFile(publishedKeysFile(dataDir), 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function formatVerification({ verdict, rows, bundle }: Verification): string {
  const width = Math.max(...rows.map(({ title }) => title.length));
  const lines = rows.flatMap(({ title, outcome, details }) =>
    details.map((detail, index) =>
      index === 0
        ? `${MARK[outcome]}  ${title.padEnd(width)}  ${detail}`
        : `${' '.repeat(width + 8)}${detail}`,
    ),
  );
  const count = (wanted: (typeof rows)[number]['outcome']): number =>
    rows.filter(({ outcome }) => outcome === wanted).length;
  const about = bundle
    ? [
        `Plan change ${bundle.payload.change.planChangeId}, ${bundle.payload.copy} copy of ${bundle.payload.generatedAt}`,
        '',
      ]
    : [];
  const checks = `Checks: ${count('pass')} passed, ${count('fail')} failed, ${count('open') + count('unknown')} had nothing to go by.`;
  return [...about, ...lines, '', checks, WORDS[verdict]].join('\n');
}
