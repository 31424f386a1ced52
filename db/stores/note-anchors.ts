import type { Knex } from 'knex';
import type { ChainHead, SealedAnchor } from '../../evidence/note-anchor.ts';
import { rows } from '../sql.ts';

const ADVISORY_LOCK = 7_261_012;

/** One anchor at a time, whoever takes it: held until the transaction ends. */
export async function lockAnchors(trx: Knex.Transaction): Promise<void> {
  await trx.raw('SELECT pg_advisory_xact_lock(?)', [ADVISORY_LOCK]);
}

/** All anchors, oldest first. */
export async function listAnchors(knex: Knex): Promise<SealedAnchor[]> {
  const found = await rows<{ sealed: string }>(knex, 'SELECT sealed FROM note_anchors ORDER BY number');
  return found.map(({ sealed }) => JSON.parse(sealed) as SealedAnchor);
}

export async function latestAnchor(knex: Knex): Promise<SealedAnchor | undefined> {
  const [found] = await rows<{ sealed: string }>(
    knex,
    'SELECT sealed FROM note_anchors ORDER BY number DESC LIMIT 1',
  );
  return found && (JSON.parse(found.sealed) as SealedAnchor);
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

/** @param sealed the anchor's canonical JSON; `moved` are the heads since the anchor before */
export async function insertAnchor(
  trx: Knex.Transaction,
  anchor: { readonly number: number; readonly date: string; readonly sealed: string },
  moved: readonly ChainHead[],
): Promise<void> {
  await rows(
    trx,
    `WITH made AS (INSERT INTO note_anchors (number, anchored_on, sealed) VALUES (:number, :date, :sealed) RETURNING number)
     INSERT INTO note_anchor_heads (number, customer_id, sequence, hash)
     SELECT made.number, h."customerId", h.sequence, h.hash
     FROM made, jsonb_to_recordset(:moved::jsonb) AS h ("customerId" uuid, sequence bigint, hash text)`,
    { ...anchor, moved: JSON.stringify(moved) },
  );
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
