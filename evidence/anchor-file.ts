import { mkdir, open, readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { canonicalJson } from '../domain/canonical-json.ts';
import { chainHead, sealedAnchor, sealedHash, type ChainHead, type SealedAnchor } from './note-anchor.ts';

const FILE = 'note-anchors.jsonl';

/** One line of the file: the signed anchor, and the heads that moved since the one before. */
export interface AnchorLine {
  readonly sealed: SealedAnchor;
  readonly heads: readonly ChainHead[];
}

const anchorLine = z.strictObject({ sealed: sealedAnchor, heads: z.array(chainHead) });

/** The file outside does not go with the database: nothing is written, people must look. */
export class AnchorFileError extends Error {
  override readonly name = 'AnchorFileError';
}

/**
 * The anchors outside the database: JSON lines, only ever appended to, in a folder that is shipped to storage
 * where nobody can change them. Without a file there are none. Throws AnchorFileError for a line that is no anchor.
 */
export async function readAnchorFile(folder: string): Promise<AnchorLine[]> {
  let text: string;
  try {
    text = await readFile(path.join(folder, FILE), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  return readAnchorLines(text);
}

/** As `readAnchorFile`, of any lines of the file. Throws AnchorFileError. */
export function readAnchorLines(text: string): AnchorLine[] {
  return text.split('\n').flatMap((line, index, lines) => {
    // A line without its end was cut off by a crash; appending replaces it.
    if (index === lines.length - 1) return [];
    const parsed = anchorLine.safeParse(attempt(line));
    if (parsed.success && lineOf(parsed.data) === `${line}\n`) return [parsed.data];
    throw new AnchorFileError(`Line ${index + 1} of ${FILE} is no anchor.`);
  });
}

/**
 * Brings the file up to the given anchors, oldest first: appends what it lacks, flushed to the disk, and changes
 * nothing that is there. Throws AnchorFileError when what is there is not what is given.
 * @returns how many were appended
 */
export async function appendAnchors(
  folder: string,
  anchors: readonly SealedAnchor[],
  headsOf: (number: number) => Promise<ChainHead[]>,
): Promise<number> {
  const written = await readAnchorFile(folder);
  for (const [index, { sealed }] of written.entries()) {
    const given = anchors[index];
    if (given === undefined || sealedHash(given) !== sealedHash(sealed))
      throw new AnchorFileError(
        `Anchor ${sealed.anchor.number} of ${FILE} is not the one of the database: one of them was altered. Run npm run audit.`,
      );
  }
  const lines: string[] = [];
  for (const sealed of anchors.slice(written.length))
    lines.push(lineOf({ sealed, heads: await headsOf(sealed.anchor.number) }));
  if (lines.length === 0) return 0;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const handle = await open(path.join(folder, FILE), 'a', 0o600);
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

function lineOf({ sealed, heads }: AnchorLine): string {
  return `${canonicalJson({ sealed, heads })}\n`;
}

function attempt(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return undefined;
  }
}
