import type { Request } from 'express';
import { useSession, type AgentSession } from '../db/stores/agent-sessions.ts';
import type { Agent } from './auth.ts';
import { authenticate } from './auth.ts';
import { clientOf } from './client-address.ts';
import { requireConsole } from './console/same-origin.ts';
import { SESSION_LIFETIMES, sessionTokenOf, sha256 } from './console/session-cookie.ts';
import type { ApiDeps } from './deps.ts';

const READS = new Set(['GET', 'HEAD']);

/**
 * The agent behind a request: by `Authorization`, or without that header by the console's session cookie. What
 * changes something by cookie must come from the console itself (403 `cross-site-request`). Throws 401 as
 * `authenticate` does, and 429 when too many wrong keys came from where the request comes from.
 */
export async function agentOfRequest(
  { knex, publicUrl, rateLimits }: Pick<ApiDeps, 'knex' | 'publicUrl' | 'rateLimits'>,
  request: Request,
): Promise<Agent | AgentSession> {
  const authorization = request.get('authorization');
  const token = authorization === undefined ? sessionTokenOf(request.get('cookie'), publicUrl) : undefined;
  if (token === undefined) {
    const judge = (): Promise<Agent> => authenticate(knex, authorization);
    return authorization === undefined
      ? judge()
      : rateLimits.wrongKeys(clientOf(request), authorization, judge);
  }
  if (!READS.has(request.method)) requireConsole(request);
  const { idleSeconds } = SESSION_LIFETIMES;
  // A page that listens or reads again by itself is nobody at work.
  const isListening = (request.get('accept') ?? '').includes('text/event-stream');
  const isUse = !isListening && request.get('x-by-itself') === undefined;
  const session = await useSession(knex, sha256(token), { idleSeconds, isUse });
  return session ?? authenticate(knex, undefined);
}
