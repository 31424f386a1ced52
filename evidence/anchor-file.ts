import { mkdir, open, readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { canonicalJson } from '../domain/canonical-json.ts';
import { sealedStrike, strikesWithout, type SealedStrike, type StruckAnchor } from './anchor-strike.ts';
import { chainHead, sealedAnchor, sealedHash, type ChainHead, type SealedAnchor } from './note-anchor.ts';

const FILE = 'note-anchors.jsonl';

export function anchorFileIn(folder: string): string {
  return path.join(folder, FILE);
}

/** A line of the file: the signed anchor, and the heads that moved since the one before. */
export interface AnchorLine {
  readonly sealed: SealedAnchor;
  readonly heads: readonly ChainHead[];
}

/** Either an anchor, or that one was struck out. */
export type FileLine = AnchorLine | SealedStrike;

const fileLine = z.union([z.strictObject({ sealed: sealedAnchor, heads: z.array(chainHead) }), sealedStrike]);

/** The file outside does not go with the database: nothing is written, people must look. */
export class AnchorFileError extends Error {
  override readonly name = 'AnchorFileError';
}

/**
 * The anchors outside the database: JSON lines, only ever appended to, in a folder that is shipped to storage
 * where nobody can change them. Without a file there are none. Throws AnchorFileError for a line that is none.
 * @param folder or, to read a copy, the file itself
 */
export async function readAnchorFile(folder: string): Promise<FileLine[]> {
  let text: string;
  try {
    text = await readFile(anchorFileIn(folder), 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return [];
    if (code !== 'ENOTDIR') throw error;
    text = await readFile(folder, 'utf8');
  }
  return readAnchorLines(text);
}

/** As `readAnchorFile`, of any lines of the file. Throws AnchorFileError. */
export function readAnchorLines(text: string): FileLine[] {
  return text.split('\n').flatMap((line, index, lines) => {
    // A line without its end was cut off by a crash; appending replaces it.
    if (index === lines.length - 1) return [];
    const parsed = fileLine.safeParse(attempt(line));
    if (parsed.success && lineOf(parsed.data) === `${line}\n`) return [parsed.data];
    throw new AnchorFileError(
      `Line ${index + 1} of ${FILE} is no anchor: the file was altered. Put back the shipped copy.`,
    );
  });
}

/** The anchors among lines of the file that were not struck out afterwards. */
export function anchorsInForce(
  lines: readonly (AnchorLine | { readonly strike: Pick<StruckAnchor, 'number' | 'hash'> })[],
): AnchorLine[] {
  const inForce: AnchorLine[] = [];
  for (const line of lines) {
    if ('sealed' in line) inForce.push(line);
    else {
      const at = inForce.findLastIndex(
        ({ sealed }) =>
          sealed.anchor.number === line.strike.number && sealedHash(sealed) === line.strike.hash,
      );
      // A row that was struck out before it was in the file leaves this line alone.
      if (at >= 0) inForce.splice(at, 1);
    }
  }
  return inForce;
}

/** What the database has, oldest first. */
export interface StoredAnchors {
  readonly anchors: readonly SealedAnchor[];
  readonly struck: readonly StruckAnchor[];
}

/**
 * The lines of the file, the strikes that it does not tell of yet, and how many anchors it has that are in force.
 * Throws AnchorFileError when the file is not what the database has, up to where it goes.
 */
export async function readFittingFile(
  folder: string,
  { anchors, struck }: StoredAnchors,
): Promise<{ readonly lines: FileLine[]; readonly untold: StruckAnchor[]; readonly inForce: number }> {
  const lines = await readAnchorFile(folder);
  const told = lines.flatMap((line) => ('strike' in line ? [line.strike] : []));
  const [unknown] = strikesWithout(told, struck);
  if (unknown)
    throw new AnchorFileError(
      `${FILE} says that anchor ${unknown.number} was struck out, and the database has no word of it: one of them was altered. Run npm run audit.`,
    );
  const untold = strikesWithout(struck, told);
  const inForce = anchorsInForce([...lines, ...untold.map((strike) => ({ strike }))]);
  for (const [index, { sealed }] of inForce.entries()) {
    const given = anchors[index];
    if (given === undefined || sealedHash(given) !== sealedHash(sealed))
      throw new AnchorFileError(
        `Anchor ${sealed.anchor.number} of ${FILE} is not the one of the database: one of them was altered. Run npm run audit.`,
      );
  }
  return { lines, untold, inForce: inForce.length };
}

/**
 * Brings the file up to what the database has: appends what it lacks, flushed to the disk, and changes nothing that is
 * there; an anchor that was struck out stays, and a signed line says so. Throws AnchorFileError as `readFittingFile`.
 * @returns how many lines were appended
 */
export async function appendAnchors(
  folder: string,
  stored: StoredAnchors,
  {
    headsOf,
    seal,
  }: {
    readonly headsOf: (number: number) => Promise<ChainHead[]>;
    readonly seal: (struck: StruckAnchor) => SealedStrike;
  },
): Promise<number> {
  const { lines: written, untold, inForce } = await readFittingFile(folder, stored);
  const lines = untold.map((struck) => lineOf(seal(struck)));
  for (const sealed of stored.anchors.slice(inForce))
    lines.push(lineOf({ sealed, heads: await headsOf(sealed.anchor.number) }));
  if (lines.length === 0) return 0;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const handle = await open(anchorFileIn(folder), 'a', 0o600);
  try {
    // Only the rest of a line that a crash cut off may go.
    const whole = Buffer.byteLength(written.map(lineOf).join(''));
    if ((await handle.stat()).size > whole) await handle.truncate(whole);
    await handle.appendFile(lines.join(''));
    await handle.sync();
  } finally {
    await handle.close();
  }
  return lines.length;
}

function lineOf(line: FileLine): string {
  return `${canonicalJson(line)}\n`;
}

function attempt(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return undefined;
  }
}
