import type { Request, Response } from 'express';
import express, { Router } from 'express';
import type { z } from 'zod';
import { endSession, findAgentName, openSession } from '../../db/stores/agent-sessions.ts';
import { authenticate } from '../auth.ts';
import { clientOf } from '../client-address.ts';
import type { ApiDeps } from '../deps.ts';
import { invalidInput } from '../http-errors.ts';
import { routeNamed } from '../metrics.ts';
import { agentOfRequest, sessionOfRequest } from '../request-agent.ts';
import type { session } from '../schemas/session.ts';
import { sessionBody } from '../schemas/session.ts';
import { requireConsole, requireSameOrigin } from './same-origin.ts';
import {
  newSessionToken,
  SESSION_LIFETIMES,
  sessionCookie,
  sessionTokenOf,
  sha256,
} from './session-cookie.ts';

const PATH = '/v1/session';
const BODY_LIMIT = '4kb';

/**
 * The console's session: an agent's API key is exchanged for a cookie that scripts cannot read, so that the key
 * is kept nowhere in the browser. Every route of the API then takes the cookie as it takes the key.
 */
export function sessionRouter(deps: ApiDeps): Router {
  const { knex, publicUrl, rateLimits } = deps;
  const router = Router();
  router.use(PATH, routeNamed(PATH), (_request, response, next) => {
    response.set('cache-control', 'no-store');
    next();
  });

  const readBody = express.json({ limit: BODY_LIMIT, strict: false, type: () => true });
  router.post(PATH, readBody, async (request, response) => {
    requireSameOrigin(request);
    const parsed = sessionBody.safeParse(request.body ?? {});
    if (!parsed.success) throw invalidInput([{ pointer: '/key', detail: 'must be the whole API key' }]);
    const key = parsed.data.key.trim();
    const authorization = `Bearer ${key}`;
    await rateLimits.wrongKeys(clientOf(request), authorization, () => authenticate(knex, authorization));
    await end(request);
    const token = newSessionToken();
    const opened = await openSession(knex, {
      tokenSha256: sha256(token),
      keySha256: sha256(key),
      expiresAfterSeconds: SESSION_LIFETIMES.expiresAfterSeconds,
    });
    response.set('set-cookie', sessionCookie(token, publicUrl));
    send(response, 201, opened);
  });

  router.get(PATH, async (request, response) => {
    const isByKey = request.get('authorization') !== undefined;
    const agent = await (isByKey ? agentOfRequest(deps, request) : sessionOfRequest(deps, request));
    // To ask whether somebody is signed in is no mistake when nobody is.
    if (agent === undefined) {
      response.status(204).end();
      return;
    }
    const { agentId, role } = agent;
    const { name, expiresAt } =
      'expiresAt' in agent ? agent : { name: await findAgentName(knex, agentId), expiresAt: null };
    send(response, 200, { agentId, name, role, expiresAt });
  });

  router.delete(PATH, async (request, response) => {
    requireConsole(request);
    await end(request);
    response.set('set-cookie', sessionCookie(undefined, publicUrl)).status(204).end();
  });

  const end = async (request: Request): Promise<void> => {
    const token = sessionTokenOf(request.get('cookie'), publicUrl);
    if (token !== undefined) await endSession(knex, sha256(token));
  };
  return router;
}

function send(response: Response, status: number, body: z.output<typeof session>): void {
  response.status(status).json(body);
}
