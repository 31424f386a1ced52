import { z } from 'zod';
import { canonicalJson, sha256Hex } from '../domain/canonical-json.ts';
import { merkleRoot } from './merkle-tree.ts';
import { isSignedByOneOf, type PublicKey, type SigningKey } from './signing-key.ts';

const hash = z.string().regex(/^[0-9a-f]{64}$/);

/** Where the chain of one account stands: the sequence and hash of its last note. */
export const chainHead = z.strictObject({ customerId: z.uuid(), sequence: z.number().int().min(1), hash });
export type ChainHead = z.output<typeof chainHead>;

export const noteAnchor = z
  .strictObject({
    format: z.literal('plan-change-anchor/1'),
    /** Anchors are counted from 1 and chained: one that is left out is missed. */
    number: z.number().int().min(1),
    /** UTC date. */
    date: z.iso.date(),
    takenAt: z.iso.datetime(),
    /** How many accounts have notes, all of them under the root. */
    accounts: z.number().int().min(0),
    /** Merkle root over the heads of all accounts, by customer id. */
    root: hash,
    /** `sealedHash` of the anchor before, 64 zeros for the first. */
    previous: hash,
  })
  .meta({ id: 'NoteAnchor' });
export type NoteAnchor = z.output<typeof noteAnchor>;

export const sealedAnchor = z
  .strictObject({
    anchor: noteAnchor,
    signature: z.strictObject({ keyId: hash, value: z.string().regex(/^[0-9a-f]{128}$/) }),
  })
  .meta({ id: 'SealedNoteAnchor', description: 'Signed over the RFC 8785 canonical JSON of `anchor`.' });
export type SealedAnchor = z.output<typeof sealedAnchor>;

/** The anchor in a stored text, byte for byte its canonical JSON; undefined: it is none. */
export function readSealedAnchor(text: string): SealedAnchor | undefined {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { data } = sealedAnchor.safeParse(json);
  return data && canonicalJson(data) === text ? data : undefined;
}

export const NO_ANCHOR_BEFORE = '0'.repeat(64);

/** The text of an account's leaf. */
export function leafOf({ customerId, sequence, hash }: ChainHead): string {
  return canonicalJson({ customerId, sequence, hash });
}

/** The leaves of the tree: sorted by customer id, which is the database's order of uuids too. */
export function leavesOf(heads: readonly ChainHead[]): string[] {
  return [...heads].sort((a, b) => (a.customerId < b.customerId ? -1 : 1)).map(leafOf);
}

/** Signs the heads of all accounts, as a successor of the anchor before. */
export function sealAnchor(
  key: SigningKey,
  heads: readonly ChainHead[],
  before: SealedAnchor | undefined,
  takenAt: string,
): SealedAnchor {
  const anchor: NoteAnchor = {
    format: 'plan-change-anchor/1',
    number: (before?.anchor.number ?? 0) + 1,
    date: takenAt.slice(0, 10),
    takenAt,
    accounts: heads.length,
    root: merkleRoot(leavesOf(heads)),
    previous: before ? sealedHash(before) : NO_ANCHOR_BEFORE,
  };
  return { anchor, signature: { keyId: key.keyId, value: key.sign(canonicalJson(anchor)) } };
}

/** What the next anchor chains to. */
export function sealedHash(sealed: SealedAnchor): string {
  return sha256Hex(canonicalJson(sealed));
}

/** Whether one of these keys signed the anchor, when it counted. */
export function isAnchorSigned({ anchor, signature }: SealedAnchor, keys: readonly PublicKey[]): boolean {
  return isSignedByOneOf(keys, signature, canonicalJson(anchor), anchor.takenAt);
}
