import type { Request } from 'express';
import { useSession, type AgentSession } from '../db/stores/agent-sessions.ts';
import type { Agent } from './auth.ts';
import { authenticate } from './auth.ts';
import { clientOf } from './client-address.ts';
import { requireConsole } from './console/same-origin.ts';
import { SESSION_LIFETIMES, sessionTokenOf, sha256 } from './console/session-cookie.ts';
import type { ApiDeps } from './deps.ts';

type Deps = Pick<ApiDeps, 'knex' | 'publicUrl' | 'rateLimits'>;

const READS = new Set(['GET', 'HEAD']);

/**
 * The agent behind a request: by `Authorization`, or without that header by the console's session cookie. What
 * changes something by cookie must come from the console itself (403 `cross-site-request`). Throws 401 as
 * `authenticate` does, and 429 when too many wrong keys came from where the request comes from.
 */
export async function agentOfRequest(deps: Deps, request: Request): Promise<Agent | AgentSession> {
  const authorization = request.get('authorization');
  if (authorization === undefined)
    return (await sessionOfRequest(deps, request)) ?? authenticate(deps.knex, authorization);
  return deps.rateLimits.wrongKeys(clientOf(request), authorization, () =>
    authenticate(deps.knex, authorization),
  );
}

/** The session whose cookie a request carries, if it holds. */
export async function sessionOfRequest(
  { knex, publicUrl }: Pick<Deps, 'knex' | 'publicUrl'>,
  request: Request,
): Promise<AgentSession | undefined> {
  const token = sessionTokenOf(request.get('cookie'), publicUrl);
  if (token === undefined) return undefined;
  if (!READS.has(request.method)) requireConsole(request);
  const { idleSeconds } = SESSION_LIFETIMES;
  // A page that listens or reads again by itself is nobody at work.
  const isListening = (request.get('accept') ?? '').includes('text/event-stream');
  const isUse = !isListening && request.get('x-by-itself') === undefined;
  return useSession(knex, sha256(token), { idleSeconds, isUse });
}
