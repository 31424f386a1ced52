/**
 * Checks a proof bundle offline: `npm run --silent verify-evidence -- FILE [--public-key FILE]`. Exit code 0: nothing
 * is wrong with it; 1: something is, or it cannot be read.
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Command } from 'commander';
import { KeyError, readTrustedKeys, type PublicKey } from '../evidence/signing-key.ts';
import { verifyEvidence, type Verification } from '../evidence/verify.ts';
import { publishedKeysFile } from './stack/evidence-keys.ts';

const MARK = { pass: 'PASS', fail: 'FAIL', open: '  – ' } as const;

const command = new Command('npm run --silent verify-evidence --')
  .description('Checks a proof bundle (page or JSON) by itself: no database, no network.')
  .argument('<file>', 'as served by GET /v1/plan-changes/{id}/evidence')
  .option(
    '--public-key <file>',
    "the company's public keys: PEM, or what GET /v1/evidence-keys answers (default: those of DATA_DIR)",
  )
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
  return verification.ok ? 0 : 1;
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

function formatVerification({ ok, rows, bundle }: Verification): string {
  const width = Math.max(...rows.map(({ title }) => title.length));
  const lines = rows.flatMap(({ title, outcome, details }) =>
    details.map((detail, index) =>
      index === 0
        ? `${MARK[outcome]}  ${title.padEnd(width)}  ${detail}`
        : `${' '.repeat(width + 8)}${detail}`,
    ),
  );
  const failed = rows.filter(({ outcome }) => outcome === 'fail').length;
  const open = rows.filter(({ outcome }) => outcome === 'open').length;
  const about = bundle
    ? [
        `Plan change ${bundle.payload.change.planChangeId}, ${bundle.payload.copy} copy of ${bundle.payload.generatedAt}`,
        '',
      ]
    : [];
  const verdict = ok
    ? `The bundle is sound: ${rows.length - open} checks passed${open > 0 ? `, ${open} had nothing to go by` : ''}.`
    : `The bundle is NOT sound: ${failed} of ${rows.length} checks failed.`;
  return [...about, ...lines, '', verdict].join('\n');
}
