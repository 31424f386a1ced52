import { createHash, timingSafeEqual } from 'node:crypto';
import type { Knex } from 'knex';
import { findApiKey } from '../db/stores/api-keys.ts';
import { HttpProblem } from './http-errors.ts';

export type Role = 'agent' | 'supervisor' | 'ops' | 'auditor';

export interface Agent {
  readonly agentId: string;
  readonly role: Role;
}

/** Who may do what; a route names one of these, and the OpenAPI document shows it. */
export const ACCESS = {
  everyone: ['agent', 'supervisor', 'ops', 'auditor'],
  serving: ['agent', 'supervisor'],
  servingAndOps: ['agent', 'supervisor', 'ops'],
  servingAndAuditor: ['agent', 'supervisor', 'auditor'],
} as const satisfies Record<string, readonly Role[]>;

/** Stands for "nobody" where a route is public. */
export const NOBODY: Agent = { agentId: '00000000-0000-0000-0000-000000000000', role: 'auditor' };

const KEY = /^Bearer +(pc_([0-9A-Za-z]{8})_[0-9A-Za-z]{16,})$/i;

/**
 * The agent behind `Authorization: Bearer <key>`. Keys are stored as SHA-256 and found by their prefix.
 * Throws 401 for a missing, malformed, unknown, expired or revoked key, without saying which.
 */
export async function authenticate(knex: Knex, authorization: string | undefined): Promise<Agent> {
  const [, key, prefix] = KEY.exec(authorization ?? '') ?? [];
  if (key === undefined || prefix === undefined) throw unauthenticated();
  const presented = createHash('sha256').update(key).digest();
  const found = await findApiKey(knex, prefix, presented.toString('hex'));
  if (found === undefined || !timingSafeEqual(presented, Buffer.from(found.keySha256, 'hex')))
    throw unauthenticated();
  return { agentId: found.agentId, role: found.role };
}

export function authorize(agent: Agent, access: readonly Role[]): void {
  if (access.includes(agent.role)) return;
  throw new HttpProblem(
    403,
    'role-not-allowed',
    'Your role may not do this',
    `The role ${agent.role} cannot call this. Allowed: ${access.join(', ')}. Ask a colleague with that role.`,
  );
}

function unauthenticated(): HttpProblem {
  return new HttpProblem(
    401,
    'unauthenticated',
    'An API key is needed',
    'Send a valid key as "Authorization: Bearer <key>". Keys expire and can be revoked: ask for a new one.',
  );
}
