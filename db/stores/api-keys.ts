import type { Knex } from 'knex';
import { rows } from '../sql.ts';

export interface ApiKey {
  readonly agentId: string;
  readonly role: 'agent' | 'supervisor' | 'ops' | 'auditor';
  readonly keySha256: string;
}

/** The key with this prefix, unless it has expired or was revoked. */
export async function findApiKey(knex: Knex, prefix: string): Promise<ApiKey | undefined> {
  const [found] = await rows<ApiKey>(
    knex,
    `SELECT k.agent_id AS "agentId", a.role, k.key_sha256 AS "keySha256"
     FROM api_keys k JOIN agents a ON a.id = k.agent_id
     WHERE k.prefix = :prefix AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > now())`,
    { prefix },
  );
  return found;
}
