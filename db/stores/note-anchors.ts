import type { Knex } from 'knex';
import { sha256Hex } from '../../domain/canonical-json.ts';
import type { StruckAnchor } from '../../evidence/anchor-strike.ts';
import {
  isAnchorSigned,
  readSealedAnchor,
  type ChainHead,
  type SealedAnchor,
} from '../../evidence/note-anchor.ts';
import type { PublicKey } from '../../evidence/signing-key.ts';
import { isoInstant, rows } from '../sql.ts';

const ADVISORY_LOCK = 7_261_012;

/** A row of `note_anchors` that is no anchor of the company: nothing is chained to it or proved by it, people must look. */
export class AnchorRowError extends Error {
  override readonly name = 'AnchorRowError';
}

/** It is signed, and not by a key of the company that counted then, as far as the keys go that were given. */
export class AnchorSignerError extends AnchorRowError {
  readonly keyId: string;
  readonly takenAt: string;

  constructor(what: string, { anchor, signature }: SealedAnchor) {
    super(
      `${what} is not signed by a key of the company that counted then: see “Proof, keys and anchors” in the runbook.`,
    );
    this.keyId = signature.keyId;
    this.takenAt = anchor.takenAt;
  }
}

/** One anchor at a time, whoever takes it: held until the transaction ends. */
export async function lockAnchors(trx: Knex.Transaction): Promise<void> {
  await trx.raw('SELECT pg_advisory_xact_lock(?)', [ADVISORY_LOCK]);
}

interface AnchorRow {
  readonly number: number;
  readonly sealed: string;
}

/**
 * All anchors, oldest first; each was signed as `latestAnchor` asks before the next was chained to it.
 * Throws AnchorRowError.
 */
export async function listAnchors(knex: Knex, keys: readonly PublicKey[]): Promise<SealedAnchor[]> {
  const found = await rows<AnchorRow>(knex, 'SELECT number, sealed FROM note_anchors ORDER BY number');
  const anchors = found.map(anchorOf);
  const newest = anchors.at(-1);
  return newest ? [...anchors.slice(0, -1), signed(newest, keys)] : [];
}

/** The rows that its owner struck out of the anchors, in the order in which that was done. */
export const STRUCK_ANCHORS = `SELECT number, sealed, reason, ${isoInstant('struck_at')} AS "struckAt", struck_by AS "struckBy"
  FROM struck_note_anchors ORDER BY struck_at, id`;

export async function listStruckAnchors(knex: Knex): Promise<StruckAnchor[]> {
  return (await rows<StruckRow>(knex, STRUCK_ANCHORS)).map(struckOf);
}

/** As `STRUCK_ANCHORS` selects it. */
export interface StruckRow extends Omit<StruckAnchor, 'hash'> {
  readonly sealed: string;
}

export function struckOf({ sealed, ...struck }: StruckRow): StruckAnchor {
  return { ...struck, hash: sha256Hex(sealed) };
}

/**
 * @param keys the company's: the app's role can add a row of the right shape, and nobody without a key a signed one
 * Throws AnchorRowError.
 */
export async function latestAnchor(
  knex: Knex,
  keys: readonly PublicKey[],
): Promise<SealedAnchor | undefined> {
  const [found] = await rows<AnchorRow>(
    knex,
    'SELECT number, sealed FROM note_anchors ORDER BY number DESC LIMIT 1',
  );
  return found && signed(anchorOf(found), keys);
}

function signed(sealed: SealedAnchor, keys: readonly PublicKey[]): SealedAnchor {
  if (isAnchorSigned(sealed, keys)) return sealed;
  throw new AnchorSignerError(`Row ${sealed.anchor.number} of note_anchors`, sealed);
}

function anchorOf({ number, sealed }: AnchorRow): SealedAnchor {
  const read = readSealedAnchor(sealed);
  if (read?.anchor.number === number) return read;
  throw new AnchorRowError(
    `Row ${number} of note_anchors is no anchor: somebody altered it. Run npm run audit.`,
  );
}

/** Where the chain of each account stands in this transaction. */
export function currentHeads(knex: Knex): Promise<ChainHead[]> {
  return heads(
    knex,
    `SELECT DISTINCT ON (customer_id) customer_id, sequence, hash FROM account_notes ORDER BY customer_id, sequence DESC`,
  );
}

/** Where the chain of each account stood at an anchor: the leaves of its tree. */
export function headsAt(knex: Knex, number: number): Promise<ChainHead[]> {
  return heads(
    knex,
    `SELECT DISTINCT ON (customer_id) customer_id, sequence, hash FROM note_anchor_heads
     WHERE number <= :number ORDER BY customer_id, number DESC`,
    { number },
  );
}

/** The heads that moved between an anchor and the one before. */
export function headsOfAnchor(knex: Knex, number: number): Promise<ChainHead[]> {
  return heads(knex, 'SELECT customer_id, sequence, hash FROM note_anchor_heads WHERE number = :number', {
    number,
  });
}

/**
 * The database takes only an anchor that follows the one before, of no day to come, and heads that are in their
 * chains; the app's role has no other way to add one.
 * @param sealed the anchor's canonical JSON; `moved` are the heads since the anchor before
 */
export async function insertAnchor(
  trx: Knex.Transaction,
  anchor: { readonly number: number; readonly date: string; readonly sealed: string },
  moved: readonly ChainHead[],
): Promise<void> {
  await rows(trx, 'SELECT add_note_anchor(:number, :date, :sealed, :moved)', {
    ...anchor,
    moved: JSON.stringify(moved),
  });
}

async function heads(
  knex: Knex,
  found: string,
  bindings: Readonly<Record<string, unknown>> = {},
): Promise<ChainHead[]> {
  return rows<ChainHead>(
    knex,
    `SELECT customer_id AS "customerId", sequence::int AS sequence, hash FROM (${found}) AS head ORDER BY customer_id`,
    bindings,
  );
}
