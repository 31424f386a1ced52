import type { Request, Response } from 'express';
import { Router } from 'express';
import { transitionsAfter } from '../../db/read-models/transitions.ts';
import { isTerminal } from '../../domain/plan-change-status.ts';
import { requirePlanChange } from '../access-to-customer.ts';
import { ACCESS, authenticate, authorize } from '../auth.ts';
import type { ApiDeps } from '../deps.ts';

const HEARTBEAT_MS = 15_000;

/**
 * Server-sent events: every change of status, from the first on, or after Last-Event-ID. Ends when the change
 * has ended. `data` is `{planChangeId, status, at}`.
 */
export function eventsRouter(deps: ApiDeps): Router {
  const router = Router();
  router.get('/v1/plan-changes/:id/events', async (request, response) => {
    const agent = await authenticate(deps.knex, request.get('authorization'));
    authorize(agent, ACCESS.everyone);
    const view = await requirePlanChange(deps, agent, request.params.id);
    const after = lastEventId(request);
    if (isTerminal(view.status) && (await transitionsAfter(deps.knex, view.id, after)).length === 0) {
      // Nothing will ever follow: 204 tells a listener not to connect again.
      response.status(204).end();
      return;
    }
    response.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    // Whoever has seen everything so far is told at once that they are connected.
    response.flushHeaders();
    if (request.method === 'HEAD') response.end();
    else await stream(deps, view.id, after, response);
  });
  return router;
}

async function stream(deps: ApiDeps, planChangeId: string, after: bigint, response: Response): Promise<void> {
  let last = after;
  let working = Promise.resolve(false);
  const ended = new Promise<void>((resolve) => {
    response.on('close', resolve);
    const flush = async (): Promise<boolean> => {
      for (const transition of await transitionsAfter(deps.knex, planChangeId, last)) {
        if (response.writableEnded) return true;
        last = transition.id;
        const data = JSON.stringify({ planChangeId, status: transition.status, at: transition.at });
        response.write(`id: ${transition.id}\nevent: status\ndata: ${data}\n\n`);
        if (isTerminal(transition.status)) return true;
      }
      return false;
    };
    let isBehind = false;
    // One read at a time: notifications that come meanwhile are covered by the next.
    const changed = (): void => {
      working = working
        .then((done) => done || flush())
        .then((done) => {
          isBehind = false;
          if (done) resolve();
          return done;
        })
        .catch(() => {
          isBehind = true;
          return false;
        });
    };
    const unsubscribe = deps.statusEvents.subscribe(planChangeId, { changed, ended: resolve });
    const heartbeat = setInterval(() => {
      response.write(': still here\n\n');
      // The database did not answer when it was asked; its notification will not come again.
      if (isBehind) changed();
    }, HEARTBEAT_MS);
    response.on('close', () => {
      unsubscribe();
      clearInterval(heartbeat);
    });
    changed();
  });
  await ended;
  response.end();
}

function lastEventId(request: Request): bigint {
  const id = request.get('last-event-id') ?? '';
  return /^[0-9]{1,18}$/.test(id) ? BigInt(id) : 0n;
}
