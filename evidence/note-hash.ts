import { sha256Hex } from '../domain/canonical-json.ts';
import type { ChainLink } from './payload.ts';

export const NO_NOTE_BEFORE = '0'.repeat(64);

/**
 * The hash of a note as the database makes it (`account_note_hash`, migration 007): the SHA-256 of the hash before and
 * the row as PostgreSQL writes a JSON array, with the instant in seconds since 1970.
 */
export function noteHash(
  previousHash: string,
  customerId: string,
  sequence: number,
  note: NonNullable<ChainLink['note']>,
): string {
  const { noteId, kind, body, author, planChangeId, revision, createdAt } = note;
  const row = [
    noteId,
    customerId,
    sequence,
    kind,
    body,
    author.type,
    author.id,
    planChangeId,
    revision,
    epochOf(createdAt),
  ];
  return sha256Hex(`${previousHash}[${row.map((value) => JSON.stringify(value)).join(', ')}]`);
}

/** '2026-11-24T15:04:05.123456Z' → '1795791845.123456'. */
function epochOf(instant: string): string {
  const fraction = /\.(\d+)Z$/.exec(instant)?.[1] ?? '';
  return `${Math.floor(Date.parse(instant) / 1_000)}.${fraction.padEnd(6, '0').slice(0, 6)}`;
}
