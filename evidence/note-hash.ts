import { sha256Hex } from '../domain/canonical-json.ts';
import type { ChainLink } from './payload.ts';

export const NO_NOTE_BEFORE = '0'.repeat(64);

type Note = NonNullable<ChainLink['note']>;

/**
 * The hash of a note's row as the database makes it (`account_note_row_hash`, migrations 019 and 023): of the row as
 * PostgreSQL writes a JSON array, with the instant in seconds since 1970 and the salt, if it has one, at the end.
 */
export function noteRowHash(customerId: string, sequence: number, note: Note): string {
  return sha256Hex(rowText(customerId, sequence, note));
}

/**
 * The hash of a link of the chain (`account_note_hash`): of the hash before and the hash of its row. So a link can be
 * followed by who is shown the hash of a row and not the row.
 */
export function linkHash(previousHash: string, rowHash: string): string {
  return sha256Hex(`${previousHash}${rowHash}`);
}

/** The hash of a link from before migration 019: of the hash before and the whole row. */
export function formerLinkHash(
  previousHash: string,
  customerId: string,
  sequence: number,
  note: Note,
): string {
  return sha256Hex(`${previousHash}${rowText(customerId, sequence, note)}`);
}

function rowText(customerId: string, sequence: number, note: Note): string {
  const { noteId, kind, body, author, planChangeId, revision, createdAt, salt = null } = note;
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
    ...(salt === null ? [] : [salt]),
  ];
  return `[${row.map((value) => JSON.stringify(value)).join(', ')}]`;
}

/** '2026-11-24T15:04:05.123456Z' → '1795791845.123456'. */
function epochOf(instant: string): string {
  const fraction = /\.(\d+)Z$/.exec(instant)?.[1] ?? '';
  return `${Math.floor(Date.parse(instant) / 1_000)}.${fraction.padEnd(6, '0').slice(0, 6)}`;
}
