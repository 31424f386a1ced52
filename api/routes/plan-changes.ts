import { findPlanChange, listPlanChanges } from '../../db/read-models/plan-changes.ts';
import type { PlanChangeView } from '../../db/read-models/plan-changes.ts';
import { findIdentification } from '../../db/stores/identifications.ts';
import type { PlanChangeStatus } from '../../domain/plan-change-status.ts';
import { isOpen } from '../../domain/plan-change-status.ts';
import type { RejectionCode } from '../../domain/failures.ts';
import type { PlanChangeInput } from '../../workflows/contract.ts';
import { isUuid, requireCustomer, requirePlanChange } from '../access-to-customer.ts';
import { ACCESS } from '../auth.ts';
import { decodeCursor, encodeCursor } from '../cursor.ts';
import { idsBeginning } from '../ids-beginning.ts';
import type { ApiDeps } from '../deps.ts';
import { REJECTED_AS } from '../documented-problems.ts';
import { HttpProblem, notFound, rejected } from '../http-errors.ts';
import { changeClosed, settled } from '../outcome.ts';
import { planRejection } from '../plan-rejection.ts';
import type { Answer, Route, RouteRequest } from '../route.ts';
import { defineRoute } from '../route.ts';
import { page } from '../schemas/common.ts';
import {
  acceptedPlanChange,
  listQuery,
  openPlanChangeBody,
  planChange,
  revertBody,
} from '../schemas/plan-changes.ts';
import { serialisePlanChange } from '../serialise-plan-change.ts';

const tag = 'Plan changes';

/** The forms that migration 002 gives to codes. Anything else is no code, and free text stays out of Temporal. */
const PLAN_CODE = /^[a-z0-9]+(-[a-z0-9]+)*$/;
const PROMOTION_CODE = /^[A-Z0-9]+(-[A-Z0-9]+)*$/;

export function planChangeRoutes(deps: ApiDeps): Route[] {
  return [
    defineRoute({
      method: 'post',
      path: '/v1/plan-changes',
      operationId: 'openPlanChange',
      summary: 'Quote a change of plan and wait for consent to exactly this quote',
      tag,
      access: ACCESS.serving,
      idempotencyKey: 'required',
      body: openPlanChangeBody,
      answers: {
        201: {
          description: 'Quoted: read the script to the customer and record the consent.',
          schema: planChange,
        },
        202: { description: 'Accepted, not quoted yet.', schema: acceptedPlanChange },
      },
      problems: [404, ...REJECTED_AS],
      handle: async ({ agent, body, request }) => {
        const identification = await findIdentification(deps.knex, body.identificationId);
        if (identification?.agentId !== agent.agentId) throw notFound('identification');
        await deps.rateLimits.account(identification.customerId, Promise.resolve(true));
        if (!PLAN_CODE.test(body.planCode)) throw rejected('plan-unknown', null);
        requirePromotionCode(body.promotionCode);
        if (body.replaces !== undefined) {
          await requireReplaceable(deps, identification.customerId, body.replaces);
        }
        return open(deps, request, {
          planChangeId: request.namedId,
          customerId: identification.customerId,
          agentId: agent.agentId,
          identificationId: identification.identificationId,
          planCode: body.planCode,
          promotionCode: body.promotionCode ?? null,
          activation: body.activation,
          replacesId: body.replaces ?? null,
          revertsId: null,
        });
      },
    }),

    defineRoute({
      method: 'get',
      path: '/v1/plan-changes',
      operationId: 'listPlanChanges',
      summary: 'Changes, newest first; agents see their own',
      tag,
      access: ACCESS.everyone,
      idempotencyKey: 'none',
      query: listQuery,
      answers: { 200: { description: 'One page.', schema: page(planChange) } },
      handle: async ({ agent, query }) =>
        list(deps, query.limit, {
          status: query.status as PlanChangeStatus | undefined,
          confirmed: query.confirmed === undefined ? undefined : query.confirmed === 'true',
          customerId: query.customerId,
          inFlight: query.inFlight === 'true',
          planCode: query.planCode,
          id: query.id === undefined ? undefined : idsBeginning(query.id),
          email: query.email,
          expiringSoon: query.expiring === 'soon' ? { holdMs: deps.policy.holdMs } : undefined,
          agentId: agent.role === 'agent' || query.mine === 'true' ? agent.agentId : undefined,
          after: decodeCursor(query.cursor),
        }),
    }),

    defineRoute({
      method: 'get',
      path: '/v1/plan-changes/{id}',
      operationId: 'getPlanChange',
      summary: 'One change as it stands',
      tag,
      access: ACCESS.everyone,
      idempotencyKey: 'none',
      answers: { 200: { description: 'The change.', schema: planChange } },
      handle: async ({ agent, params }) => ({
        status: 200,
        body: serialisePlanChange(await requirePlanChange(deps, agent, params['id']), deps),
      }),
    }),

    defineRoute({
      method: 'post',
      path: '/v1/plan-changes/{id}/revert',
      operationId: 'revertPlanChange',
      summary: "Go back to the plan before, at today's availability and price: a change like any other",
      tag,
      access: ACCESS.serving,
      idempotencyKey: 'required',
      body: revertBody,
      answers: {
        201: { description: 'Quoted: a new change back to the plan before.', schema: planChange },
        202: { description: 'Accepted, not quoted yet.', schema: acceptedPlanChange },
      },
      problems: [404, ...REJECTED_AS],
      handle: async ({ agent, params, body, request }) => {
        const reverted = await requirePlanChange(deps, agent, params['id'], 'write');
        const identification = await findIdentification(deps.knex, body.identificationId);
        if (identification?.agentId !== agent.agentId || identification.customerId !== reverted.customerId) {
          throw notFound('identification');
        }
        requirePromotionCode(body.promotionCode);
        if (reverted.appliedAt === null) {
          throw new HttpProblem(
            409,
            'nothing-to-revert',
            'The change was not applied',
            isOpen(reverted.status)
              ? 'Only an applied change can be taken back. Cancel this one instead.'
              : `It is ${reverted.status}: the customer has the plan of before, and nothing has to be taken back.`,
          );
        }
        return open(deps, request, {
          planChangeId: request.namedId,
          customerId: reverted.customerId,
          agentId: agent.agentId,
          identificationId: identification.identificationId,
          planCode: reverted.fromPlanCode,
          // A promotional price of back then is over: only a promotion that runs now can be asked for.
          promotionCode: body.promotionCode ?? null,
          activation: body.activation,
          replacesId: null,
          revertsId: reverted.id,
        });
      },
    }),

    defineRoute({
      method: 'get',
      path: '/v1/customers/{id}/plan-changes',
      operationId: 'listCustomerPlanChanges',
      summary: "The customer's changes, newest first",
      tag: 'Customers',
      access: ACCESS.everyone,
      idempotencyKey: 'none',
      query: listQuery.pick({ cursor: true, limit: true }),
      answers: { 200: { description: 'One page.', schema: page(planChange) } },
      handle: async ({ agent, params, query }) => {
        const customerId = await requireCustomer(deps, agent, params['id']);
        return list(deps, query.limit, { customerId, after: decodeCursor(query.cursor) });
      },
    }),
  ];
}

