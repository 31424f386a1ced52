import type { Knex } from 'knex';
import { isoInstant, row, rows } from '../sql.ts';
import { appendNote } from './account-notes.ts';

/** What identification compares; never leaves the server unless it matched. */
export interface IdentityRecord {
  readonly customerId: string;
  readonly fullName: string;
  readonly serviceAddress: string;
}

export async function findIdentity(knex: Knex, accountKey: string): Promise<IdentityRecord | undefined> {
  const [found] = await rows<IdentityRecord>(
    knex,
    `SELECT id AS "customerId", full_name AS "fullName", service_address AS "serviceAddress"
     FROM customers WHERE account_key = :accountKey`,
    { accountKey },
  );
  return found;
}

export interface Identification {
  readonly identificationId: string;
  readonly agentId: string;
  readonly customerId: string;
  readonly expiresAt: string;
}

const COLUMNS = `id AS "identificationId", agent_id AS "agentId", customer_id AS "customerId", ${isoInstant('expires_at')} AS "expiresAt"`;

/** Records who was identified by whom, with its note. A repeated request finds its first row. */
export async function recordIdentification(
  knex: Knex,
  made: {
    readonly agentId: string;
    readonly customerId: string;
    readonly validForMs: number;
    readonly requestId: string;
  },
): Promise<Identification> {
  return knex.transaction(async (trx) => {
    const identification = await row<Identification>(
      trx,
      `INSERT INTO identifications (agent_id, customer_id, expires_at, request_id)
       VALUES (:agentId, :customerId, now() + make_interval(secs => :validForMs / 1000.0), :requestId)
       ON CONFLICT (request_id) DO UPDATE SET request_id = excluded.request_id
       RETURNING ${COLUMNS}`,
      made,
    );
    await appendNote(trx, {
      customerId: made.customerId,
      planChangeId: null,
      kind: 'identified',
      body: 'Identified by account number, name and address.',
      author: { type: 'agent', id: made.agentId },
      requestId: made.requestId,
    });
    return identification;
  });
}

export async function findIdentification(knex: Knex, id: string): Promise<Identification | undefined> {
  const [found] = await rows<Identification>(knex, `SELECT ${COLUMNS} FROM identifications WHERE id = :id`, {
    id,
  });
  return found;
}

export async function customerExists(knex: Knex, customerId: string): Promise<boolean> {
  return (await rows(knex, 'SELECT 1 FROM customers WHERE id = :customerId', { customerId })).length > 0;
}

/** Whether this agent has identified this customer and that still holds (invariant I13). */
export async function hasIdentified(knex: Knex, agentId: string, customerId: string): Promise<boolean> {
  const found = await rows(
    knex,
    `SELECT 1 FROM identifications WHERE agent_id = :agentId AND customer_id = :customerId AND expires_at > now() LIMIT 1`,
    { agentId, customerId },
  );
  return found.length > 0;
}
