import { presentName } from '../../db/read-models/contact-data.ts';
import type { PlanChangeView } from '../../db/read-models/plan-changes.ts';
import { findPlanChange } from '../../db/read-models/plan-changes.ts';
import { confirmPlanChange } from '../../db/stores/confirmations.ts';
import { insertEvidence, insertRemark, wasAccepted } from '../../db/stores/evidence.ts';
import { isTerminal } from '../../domain/plan-change-status.ts';
import type {
  EndInput,
  RecordConsentInput,
  RequoteInput,
  RescheduleInput,
} from '../../workflows/contract.ts';
import { requirePlanChange } from '../access-to-customer.ts';
import type { Agent, Role } from '../auth.ts';
import { ACCESS } from '../auth.ts';
import type { ApiDeps } from '../deps.ts';
import { REFUSED_AS } from '../documented-problems.ts';
import type { HttpProblem } from '../http-errors.ts';
import { notFound, refused } from '../http-errors.ts';
import {
  consentGivenAt,
  refuseImplausible,
  refuseOfAnotherQuote,
  refuseOfAnotherSigner,
} from '../consent-times.ts';
import { changeClosed, settled } from '../outcome.ts';
import type { MessageName } from '../plan-change-gateway.ts';
import { planRejection } from '../plan-rejection.ts';
import type { Answer, RequestIdentity, Route } from '../route.ts';
import { defineRoute } from '../route.ts';
import {
  acceptedPlanChange,
  confirmationBody,
  consentBody,
  planChange,
  reasonBody,
  requoteBody,
  rescheduleBody,
} from '../schemas/plan-changes.ts';
import { serialisePlanChange } from '../serialise-plan-change.ts';

/** What an agent tells a change that is open: each is one message to its workflow. */
export function messageRoutes(deps: ApiDeps): Route[] {
  const common = {
    method: 'post',
    tag: 'Plan changes',
    answers: {
      200: { description: 'Done: the change as it stands now.', schema: planChange },
      202: { description: 'Accepted and durable, not finished yet.', schema: acceptedPlanChange },
    },
    problems: REFUSED_AS,
  } as const;
  const ending = (
    name: 'decline' | 'cancel',
    endsAs: 'declined' | 'cancelled',
    access: readonly Role[],
    summary: string,
  ) =>
    defineRoute({
      ...common,
      path: `/v1/plan-changes/{id}/${name}`,
      operationId: `${name}PlanChange`,
      summary,
      access,
      idempotencyKey: 'optional',
      body: reasonBody,
      handle: async ({ agent, params, body, request }) => {
        const view = await requirePlanChange(deps, agent, params['id'], 'write');
        // Ended so already, it is told again: a server that was killed may have lost the message after its step.
        if (isTerminal(view.status) && view.status !== endsAs) throw changeClosed(view.status);
        const remarkId = await insertRemark(deps.knex, {
          planChangeId: view.id,
          agentId: agent.agentId,
          body: body.reason,
          requestId: request.id,
        });
        const payload: EndInput = { remarkId, author: authorOf(agent) };
        return send(deps, view, name, payload, request, (now) => now.status === endsAs);
      },
    });

  return [
    defineRoute({
      ...common,
      path: '/v1/plan-changes/{id}/consent',
      operationId: 'recordConsent',
      summary: 'Record that the customer agreed to exactly this quote',
      access: ACCESS.serving,
      idempotencyKey: 'required',
      body: consentBody,
      handle: async ({ agent, params, body, request }) => {
        const view = await requirePlanChange(deps, agent, params['id'], 'write');
        refuseImplausible(body);
        // An earlier try may have done it all; while the change is open, the same message waits for its end.
        if (isTerminal(view.status) && (await wasAccepted(deps.knex, request.id))) return shown(deps, view);
        if (isTerminal(view.status)) throw tooLate('recordConsent', view.status);
        refuseOfAnotherQuote(body, view);
        if (body.method === 'written')
          refuseOfAnotherSigner(body, await presentName(deps.knex, view.customerId));
        const evidenceId = await insertEvidence(deps.knex, {
          planChangeId: view.id,
          quoteHash: body.quoteHash,
          method: body.method,
          details:
            body.method === 'verbal'
              ? body.recording
              : { ...body.document, signedBy: body.signedBy, signedAt: body.signedAt },
          agentId: agent.agentId,
          requestId: request.id,
          givenAt: consentGivenAt(body, view),
        });
        const { quoteHash, method } = body;
        const payload: RecordConsentInput = { evidenceId, quoteHash, method, author: authorOf(agent) };
        return send(deps, view, 'recordConsent', payload, request, () => wasAccepted(deps.knex, request.id));
      },
    }),
    ending('decline', 'declined', ACCESS.serving, 'The customer does not want the change'),
    ending('cancel', 'cancelled', ACCESS.servingAndOps, 'Withdraw the change before it is applied'),
    defineRoute({
      ...common,
      path: '/v1/plan-changes/{id}/requote',
      operationId: 'requotePlanChange',
      summary: "Make a new quote at today's price; earlier consent is void",
      access: ACCESS.servingAndOps,
      idempotencyKey: 'optional',
      body: requoteBody,
      handle: async ({ agent, params, request }) => {
        const view = await requirePlanChange(deps, agent, params['id'], 'write');
        if (agent.role === 'ops' && view.status !== 'held') throw refused('WRONG_STATE', view.status);
        if (isTerminal(view.status)) throw changeClosed(view.status);
        const payload: RequoteInput = { author: authorOf(agent) };
        return send(deps, view, 'requote', payload, request, () => false);
      },
    }),
    defineRoute({
      ...common,
      path: '/v1/plan-changes/{id}/reschedule',
      operationId: 'reschedulePlanChange',
      summary: 'Move the change to another date: a new quote, and consent again',
      access: ACCESS.serving,
      idempotencyKey: 'optional',
      body: rescheduleBody,
      handle: async ({ agent, params, body, request }) => {
        const view = await requirePlanChange(deps, agent, params['id'], 'write');
        if (isTerminal(view.status)) throw changeClosed(view.status);
        const payload: RescheduleInput = { activation: body.activation, author: authorOf(agent) };
        return send(deps, view, 'reschedule', payload, request, () => false);
      },
    }),
    defineRoute({
      ...common,
      path: '/v1/plan-changes/{id}/confirmation',
      operationId: 'confirmPlanChange',
      summary: 'Record that the customer was told that the change is complete, and what it means',
      access: ACCESS.serving,
      idempotencyKey: 'optional',
      body: confirmationBody,
      answers: { 200: common.answers[200] },
      problems: [409],
      handle: async ({ agent, params, body }) => {
        const view = await requirePlanChange(deps, agent, params['id'], 'write');
        if (view.status !== 'activated' && view.status !== 'completed')
          throw refused('WRONG_STATE', view.status);
        await confirmPlanChange(deps.knex, {
          planChangeId: view.id,
          customerId: view.customerId,
          agentId: agent.agentId,
          ...body,
        });
        return shown(deps, await again(deps, view.id));
      },
    }),
  ];
}

