import { createHash } from 'node:crypto';

/**
 * The Merkle tree of RFC 6962, section 2.1: a leaf is sha256(0x00 ‖ text), a node sha256(0x01 ‖ left ‖ right), so
 * that no node can pass for a leaf; the left side of a node is the largest power of two that is less than its size.
 * All hashes are lower-case hex.
 */
export interface ProofStep {
  /** Which side of the pair the hash is on. */
  readonly side: 'left' | 'right';
  readonly hash: string;
}

/** The root over the texts in their order. */
export function merkleRoot(texts: readonly string[]): string {
  return rootOf(texts.map(leafHash));
}

/** The hashes by which the text at `index` leads to the root, from the leaf up. */
export function inclusionProof(texts: readonly string[], index: number): ProofStep[] {
  return proofOf(texts.map(leafHash), index);
}

/** The root that a text and its proof lead to. */
export function rootByProof(text: string, proof: readonly ProofStep[]): string {
  return proof.reduce(
    (hash, step) => (step.side === 'left' ? nodeHash(step.hash, hash) : nodeHash(hash, step.hash)),
    leafHash(text),
  );
}

function rootOf(hashes: readonly string[]): string {
  const [only] = hashes;
  if (only === undefined) return createHash('sha256').digest('hex');
  if (hashes.length === 1) return only;
  const middle = splitOf(hashes.length);
  return nodeHash(rootOf(hashes.slice(0, middle)), rootOf(hashes.slice(middle)));
}

function proofOf(hashes: readonly string[], index: number): ProofStep[] {
  if (hashes.length <= 1) return [];
  const middle = splitOf(hashes.length);
  const [left, right] = [hashes.slice(0, middle), hashes.slice(middle)];
  return index < middle
    ? [...proofOf(left, index), { side: 'right', hash: rootOf(right) }]
    : [...proofOf(right, index - middle), { side: 'left', hash: rootOf(left) }];
}

function splitOf(size: number): number {
  return 2 ** (Math.ceil(Math.log2(size)) - 1);
}

function leafHash(text: string): string {
  return createHash('sha256').update(Buffer.of(0)).update(text, 'utf8').digest('hex');
}

function nodeHash(left: string, right: string): string {
  return createHash('sha256').update(Buffer.of(1)).update(left, 'hex').update(right, 'hex').digest('hex');
}
