import type { PlanChangeView } from '../db/read-models/plan-changes.ts';
import { findPlanChange } from '../db/read-models/plan-changes.ts';
import { customerExists, hasIdentified } from '../db/stores/identifications.ts';
import type { Agent } from './auth.ts';
import type { ApiDeps } from './deps.ts';
import { notFound } from './http-errors.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** What a request wants to do with an account; writing is counted (api/rate-limits.ts). */
export type Purpose = 'read' | 'write';

export function isUuid(id: string | undefined): id is string {
  return id !== undefined && UUID.test(id);
}

/** Ops and auditors read without an identification: what they read carries no contact data. */
export function seesNoContactData({ role }: Agent): boolean {
  return role === 'ops' || role === 'auditor';
}

/**
 * Agents and supervisors act only on customers with an own identification that still holds; ops and auditors
 * read without one. Everybody else's customer is 404. Throws 429 when too much is written to one account.
 */
export async function requireCustomer(
  deps: ApiDeps,
  agent: Agent,
  customerId: string | undefined,
  purpose: Purpose = 'read',
): Promise<string> {
  if (!isUuid(customerId)) throw notFound('customer');
  const known = seesNoContactData(agent)
    ? customerExists(deps.knex, customerId)
    : hasIdentified(deps.knex, agent.agentId, customerId);
  if (!(await counted(deps, customerId, purpose, known))) throw notFound('customer');
  return customerId;
}

/** The same for the customer of a change. */
export async function requirePlanChange(
  deps: ApiDeps,
  agent: Agent,
  id: string | undefined,
  purpose: Purpose = 'read',
): Promise<PlanChangeView> {
  const view = isUuid(id) ? await findPlanChange(deps.knex, id) : undefined;
  if (view === undefined) throw notFound('plan change');
  const known = seesNoContactData(agent)
    ? Promise.resolve(true)
    : hasIdentified(deps.knex, agent.agentId, view.customerId);
  if (!(await counted(deps, view.customerId, purpose, known))) throw notFound('plan change');
  return view;
}

function counted(
  { rateLimits }: ApiDeps,
  customerId: string,
  purpose: Purpose,
  mayAct: Promise<boolean>,
): Promise<boolean> {
  return purpose === 'read' ? mayAct : rateLimits.account(customerId, mayAct);
}
