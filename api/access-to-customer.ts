import type { PlanChangeView } from '../db/read-models/plan-changes.ts';
import { findPlanChange } from '../db/read-models/plan-changes.ts';
import { customerExists, hasIdentified } from '../db/stores/identifications.ts';
import type { Agent } from './auth.ts';
import type { ApiDeps } from './deps.ts';
import { notFound } from './http-errors.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export function isUuid(id: string | undefined): id is string {
  return id !== undefined && UUID.test(id);
}

/**
 * Agents and supervisors act only on customers with an own identification that still holds; ops and auditors
 * read without one (what they read carries no contact data). Everybody else's customer is 404.
 */
export async function requireCustomer(
  deps: ApiDeps,
  agent: Agent,
  customerId: string | undefined,
): Promise<string> {
  if (!isUuid(customerId)) throw notFound('customer');
  const maySee =
    agent.role === 'ops' || agent.role === 'auditor'
      ? await customerExists(deps.knex, customerId)
      : await hasIdentified(deps.knex, agent.agentId, customerId);
  if (!maySee) throw notFound('customer');
  return customerId;
}

export async function requirePlanChange(
  deps: ApiDeps,
  agent: Agent,
  id: string | undefined,
): Promise<PlanChangeView> {
  const view = isUuid(id) ? await findPlanChange(deps.knex, id) : undefined;
  if (view === undefined) throw notFound('plan change');
  if (agent.role === 'ops' || agent.role === 'auditor') return view;
  if (!(await hasIdentified(deps.knex, agent.agentId, view.customerId))) throw notFound('plan change');
  return view;
}
