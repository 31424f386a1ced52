import type { Knex } from 'knex';
import { row } from '../sql.ts';

export interface KeyClaim {
  readonly id: string;
  readonly requestSha256: string;
  readonly answer: StoredAnswer | null;
}

export interface StoredAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The body as it was sent, byte for byte. */
  readonly body: string;
}

export interface RequestKey {
  readonly agentId: string;
  readonly operation: string;
  readonly keySha256: string;
  readonly requestSha256: string;
}

const CLAIM_COLUMNS = `id, request_sha256 AS "requestSha256",
  CASE WHEN answer_status IS NOT NULL
    THEN jsonb_build_object('status', answer_status, 'headers', answer_headers, 'body', answer_body) END AS answer`;

/**
 * The row of a request key: made when it is new, found when it is a repeat. A row without an answer is no
 * lock: the repeat does the same work, which is idempotent, and meets the same workflow message.
 */
export async function claimKey(knex: Knex, key: RequestKey): Promise<KeyClaim> {
  return row<KeyClaim>(
    knex,
    `WITH made AS (
       INSERT INTO idempotency_keys (agent_id, operation, key_sha256, request_sha256)
       VALUES (:agentId, :operation, :keySha256, :requestSha256)
       ON CONFLICT (agent_id, operation, key_sha256) DO UPDATE SET answered_at = idempotency_keys.answered_at
       RETURNING *)
     SELECT ${CLAIM_COLUMNS} FROM made`,
    { ...key },
  );
}

/** Keeps the first answer and returns the one that is kept: parallel repeats send the same bytes. */
export async function recordAnswer(knex: Knex, id: string, answer: StoredAnswer): Promise<StoredAnswer> {
  const kept = await row<{ answer: StoredAnswer }>(
    knex,
    `UPDATE idempotency_keys SET
       answer_status = coalesce(answer_status, :status),
       answer_headers = coalesce(answer_headers, :headers::jsonb),
       answer_body = coalesce(answer_body, :body),
       answered_at = coalesce(answered_at, now())
     WHERE id = :id
     RETURNING jsonb_build_object('status', answer_status, 'headers', answer_headers, 'body', answer_body) AS answer`,
    { id, status: answer.status, headers: JSON.stringify(answer.headers), body: answer.body },
  );
  return kept.answer;
}
