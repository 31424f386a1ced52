import type { Knex } from 'knex';
import { rows } from '../sql.ts';

export interface ApiKey {
  readonly agentId: string;
  readonly role: 'agent' | 'supervisor' | 'ops' | 'auditor';
  readonly keySha256: string;
}

/**
 * The key with this prefix, unless it has expired or was revoked. That it was used is kept to within the hour,
 * and only of the key itself: whoever knows no more than a prefix leaves no trace on it.
 */
export async function findApiKey(
  knex: Knex,
  prefix: string,
  presentedSha256: string,
): Promise<ApiKey | undefined> {
  const [found] = await rows<ApiKey>(
    knex,
    `WITH touched AS (
       UPDATE api_keys SET last_used_at = now()
       WHERE prefix = :prefix AND key_sha256 = :presentedSha256 AND revoked_at IS NULL
         AND (expires_at IS NULL OR expires_at > now())
         AND (last_used_at IS NULL OR last_used_at < now() - interval '1 hour'))
     SELECT k.agent_id AS "agentId", a.role, k.key_sha256 AS "keySha256"
     FROM api_keys k JOIN agents a ON a.id = k.agent_id
     WHERE k.prefix = :prefix AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > now())`,
    { prefix, presentedSha256 },
  );
  return found;
}
