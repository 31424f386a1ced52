import { formerLinkHash, linkHash, NO_NOTE_BEFORE, noteRowHash } from '../../../evidence/note-hash.ts';
import { isoInstant } from '../../../db/sql.ts';
import type { CheckContext, Finding } from '../check.ts';
import { finding } from '../check.ts';

type Note = Parameters<typeof noteRowHash>[2] & {
  readonly customer_id: string;
  readonly sequence: number;
  readonly hash: string;
};

const NOTES = `
  SELECT customer_id, sequence::int AS sequence, hash, id AS "noteId", kind::text AS kind, body,
         json_build_object('type', author_type, 'id', author_id) AS author, plan_change_id AS "planChangeId", revision,
         ${isoInstant('created_at')} AS "createdAt", salt
  FROM account_notes ORDER BY customer_id, sequence`;

/** The chains by a hash worked out here: whoever can change a row can change the database's function as well. */
export async function notesHashedApart({ query, looked }: CheckContext): Promise<Finding[]> {
  const notes = await query<Note>(NOTES);
  looked(notes.length);
  const wrong = new Set<string>();
  let before = { customer: '', hash: NO_NOTE_BEFORE };
  const findings: Finding[] = [];
  for (const { customer_id: customer, sequence, hash, ...note } of notes) {
    const previous = before.customer === customer ? before.hash : NO_NOTE_BEFORE;
    before = { customer, hash };
    const isRight =
      linkHash(previous, noteRowHash(customer, sequence, note)) === hash ||
      formerLinkHash(previous, customer, sequence, note) === hash;
    if (isRight || wrong.has(customer)) continue;
    wrong.add(customer);
    findings.push(
      finding('I9', `the hash of note ${sequence} is not that of its row, by a hash worked out apart`, {
        customer_id: customer,
      }),
    );
  }
  return findings;
}
