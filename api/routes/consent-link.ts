import { requirePlanChange } from '../access-to-customer.ts';
import { ACCESS } from '../auth.ts';
import type { ApiDeps } from '../deps.ts';
import { REFUSED_AS } from '../documented-problems.ts';
import { refused } from '../http-errors.ts';
import { changeClosed, settled } from '../outcome.ts';
import { isTerminal } from '../../domain/plan-change-status.ts';
import type { Route } from '../route.ts';
import { defineRoute } from '../route.ts';
import { acceptedPlanChange, consentLinkBody } from '../schemas/plan-changes.ts';

/** Written consent by link: the customer gets a mail and answers on a page of ours. */
export function consentLinkRoutes(deps: ApiDeps): Route[] {
  return [
    defineRoute({
      method: 'post',
      path: '/v1/plan-changes/{id}/consent-link',
      operationId: 'sendConsentLink',
      summary: 'Ask the customer for written consent by a single-use link in an email',
      tag: 'Plan changes',
      access: ACCESS.serving,
      idempotencyKey: 'required',
      body: consentLinkBody,
      answers: { 202: { description: 'The mail is on its way.', schema: acceptedPlanChange } },
      problems: REFUSED_AS,
      handle: async ({ agent, params, request }) => {
        const view = await requirePlanChange(deps, agent, params['id'], 'write');
        if (isTerminal(view.status)) throw changeClosed(view.status);
        if (view.status !== 'awaiting_consent') throw refused('WRONG_STATE', view.status);
        // The step judges again, by workflow time; but it can only send nothing, and 202 would say it did.
        if (view.quote && Date.parse(view.quote.expiresAt) <= Date.now())
          throw refused('QUOTE_EXPIRED', view.status);
        await deps.consentMailLimit.counted(view.id, async () =>
          settled(
            await deps.gateway.requestConsent({
              planChangeId: view.id,
              customerId: view.customerId,
              requestId: request.id,
              author: { type: 'agent', id: agent.agentId },
            }),
          ),
        );
        return {
          status: 202,
          body: { planChangeId: view.id, status: view.status },
          headers: { location: `/v1/plan-changes/${view.id}` },
        };
      },
    }),
  ];
}
