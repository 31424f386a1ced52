import type { Request, Response } from 'express';
import { Router } from 'express';
import { transitionsAfter } from '../../db/read-models/transitions.ts';
import { isTerminal } from '../../domain/plan-change-status.ts';
import type { PlanChangeView } from '../../db/read-models/plan-changes.ts';
import { requirePlanChange } from '../access-to-customer.ts';
import { ACCESS, authorize } from '../auth.ts';
import type { ApiDeps } from '../deps.ts';
import { HttpProblem } from '../http-errors.ts';
import { createOpenStreams } from '../open-streams.ts';
import { agentOfRequest } from '../request-agent.ts';

const HEARTBEAT_MS = 15_000;
/** When the database is asked again after it did not answer. */
const AGAIN_MS = 1_000;

/**
 * Server-sent events. `status`, `{planChangeId, status, at}`: every change of status, from the first on, or after
 * Last-Event-ID. `changed`, `{planChangeId}`, without an id: something else is different (a new quote, the status of a
 * mail, a confirmation), read the change again. Ends when the change has ended. An agent has so many open and no
 * more (429).
 */
export function eventsRouter(deps: ApiDeps): Router {
  const router = Router();
  const streams = createOpenStreams(deps.limits.eventStreamsPerAgent);
  router.get('/v1/plan-changes/:id/events', async (request, response) => {
    const agent = await agentOfRequest(deps, request);
    response.set(await deps.rateLimits.agent(agent.agentId));
    authorize(agent, ACCESS.everyone);
    // Who has left meanwhile is not told again that they did: nothing would ever give the place back.
    const hasLeft = (): boolean => response.destroyed;
    if (hasLeft()) return;
    response.once('close', streams.open(agent.agentId));
    const view = await requirePlanChange(deps, agent, request.params.id);
    const admit = async (): Promise<PlanChangeView> =>
      requirePlanChange(deps, await agentOfRequest(deps, request), request.params.id);
    const after = lastEventId(request);
    if (isTerminal(view.status) && (await transitionsAfter(deps.knex, view.id, after)).length === 0) {
      // Nothing will ever follow: 204 tells a listener not to connect again.
      response.status(204).end();
      return;
    }
    // As before: nothing would ever unsubscribe.
    if (hasLeft()) return;
    response.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    // Whoever has seen everything so far is told at once that they are connected.
    response.flushHeaders();
    if (request.method === 'HEAD') response.end();
    else
      await stream(deps, { planChangeId: view.id, after, isAdmitted: () => stillAdmitted(admit) }, response);
  });
  return router;
}

interface Listening {
  readonly planChangeId: string;
  readonly after: bigint;
  readonly isAdmitted: () => Promise<boolean>;
}

/** False once the key or the identification of whoever listens has ended. */
async function stillAdmitted(admit: () => Promise<unknown>): Promise<boolean> {
  try {
    await admit();
    return true;
  } catch (error) {
    if (error instanceof HttpProblem) return false;
    throw error;
  }
}

async function stream(
  deps: ApiDeps,
  { planChangeId, after, isAdmitted }: Listening,
  response: Response,
): Promise<void> {
  let last = after;
  let working = Promise.resolve(false);
  const ended = new Promise<void>((resolve) => {
    response.on('close', resolve);
    const flush = async (tells: boolean): Promise<boolean> => {
      if (!(await isAdmitted())) return true;
      if (tells && !response.writableEnded)
        response.write(`event: changed\ndata: ${JSON.stringify({ planChangeId })}\n\n`);
      for (const transition of await transitionsAfter(deps.knex, planChangeId, last)) {
        if (response.writableEnded) return true;
        last = transition.id;
        const data = JSON.stringify({ planChangeId, status: transition.status, at: transition.at });
        response.write(`id: ${transition.id}\nevent: status\ndata: ${data}\n\n`);
        if (isTerminal(transition.status)) return true;
      }
      return false;
    };
    let again: NodeJS.Timeout | undefined;
    // One read at a time: notifications that come meanwhile are covered by the next.
    const look = (tells: boolean): void => {
      working = working
        .then((done) => done || flush(tells))
        .then((done) => {
          if (done) resolve();
          return done;
        })
        .catch(() => {
          if (!response.destroyed)
            again = setTimeout(() => {
              look(tells);
            }, AGAIN_MS);
          return false;
        });
    };
    const unsubscribe = deps.statusEvents.subscribe(planChangeId, {
      changed: () => {
        look(true);
      },
      ended: resolve,
    });
    const heartbeat = setInterval(() => {
      response.write(': still here\n\n');
      // Whoever may no longer listen is turned away.
      look(false);
    }, HEARTBEAT_MS);
    response.on('close', () => {
      unsubscribe();
      clearTimeout(again);
      clearInterval(heartbeat);
    });
    look(false);
  });
  await ended;
  response.end();
}

function lastEventId(request: Request): bigint {
  const id = request.get('last-event-id') ?? '';
  return /^[0-9]{1,18}$/.test(id) ? BigInt(id) : 0n;
}
