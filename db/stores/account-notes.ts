import type { Knex } from 'knex';

export interface AccountNote {
  readonly customerId: string;
  readonly planChangeId: string | null;
  readonly kind: string;
  readonly body: string;
  readonly author: { readonly type: 'agent' | 'customer' | 'ops' | 'system'; readonly id: string | null };
  /** Tells apart notes of one kind on one change; 1 unless given. */
  readonly revision?: number;
  /** The idempotency row of the request that writes it: a repeat leaves one note. */
  readonly requestId?: string;
}

/** The revision that a further note of this kind on a change has; the change is locked. */
export async function nextNoteRevision(knex: Knex, planChangeId: string, kind: string): Promise<number> {
  const found = await knex('account_notes')
    .where({ plan_change_id: planChangeId, kind })
    .max<{ max: number | null }[]>('revision as max');
  return (found[0]?.max ?? 0) + 1;
}

/** Adds a note. Sequence, time and hash are the database's (migration 007). */
export async function appendNote(knex: Knex, note: AccountNote): Promise<void> {
  const insertion = knex('account_notes').insert({
    customer_id: note.customerId,
    plan_change_id: note.planChangeId,
    kind: note.kind,
    body: note.body,
    author_type: note.author.type,
    author_id: note.author.id,
    revision: note.revision ?? 1,
    request_id: note.requestId ?? null,
  });
  await (note.requestId === undefined ? insertion : insertion.onConflict('request_id').ignore());
}
