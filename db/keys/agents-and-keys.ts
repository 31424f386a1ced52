import type { Knex } from 'knex';
import { isoInstant, rows } from '../sql.ts';
import { newApiKey } from './api-key.ts';

export const ROLES = ['agent', 'supervisor', 'ops', 'auditor'] as const;
export type Role = (typeof ROLES)[number];

/** A request that cannot be done; the message is a sentence that says what to do. */
export class KeysError extends Error {
  override readonly name = 'KeysError';
}

/** What anybody may see of a key. Instants are ISO 8601. */
export interface KeyView {
  readonly prefix: string;
  readonly agent: string;
  readonly role: Role;
  readonly createdAt: string;
  readonly expiresAt: string | null;
  readonly revokedAt: string | null;
  /** To within the hour. */
  readonly lastUsedAt: string | null;
}

/** A key just made: `key` is shown now and never again. */
export interface IssuedKey extends KeyView {
  readonly key: string;
}

const HANDLE = /^[a-z0-9][a-z0-9._-]{0,62}$/;

const VIEW = `k.prefix, a.handle AS agent, a.role, ${isoInstant('k.created_at')} AS "createdAt",
  ${isoInstant('k.expires_at')} AS "expiresAt", ${isoInstant('k.revoked_at')} AS "revokedAt",
  ${isoInstant('k.last_used_at')} AS "lastUsedAt"`;

/** Makes an agent without a key. Throws KeysError for a handle that is taken or has another form. */
export async function createAgent(knex: Knex, handle: string, role: Role): Promise<void> {
  if (!HANDLE.test(handle)) {
    throw new KeysError(
      `"${handle}" is no name for an agent: use 1 to 63 lower-case letters, digits, dots, hyphens or underscores.`,
    );
  }
  const made = await knex('agents').insert({ handle, role }).onConflict('handle').ignore().returning('id');
  if (made.length === 0) throw new KeysError(`There is an agent ${handle} already: issue a key with it.`);
}

/** Makes a key for an agent. `days` it is valid; null: until it is revoked. */
export async function issueKey(knex: Knex, handle: string, days: number | null): Promise<IssuedKey> {
  const { key, prefix, sha256 } = newApiKey();
  const [issued] = await rows<KeyView>(
    knex,
    `WITH k AS (
       INSERT INTO api_keys (agent_id, prefix, key_sha256, expires_at)
       SELECT id, :prefix, :sha256, now() + make_interval(days => :days::integer) FROM agents WHERE handle = :handle
       RETURNING *)
     SELECT ${VIEW} FROM k JOIN agents a ON a.id = k.agent_id`,
    { handle, prefix, sha256, days },
  );
  if (!issued) throw new KeysError(`There is no agent ${handle}: create it first, or see \`list\`.`);
  return { ...issued, key };
}

/**
 * Makes a new key for the agent of an old one. The old one goes on working for `graceHours`, unless it ends
 * sooner by itself, so that whoever uses it can change over.
 */
export async function rotateKey(
  knex: Knex,
  prefix: string,
  { days, graceHours }: { readonly days: number | null; readonly graceHours: number },
): Promise<IssuedKey> {
  return knex.transaction(async (trx) => {
    const [old] = await rows<{ agent: string }>(
      trx,
      `UPDATE api_keys k SET expires_at = least(k.expires_at, now() + make_interval(hours => :graceHours::integer))
       FROM agents a
       WHERE a.id = k.agent_id AND k.prefix = :prefix AND k.revoked_at IS NULL
         AND (k.expires_at IS NULL OR k.expires_at > now())
       RETURNING a.handle AS agent`,
      { prefix, graceHours },
    );
    if (!old)
      throw new KeysError(`No key that is valid begins with ${prefix}: see \`list\`, or issue a new one.`);
    return issueKey(trx, old.agent, days);
  });
}

/** Ends a key at once; revoking it again changes nothing. */
export async function revokeKey(knex: Knex, prefix: string): Promise<KeyView> {
  const [revoked] = await rows<KeyView>(
    knex,
    `WITH k AS (UPDATE api_keys SET revoked_at = coalesce(revoked_at, now()) WHERE prefix = :prefix RETURNING *)
     SELECT ${VIEW} FROM k JOIN agents a ON a.id = k.agent_id`,
    { prefix },
  );
  if (!revoked) throw new KeysError(`No key begins with ${prefix}: see \`list\`.`);
  return revoked;
}

/** Ends all keys of an agent, and with them the sessions in the console. @returns those that were not revoked before */
export async function revokeKeysOf(knex: Knex, handle: string): Promise<KeyView[]> {
  const agent: unknown = await knex('agents').where({ handle }).first('id');
  if (agent === undefined) throw new KeysError(`There is no agent ${handle}: see \`list\`.`);
  return rows<KeyView>(
    knex,
    `WITH k AS (
       UPDATE api_keys SET revoked_at = now()
       WHERE revoked_at IS NULL AND agent_id = (SELECT id FROM agents WHERE handle = :handle) RETURNING *)
     SELECT ${VIEW} FROM k JOIN agents a ON a.id = k.agent_id ORDER BY k.created_at`,
    { handle },
  );
}

/** Newest first; of one agent, or of all. */
export async function listKeys(knex: Knex, handle?: string): Promise<KeyView[]> {
  return rows<KeyView>(
    knex,
    `SELECT ${VIEW} FROM api_keys k JOIN agents a ON a.id = k.agent_id
     WHERE :handle::text IS NULL OR a.handle = :handle ORDER BY k.created_at DESC, k.prefix`,
    { handle: handle ?? null },
  );
}
