import { anchorsInForce, type AnchorLine, type FileLine } from '../../../evidence/anchor-file.ts';
import { isStrikeSigned } from '../../../evidence/anchor-strike.ts';
import { merkleRoot } from '../../../evidence/merkle-tree.ts';
import {
  isAnchorSigned,
  leavesOf,
  NO_ANCHOR_BEFORE,
  readSealedAnchor,
  sealedHash,
  type ChainHead,
} from '../../../evidence/note-anchor.ts';
import type { PublicKey } from '../../../evidence/signing-key.ts';

/** What the file outside shows by itself, and beside the rows for lookup. */
export interface FileRead {
  /** Places at which it is not as it was signed. What they say of notes and rows says nothing about those. */
  readonly altered: readonly string[];
  /** What else is wrong with its lines. */
  readonly problems: readonly string[];
  /** The heads under a root that they make, also of anchors that were struck out: they were in their chains then. */
  readonly heads: readonly ChainHead[];
}

/**
 * Reads the lines in the order in which they were written: each anchor follows the one before that was in force.
 * @param stored the text of each row of `note_anchors`, oldest first
 * @param keys the company's; with none, signatures say nothing
 */
export function readFileOfAnchors(
  lines: readonly FileLine[],
  stored: readonly string[],
  keys: readonly PublicKey[],
): FileRead {
  const altered: string[] = [];
  const missing: string[] = [];
  const problems: string[] = [];
  const proven: ChainHead[][] = [];
  const inForce = new Set(anchorsInForce(lines));
  let standing: AnchorLine[] = [];
  let heads = new Map<string, ChainHead>();
  let areHeadsRight = true;
  for (const [index, line] of lines.entries()) {
    if ('strike' in line) {
      if (keys.length > 0 && !isStrikeSigned(line, keys))
        altered.push(`the line by which anchor ${line.strike.number} was struck out`);
      standing = anchorsInForce(lines.slice(0, index + 1));
      heads = headsOf(standing);
      continue;
    }
    const { number, root, accounts, previous } = line.sealed.anchor;
    const before = standing.at(-1)?.sealed;
    standing.push(line);
    for (const head of line.heads) heads.set(head.customerId, head);
    const wereHeadsRight = areHeadsRight;
    areHeadsRight = heads.size === accounts && merkleRoot(leavesOf([...heads.values()])) === root;
    if (areHeadsRight) proven.push(wereHeadsRight ? [...line.heads] : [...heads.values()]);
    const isUnsigned = keys.length > 0 && inForce.has(line) && !isAnchorSigned(line.sealed, keys);
    const follows = `anchor ${number} does not follow the one before: one is missing or was altered`;
    if (number !== (before?.anchor.number ?? 0) + 1) missing.push(follows);
    else if (isUnsigned && isSignedRow(stored[number - 1], number, keys)) altered.push(`anchor ${number}`);
    // Heads that are wrong make every root wrong until they have moved on: that is told once.
    else if (!areHeadsRight && wereHeadsRight) altered.push(`the heads of anchor ${number}`);
    else if (previous !== (before ? sealedHash(before) : NO_ANCHOR_BEFORE)) problems.push(follows);
    if (isUnsigned) problems.push(`anchor ${number} is not signed by a key of the company`);
  }
  return {
    altered,
    problems: [...missing, ...(altered.length === 0 ? problems : [])],
    heads: proven.flat(),
  };
}

function isSignedRow(text: string | undefined, number: number, keys: readonly PublicKey[]): boolean {
  const row = readSealedAnchor(text ?? '');
  return row?.anchor.number === number && isAnchorSigned(row, keys);
}

/** Where the chains stand at the last of these anchors. */
function headsOf(anchors: readonly AnchorLine[]): Map<string, ChainHead> {
  return new Map(anchors.flatMap(({ heads }) => heads).map((head) => [head.customerId, head]));
}
