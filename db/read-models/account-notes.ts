import type { Knex } from 'knex';
import { isoInstant, row, rows } from '../sql.ts';

export interface NoteView {
  readonly noteId: string;
  readonly sequence: bigint;
  readonly kind: string;
  readonly body: string;
  readonly authorType: 'agent' | 'customer' | 'ops' | 'system';
  readonly authorId: string | null;
  readonly planChangeId: string | null;
  readonly createdAt: string;
  readonly hash: string;
}

const COLUMNS = `id AS "noteId", sequence, kind, body, author_type AS "authorType", author_id AS "authorId",
  plan_change_id AS "planChangeId", ${isoInstant('created_at')} AS "createdAt", hash`;

/** Newest first, from before a sequence. */
export async function listNotes(
  knex: Knex,
  query: { readonly customerId: string; readonly before: bigint | undefined; readonly limit: number },
): Promise<NoteView[]> {
  return rows<NoteView>(
    knex,
    `SELECT ${COLUMNS} FROM account_notes
     WHERE customer_id = :customerId AND (:before::bigint IS NULL OR sequence < :before::bigint)
     ORDER BY sequence DESC LIMIT :limit`,
    { customerId: query.customerId, before: query.before?.toString() ?? null, limit: query.limit },
  );
}

/** Whether the hash chain of the account verifies from its first note to its last. */
export async function chainStatus(knex: Knex, customerId: string): Promise<'verified' | 'broken'> {
  const { broken } = await row<{ broken: boolean }>(
    knex,
    'SELECT EXISTS (SELECT 1 FROM broken_account_notes(:customerId)) AS broken',
    { customerId },
  );
  return broken ? 'broken' : 'verified';
}

/** The note that a request wrote. */
export async function findNoteOfRequest(knex: Knex, requestId: string): Promise<NoteView> {
  return row<NoteView>(knex, `SELECT ${COLUMNS} FROM account_notes WHERE request_id = :requestId`, {
    requestId,
  });
}
