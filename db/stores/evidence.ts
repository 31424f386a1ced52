import type { Knex } from 'knex';
import { row, rows } from '../sql.ts';

export interface NewEvidence {
  readonly planChangeId: string;
  readonly quoteHash: string;
  readonly method: 'verbal' | 'written';
  /** What the evidence is: recording or document, as received. */
  readonly details: Readonly<Record<string, unknown>>;
  readonly agentId: string | null;
  readonly requestId: string;
  readonly givenAt: string;
}

/** Keeps what was received, before the workflow judges it. A repeated request finds its first row. */
export async function insertEvidence(knex: Knex, evidence: NewEvidence): Promise<string> {
  const bindings = { ...evidence, details: JSON.stringify(evidence.details) };
  const [made] = await rows<{ id: string }>(
    knex,
    `INSERT INTO consent_evidence (plan_change_id, quote_hash, method, details, agent_id, request_id, given_at)
     VALUES (:planChangeId, :quoteHash, :method, :details::jsonb, :agentId, :requestId, :givenAt)
     ON CONFLICT (request_id) DO NOTHING RETURNING id`,
    bindings,
  );
  return made?.id ?? idOfRequest(knex, 'consent_evidence', evidence.requestId);
}

/** Whether the consent that this request brought was accepted. */
export async function wasAccepted(knex: Knex, requestId: string): Promise<boolean> {
  const found = await rows(
    knex,
    `SELECT 1 FROM consents k JOIN consent_evidence e ON e.id = k.evidence_id WHERE e.request_id = :requestId`,
    { requestId },
  );
  return found.length > 0;
}

/** Keeps the free text of a message: the workflow carries only its id. */
export async function insertRemark(
  knex: Knex,
  remark: {
    readonly planChangeId: string;
    readonly agentId: string | null;
    readonly body: string;
    readonly requestId: string;
  },
): Promise<string> {
  const [made] = await rows<{ id: string }>(
    knex,
    `INSERT INTO remarks (plan_change_id, agent_id, body, request_id)
     VALUES (:planChangeId, :agentId, :body, :requestId)
     ON CONFLICT (request_id) DO NOTHING RETURNING id`,
    remark,
  );
  return made?.id ?? idOfRequest(knex, 'remarks', remark.requestId);
}

/** A statement of its own: one that meets a row committed meanwhile does not see it. */
async function idOfRequest(
  knex: Knex,
  table: 'consent_evidence' | 'remarks',
  requestId: string,
): Promise<string> {
  const { id } = await row<{ id: string }>(knex, `SELECT id FROM ${table} WHERE request_id = :requestId`, {
    requestId,
  });
  return id;
}

/**
 * Deletes evidence that was never accepted, an hour after its change closed: until then a message that brings
 * it may still be under way. What was accepted stays, held by the foreign key of `consents`.
 * @returns how many rows went
 */
export async function sweepEvidence(knex: Knex): Promise<number> {
  const swept = await rows(
    knex,
    `DELETE FROM consent_evidence e USING plan_changes pc
     WHERE pc.id = e.plan_change_id AND pc.closed_at < now() - interval '1 hour'
       AND NOT EXISTS (SELECT 1 FROM consents k WHERE k.evidence_id = e.id)
     RETURNING e.id`,
  );
  return swept.length;
}
