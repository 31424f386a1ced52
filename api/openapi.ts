import type { ZodOpenApiOperationObject, ZodOpenApiPathsObject, ZodOpenApiResponseObject } from 'zod-openapi';
import { createDocument } from 'zod-openapi';
import { z } from 'zod';
import { DEFAULT_LIMITS } from '../config.ts';
import { cookieName } from './console/session-cookie.ts';
import { SESSION_PATHS } from './console/session-paths.ts';
import { problemAnswers, problemsOf } from './documented-problems.ts';
import { EXTRA_PATHS } from './openapi-extras.ts';
import type { Route } from './route.ts';

const idempotencyKey = z
  .string()
  .regex(/^[\x21-\x7e]{1,255}$/)
  .meta({ description: 'New for each new request, the same for its repeats: they get the same answer.' });

/** As far as the API itself reads it. */
export interface OpenApiDocument {
  readonly paths: Readonly<Record<string, object>>;
}

/** The OpenAPI 3.1 document of the routes: the same schemas that validate. */
export function openApiDocument(routes: readonly Route[], publicUrl: string): OpenApiDocument {
  const paths: ZodOpenApiPathsObject = { ...EXTRA_PATHS, ...SESSION_PATHS };
  for (const route of routes) {
    paths[route.path] = { ...paths[route.path], [route.method]: operationOf(route) };
  }
  const document = createDocument({
    openapi: '3.1.0',
    info: {
      title: 'Plan change',
      version: '1',
      description:
        "Changes a customer's service plan: identify, quote, consent to exactly this quote, apply, verify, confirm. " +
        'Every error is application/problem+json with a stable code. Each operation lists the statuses of its own; beside ' +
        'them an unknown path is 404, a method that a path does not have 405, and what cannot be read as HTTP 400, 408 or 431.',
    },
    servers: [{ url: publicUrl }],
    security: [{ apiKey: [] }, { session: [] }],
    paths,
    components: {
      securitySchemes: {
        apiKey: {
          type: 'http',
          scheme: 'bearer',
          description: `A key that is missing or wrong is answered 401; more than ${DEFAULT_LIMITS.wrongKeysPerMinute} wrong ones a minute from one address (unless set otherwise) 429 \`too-many-wrong-keys\` with Retry-After. Right keys count nothing there.`,
        },
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: cookieName(publicUrl),
          description:
            'Set by POST /v1/session. What changes something also needs the header X-Requested-By and comes from the same origin.',
        },
      },
    },
  });
  return { ...document, paths: { ...document.paths } };
}

function operationOf(route: Route): ZodOpenApiOperationObject {
  const names = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '');
  const path = z.object(Object.fromEntries(names.map((name) => [name, z.string()])));
  const header = z.object({
    'Idempotency-Key': route.idempotencyKey === 'required' ? idempotencyKey : idempotencyKey.optional(),
  });
  const answers: Record<string, ZodOpenApiResponseObject> = {};
  for (const [status, { description, schema, contentType, plainText, otherwise }] of Object.entries(
    route.answers,
  )) {
    const json = schema && { [contentType ?? 'application/json']: { schema } };
    const content = {
      ...json,
      ...(plainText && { 'text/plain': { schema: z.string() } }),
      ...(otherwise && { [otherwise]: { schema: z.string() } }),
    };
    answers[status] = { description, ...(schema && { content }) };
  }
  return {
    operationId: route.operationId,
    summary: route.summary,
    tags: [route.tag],
    ...(route.access === 'public' ? { security: [] } : { description: `Roles: ${route.access.join(', ')}.` }),
    requestParams: {
      ...(names.length > 0 && { path }),
      ...(route.query && { query: route.query as z.ZodObject }),
      ...(route.idempotencyKey !== 'none' && { header }),
    },
    ...(route.body && {
      requestBody: { required: true, content: { 'application/json': { schema: route.body } } },
    }),
    responses: { ...answers, ...problemAnswers(problemsOf(route)) },
  };
}