/**
 * Sends a message and answers with the change as it stands then. `tookEffect` recognises, when the workflow has
 * ended meanwhile or is about to, that what the message asks for was done before.
 */
async function send(
  deps: ApiDeps,
  view: PlanChangeView,
  message: MessageName,
  payload: EndInput | RecordConsentInput | RequoteInput | RescheduleInput,
  request: RequestIdentity,
  tookEffect: (now: PlanChangeView) => boolean | Promise<boolean>,
): Promise<Answer> {
  const sent = await deps.gateway.send(view.id, message, payload, request.updateId);
  if (sent.kind === 'refused' && sent.refusal === 'WRONG_STATE') {
    const late = await again(deps, view.id);
    if (isTerminal(late.status) && (await tookEffect(late))) return shown(deps, late);
  }
  const outcome = settled(sent);
  if (outcome.kind === 'answered' && outcome.answer.outcome === 'rejected') {
    const { code, activation = { when: 'immediately' } } = outcome.answer;
    const wanted = { customerId: view.customerId, planCode: view.toPlanCode ?? '', activation };
    throw await planRejection(deps, wanted, code, null);
  }
  const now = await again(deps, view.id);
  if (outcome.kind === 'answered' && outcome.answer.outcome === 'overtaken') {
    if (isTerminal(now.status) && (await tookEffect(now))) return shown(deps, now);
    throw refused('WRONG_STATE', now.status);
  }
  if (outcome.kind === 'accepted') {
    return {
      status: 202,
      body: { planChangeId: now.id, status: now.status },
      headers: { location: `/v1/plan-changes/${now.id}`, 'retry-after': '1' },
      final: false,
    };
  }
  if (outcome.kind === 'closed' && !(await tookEffect(now))) throw tooLate(message, now.status);
  return shown(deps, now);
}

/** Consent to what is applied already came too late only in that it was not needed. */
function tooLate(message: MessageName, status: PlanChangeView['status']): HttpProblem {
  return message === 'recordConsent' && status === 'completed'
    ? refused('CONSENT_ALREADY_RECORDED', status)
    : changeClosed(status);
}

function shown(deps: ApiDeps, view: PlanChangeView): Answer {
  return { status: 200, body: serialisePlanChange(view, deps) };
}

async function again(deps: ApiDeps, id: string): Promise<PlanChangeView> {
  const view = await findPlanChange(deps.knex, id);
  if (view === undefined) throw notFound('plan change');
  return view;
}

function authorOf(agent: Agent): EndInput['author'] {
  return { type: agent.role === 'ops' ? 'ops' : 'agent', id: agent.agentId };
}
