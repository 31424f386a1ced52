import type { Express, Request, Response } from 'express';
import type { z } from 'zod';
import type { StoredAnswer } from '../db/stores/idempotency-keys.ts';
import { isUuid } from './access-to-customer.ts';
import type { Agent } from './auth.ts';
import { authorize, NOBODY } from './auth.ts';
import type { ApiDeps } from './deps.ts';
import type { InputProblem } from './http-errors.ts';
import { HttpProblem, invalidInput, notFound } from './http-errors.ts';
import { keyedRequest } from './idempotency.ts';
import { routeNamed } from './metrics.ts';
import { problemBody, requestIdOf } from './problem-handler.ts';
import { agentOfRequest } from './request-agent.ts';
import type { Answer, Route } from './route.ts';

/** One bad request can have thousands: nobody reads more than the first. */
const SHOWN_PROBLEMS = 20;

/** Serves a route: authenticate, authorise, parse once, one call, serialise. */
export function mount(
  app: Express,
  deps: Pick<ApiDeps, 'knex' | 'publicUrl' | 'rateLimits'>,
  route: Route,
): void {
  const path = route.path.replaceAll(/\{(\w+)\}/g, ':$1');
  app[route.method](path, routeNamed(route.path), async (request, response) => {
    // What an agent sees of a customer stays in no cache on the way.
    if (route.access !== 'public') response.set('cache-control', 'no-store');
    const agent = await agentOf(deps, route, request, response);
    // Unknown or malformed ids are 404, whatever else the request holds.
    if (route.path.includes('{id}') && !isUuid(idOf(request))) throw notFound('id');
    const query = parse(route.query, request.query, 'query');
    const body = parse(route.body, route.body ? (request.body ?? {}) : undefined, '');
    const keyed = await keyedRequest(deps.knex, route, agent, {
      key: request.get('idempotency-key'),
      path: request.path,
      body: request.body as unknown,
    });
    if (keyed.replay) return sendStored(response, keyed.replay);

    const stored = await answerOf(
      () =>
        route.handle({
          agent,
          params: request.params as Record<string, string>,
          query,
          body,
          request: keyed.identity,
          accepts: (contentType) => prefers(request, contentType),
        }),
      response,
    );
    sendStored(response, stored.final ? await keyed.record(stored.answer) : stored.answer);
  });
}

function idOf(request: Request): string {
  const { id } = request.params;
  return typeof id === 'string' ? id : '';
}

async function agentOf(
  deps: Pick<ApiDeps, 'knex' | 'publicUrl' | 'rateLimits'>,
  route: Route,
  request: Request,
  response: Response,
): Promise<Agent> {
  if (route.access === 'public') return NOBODY;
  const agent = await agentOfRequest(deps, request);
  response.set(await deps.rateLimits.agent(agent.agentId));
  authorize(agent, route.access);
  return agent;
}

/** Runs a handler. A refusal that is the outcome of the request is an answer like any other. */
async function answerOf(
  handle: () => Promise<Answer>,
  response: Response,
): Promise<{ readonly answer: StoredAnswer; readonly final: boolean }> {
  try {
    const answer = await handle();
    const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body);
    const headers = {
      ...answer.headers,
      'content-type': answer.contentType ?? 'application/json; charset=utf-8',
    };
    return { answer: { status: answer.status, headers, body: text }, final: answer.final ?? true };
  } catch (error) {
    if (!(error instanceof HttpProblem) || !error.options.final) throw error;
    const body = JSON.stringify(problemBody(error, requestIdOf(response)));
    return {
      answer: { status: error.status, headers: { 'content-type': 'application/problem+json' }, body },
      final: true,
    };
  }
}

function sendStored(response: Response, stored: StoredAnswer): void {
  response.status(stored.status).set(stored.headers).send(Buffer.from(stored.body, 'utf8'));
}

function prefers(request: Request, contentType: string): boolean {
  return (request.get('accept') ?? '').includes(contentType);
}

function parse(schema: z.ZodType | undefined, value: unknown, place: 'query' | ''): unknown {
  if (schema === undefined) return undefined;
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.flatMap((issue) => problemsOf(issue, place));
  throw invalidInput(problems.slice(0, SHOWN_PROBLEMS));
}

function problemsOf(issue: z.core.$ZodIssue, place: string): InputProblem[] {
  const pointer = (path: PropertyKey[]): string =>
    `${place}/${path.map((part) => String(part).replaceAll('~', '~0').replaceAll('/', '~1')).join('/')}`;
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ pointer: pointer([...issue.path, key]), detail: 'is not known here' }));
  }
  return [{ pointer: issue.path.length === 0 ? place : pointer(issue.path), detail: issue.message }];
}
