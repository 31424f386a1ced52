/**
 * Checks proof bundles offline: `npm run --silent verify-evidence -- FILE… [--public-key FILE] [--anchors FILE|FOLDER]`. Exit
 * code 0: the company signed them and they are sound; 1: something is wrong with one; 2: nothing is wrong, but something
 * is not established: a file could not be read, or is no bundle, or who signed is not known.
 */
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { Command } from 'commander';
import { AnchorFileError, anchorFileIn, readAnchorLines, type FileLine } from '../evidence/anchor-file.ts';
import { KeyError, readTrustedKeys, type PublicKey } from '../evidence/signing-key.ts';
import { verifyEvidence } from '../evidence/verify.ts';
import { publishedKeysFile } from './stack/evidence-keys.ts';
import { EXIT_CODE, formatVerification } from './verify-evidence-words.ts';

interface Options {
  readonly publicKey?: string;
  readonly anchors?: string;
}

/** A file that cannot be read for what it was given as; the message names it and says what to do. */
class InputError extends Error {}

const ADVICE: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file. Look at the spelling of the path',
  EISDIR: 'is a folder. Name the file in it',
  EACCES: 'may not be read by this user. Copy it to where it may',
};

const command = new Command('npm run --silent verify-evidence --')
  .description('Checks proof bundles (page or JSON) by themselves: no database, no network.')
  .argument('<files...>', 'as served by GET /v1/plan-changes/{id}/evidence')
  .option(
    '--public-key <file>',
    "the company's public keys: PEM, or what GET /v1/evidence-keys answers (default: those of DATA_DIR)",
  )
  .option('--anchors <file>', 'note-anchors.jsonl, its folder, or the line of the anchor, from who keeps it')
  .addHelpText(
    'after',
    '\nExit code: 0 all are sound, 1 one is not, 2 not established: not readable, no bundle, or signer not known.',
  )
  .showHelpAfterError()
  .action(async (files: string[], options: Options) => {
    process.exitCode = await run(files, options);
  });

await command.parseAsync();

async function run(files: readonly string[], options: Options): Promise<number> {
  let trusted: TrustedKeys;
  let anchors: readonly FileLine[] | undefined;
  try {
    trusted = await trustedKeys(options.publicKey);
    anchors = options.anchors === undefined ? undefined : await anchorLines(options.anchors);
  } catch (error) {
    return told(error);
  }
  console.log(`${trusted.words}\n`);
  const codes: number[] = [];
  for (const file of files) {
    if (files.length > 1) console.log(`${codes.length > 0 ? '\n' : ''}== ${file}`);
    try {
      const verification = verifyEvidence(await textOf(file, file), trusted.keys, anchors);
      console.log(formatVerification(verification));
      codes.push(EXIT_CODE[verification.verdict]);
    } catch (error) {
      codes.push(told(error));
    }
  }
  return codes.includes(1) ? 1 : Math.max(...codes);
}

function told(error: unknown): number {
  if (!(error instanceof InputError)) throw error;
  console.error(error.message);
  return 2;
}

/** `words`: which they are and where they are from, for people who compare. */
interface TrustedKeys {
  readonly keys: readonly PublicKey[] | undefined;
  readonly words: string;
}

/** The keys of the file that was named; else those that `npm start` published on this machine. Throws InputError. */
async function trustedKeys(file: string | undefined): Promise<TrustedKeys> {
  const published = publishedKeysFile(path.resolve(process.env['DATA_DIR'] || '.local'));
  let text: string;
  try {
    text = (await textOf(file ?? published, `${file ?? published} (--public-key)`)).toString('utf8');
  } catch (error) {
    const isAway = error instanceof InputError && codeOf(error.cause) === 'ENOENT';
    if (file !== undefined || !isAway) throw error;
    return { keys: undefined, words: 'Keys of the company: none were given' };
  }
  try {
    const keys = readTrustedKeys(text);
    const from = file ?? `${published}, of the system on this machine: no --public-key was given`;
    return { keys, words: [`Keys of the company, from ${from}`, ...keys.map(keyWords)].join('\n') };
  } catch (error) {
    if (!(error instanceof KeyError)) throw error;
    throw new InputError(
      `${file ?? published}: holds no usable key (${error.message}). Give with --public-key what the company's GET /v1/evidence-keys answers, or its key as PEM.`,
    );
  }
}

function keyWords({ keyId, notBefore, notAfter }: PublicKey): string {
  const times = [notBefore && `from ${notBefore}`, notAfter && `until ${notAfter}`].filter(Boolean).join(' ');
  return `  ${keyId}${times === '' ? '' : `, counts ${times}`}`;
}

/** @param given the file, or the folder that it is in */
async function anchorLines(given: string): Promise<readonly FileLine[]> {
  const isFolder = await stat(given).then(
    (found) => found.isDirectory(),
    () => false,
  );
  const file = isFolder ? anchorFileIn(given) : given;
  const text = (await textOf(file, `${file} (--anchors)`)).toString('utf8').trimEnd();
  try {
    return readAnchorLines(`${text}\n`);
  } catch (error) {
    if (!(error instanceof AnchorFileError)) throw error;
    throw new InputError(
      `${file}: ${error.message} Give with --anchors whole lines of note-anchors.jsonl, as they are there.`,
    );
  }
}

async function textOf(file: string, name: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    const code = codeOf(error);
    if (code === undefined) throw error;
    throw new InputError(`${name}: ${ADVICE[code] ?? `cannot be read (${code})`}.`, { cause: error });
  }
}

/** What the system said; undefined: it is no error of the system. */
function codeOf(error: unknown): string | undefined {
  return error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
}