function requirePromotionCode(code: string | undefined): void {
  if (code !== undefined && !PROMOTION_CODE.test(code)) throw rejected('promotion-not-applicable', null);
}

/** Starts the workflow or meets the one of an earlier try, and answers with its quote. */
async function open(
  deps: ApiDeps,
  request: RouteRequest<unknown, unknown>['request'],
  input: PlanChangeInput,
): Promise<Answer> {
  const { planChangeId } = input;
  const location = `/v1/plan-changes/${planChangeId}`;
  const outcome = settled(await deps.gateway.open(input, request.updateId));
  if (outcome.kind === 'accepted') {
    return {
      status: 202,
      body: { planChangeId, status: 'quoting' },
      headers: { location, 'retry-after': '1' },
      final: false,
    };
  }
  if (outcome.kind === 'answered' && outcome.answer.outcome === 'rejected') {
    throw await planRejection(deps, input, outcome.answer.code, outcome.answer.openPlanChangeId);
  }
  // Quoted now; or by an earlier try whose workflow has ended since: the database remembers.
  const view = await findPlanChange(deps.knex, planChangeId);
  if (view === undefined) throw changeClosed('unknown');
  if (view.rejectionCode !== null)
    throw await planRejection(deps, input, view.rejectionCode as RejectionCode, null);
  return { status: 201, body: serialisePlanChange(view, deps), headers: { location } };
}

/** The change to replace must be an open one of the same customer; the first step replaces it, or refuses. */
async function requireReplaceable(deps: ApiDeps, customerId: string, replacedId: string): Promise<void> {
  const replaced = isUuid(replacedId) ? await findPlanChange(deps.knex, replacedId) : undefined;
  if (replaced?.customerId !== customerId) throw notFound('plan change to replace');
  // Cancelled: perhaps by an earlier try of this very request.
  if (!isOpen(replaced.status) && replaced.status !== 'cancelled') throw changeClosed(replaced.status);
}

async function list(
  deps: ApiDeps,
  limit: number,
  filter: Omit<Parameters<typeof listPlanChanges>[1], 'limit'>,
): Promise<Answer> {
  const views = await listPlanChanges(deps.knex, { ...filter, limit: limit + 1 });
  const items = views.slice(0, limit);
  return {
    status: 200,
    body: { items: items.map((view) => serialisePlanChange(view, deps)), nextCursor: next(views, limit) },
  };
}

function next(views: readonly PlanChangeView[], limit: number): string | null {
  const last = views[limit - 1];
  return views.length > limit && last ? encodeCursor({ openedAt: last.openedAt, id: last.id }) : null;
}
