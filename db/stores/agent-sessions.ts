import type { Knex } from 'knex';
import { isoInstant, row, rows } from '../sql.ts';
import type { ApiKey } from './api-keys.ts';

/** Who a session belongs to, and until when it lasts at the most. */
export interface AgentSession {
  readonly agentId: string;
  readonly name: string;
  readonly role: ApiKey['role'];
  readonly expiresAt: string;
}

/** Opens a session for the agent of this key, which the caller has checked; it never outlives the key. */
export async function openSession(
  knex: Knex,
  session: { readonly tokenSha256: string; readonly keySha256: string; readonly expiresAfterSeconds: number },
): Promise<AgentSession> {
  return row(
    knex,
    `WITH opened AS (
       INSERT INTO agent_sessions (token_sha256, api_key_id, expires_at)
       SELECT :tokenSha256, id, least(now() + make_interval(secs => :expiresAfterSeconds), expires_at)
       FROM api_keys WHERE key_sha256 = :keySha256 AND revoked_at IS NULL
       RETURNING api_key_id, expires_at
     )
     SELECT a.id AS "agentId", a.handle AS name, a.role, ${isoInstant('o.expires_at')} AS "expiresAt"
     FROM opened o JOIN api_keys k ON k.id = o.api_key_id JOIN agents a ON a.id = k.agent_id`,
    session,
  );
}

/**
 * The session with this token, unless it was ended, is over, has been idle for too long, or its key has expired
 * or was revoked. What the agent does keeps it alive: `isUse`, written down at
 * most once a minute.
 */
export async function useSession(
  knex: Knex,
  tokenSha256: string,
  options: { readonly idleSeconds: number; readonly isUse: boolean },
): Promise<AgentSession | undefined> {
  const [found] = await rows<AgentSession>(
    knex,
    `WITH live AS (
       SELECT s.id, s.used_at, s.expires_at, a.id AS agent_id, a.handle, a.role
       FROM agent_sessions s JOIN api_keys k ON k.id = s.api_key_id JOIN agents a ON a.id = k.agent_id
       WHERE s.token_sha256 = :tokenSha256 AND s.ended_at IS NULL AND s.expires_at > now()
         AND s.used_at > now() - make_interval(secs => :idleSeconds)
         AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > now())
     ), touched AS (
       UPDATE agent_sessions s SET used_at = now() FROM live
       WHERE s.id = live.id AND :isUse AND live.used_at < now() - interval '1 minute'
     )
     SELECT agent_id AS "agentId", handle AS name, role, ${isoInstant('expires_at')} AS "expiresAt" FROM live`,
    { tokenSha256, ...options },
  );
  return found;
}

/** Ends a session for good; one that has ended stays as it is. */
export async function endSession(knex: Knex, tokenSha256: string): Promise<void> {
  await rows(
    knex,
    `UPDATE agent_sessions SET ended_at = now() WHERE token_sha256 = :tokenSha256 AND ended_at IS NULL`,
    { tokenSha256 },
  );
}

/** The name by which people know an agent. */
export async function findAgentName(knex: Knex, agentId: string): Promise<string> {
  const { name } = await row<{ name: string }>(
    knex,
    `SELECT handle AS name FROM agents WHERE id = :agentId`,
    {
      agentId,
    },
  );
  return name;
}
