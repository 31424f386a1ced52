import {
  CONSENT_DAYS,
  CONSENT_GROUPS,
  WAITING_GROUPS,
  workSummary as readWorkSummary,
} from '../../db/read-models/work-summary.ts';
import { ACCESS } from '../auth.ts';
import type { ApiDeps } from '../deps.ts';
import type { Route } from '../route.ts';
import { defineRoute } from '../route.ts';
import { workQuery, workSummary } from '../schemas/work.ts';

const NONE = { quoting: 0, awaiting_consent: 0, scheduled: 0, activating: 0, held: 0, activated: 0 };

/** What there is to do. Agents see their own work, as in the list of changes. */
export function workRoutes(deps: ApiDeps): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: '/v1/work/summary',
      operationId: 'getWorkSummary',
      summary: 'Counts of the worklists and of what is in flight, and how the last hours went',
      tag: 'Plan changes',
      access: ACCESS.everyone,
      idempotencyKey: 'none',
      query: workQuery,
      answers: { 200: { description: 'As of now.', schema: workSummary } },
      handle: async ({ agent, query }) => {
        const isOwn = agent.role === 'agent' || query.mine === 'true';
        const { statuses, held, unconfirmed, undelivered, expiring, ...summary } = await readWorkSummary(
          deps.knex,
          { agentId: isOwn ? agent.agentId : null, holdMs: deps.policy.holdMs },
        );
        return {
          status: 200,
          body: {
            asOf: summary.asOf,
            scope: isOwn ? 'own' : 'all',
            inFlight: { ...NONE, ...statuses },
            worklists: { held, unconfirmed, undelivered, expiring },
            hours: summary.hours,
            waiting: groups(WAITING_GROUPS, summary.waiting),
            toConsent: {
              days: CONSENT_DAYS,
              medianSeconds: summary.toConsent.medianSeconds,
              groups: groups(CONSENT_GROUPS, summary.toConsent.counts),
            },
          },
        };
      },
    }),
  ];
}

function groups(ends: readonly number[], counts: readonly number[]) {
  return counts.map((count, index) => ({ underMinutes: ends[index] ?? null, count }));
}
