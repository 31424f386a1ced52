import { createHash } from 'node:crypto';
import type { Knex } from 'knex';

export const AGENT_ROLES = ['agent', 'supervisor', 'ops', 'auditor'] as const;
export type AgentRole = (typeof AGENT_ROLES)[number];

const API_KEY = /^pc_([0-9A-Za-z]{8})_[0-9A-Za-z]{16,}$/;

/**
 * Makes one development agent per role, named `dev-<role>`, whose one valid API key is the given one. Keys are
 * stored as their eight-character prefix and the SHA-256 of the whole key; a key that is no longer given is
 * revoked. A second call with the same keys changes nothing.
 * @param knex a connection of the migrator: the app may not write agents
 * @param keys one `pc_<8 characters>_<secret>` per role, in letters and digits
 * @returns the agents' ids by role
 * @throws Error for a key of another form, or one whose prefix already belongs to another key
 */
export async function seedAgents(
  knex: Knex,
  keys: Readonly<Record<AgentRole, string>>,
): Promise<Record<AgentRole, string>> {
  return knex.transaction(async (trx) => ({
    agent: await seedAgent(trx, 'agent', keys.agent),
    supervisor: await seedAgent(trx, 'supervisor', keys.supervisor),
    ops: await seedAgent(trx, 'ops', keys.ops),
    auditor: await seedAgent(trx, 'auditor', keys.auditor),
  }));
}

async function seedAgent(trx: Knex.Transaction, role: AgentRole, key: string): Promise<string> {
  const prefix = API_KEY.exec(key)?.[1];
  if (prefix === undefined) {
    throw new Error(
      `The API key of ${role} is not pc_<8 characters>_<16 or more characters>, letters and digits`,
    );
  }
  const sha256 = createHash('sha256').update(key).digest('hex');

  const handle = `dev-${role}`;
  await trx('agents').insert({ handle, role }).onConflict('handle').ignore();
  const agent = await trx('agents').where({ handle }).first<{ id: string }>('id');
  await trx('api_keys')
    .insert({ agent_id: agent.id, prefix, key_sha256: sha256 })
    .onConflict('prefix')
    .merge({ revoked_at: null })
    .where({ 'api_keys.agent_id': agent.id, 'api_keys.key_sha256': sha256 });
  await trx('api_keys')
    .where({ agent_id: agent.id })
    .whereNot({ prefix })
    .whereNull('revoked_at')
    .update({ revoked_at: trx.fn.now() });

  const stored = await trx('api_keys').where({ prefix }).first<{ agent_id: string; key_sha256: string }>();
  if (stored.key_sha256 !== sha256 || stored.agent_id !== agent.id) {
    throw new Error(`The prefix ${prefix} of the API key of ${role} belongs to another key: make a new one`);
  }
  return agent.id;
}
