import assert from 'node:assert/strict';
import { routesOf } from '../../api/app.ts';
import type { Route } from '../../api/route.ts';
import type { Api, ApiAnswer } from '../support/api-rig.ts';

/** The routes of this API: tests that loop over them cover a new one by themselves. */
export function routes(api: Api): readonly Route[] {
  return routesOf(api.deps);
}

export function routeOf(api: Api, operationId: string): Route {
  const route = routes(api).find((candidate) => candidate.operationId === operationId);
  assert.ok(route, `there is no operation ${operationId}`);
  return route;
}

/**
 * Asserts that an answer of an operation is one that the OpenAPI document promises: status, media type and,
 * member by member, the schema (strict, so nothing undocumented leaves either).
 */
export function assertDocumented(api: Api, operationId: string, answer: ApiAnswer): void {
  const documented = routeOf(api, operationId).answers[answer.status];
  assert.ok(documented, `${operationId} does not document ${answer.status}: ${answer.text.slice(0, 300)}`);
  assert.match(answer.headers.get('x-request-id') ?? '', /^[0-9a-f-]{36}$/);
  const contentType = answer.headers.get('content-type') ?? '';
  if (documented.plainText && contentType.startsWith('text/plain')) return;
  assert.ok(contentType.startsWith(documented.contentType ?? 'application/json'), contentType);
  if (documented.schema) answer.read(documented.schema);
}
