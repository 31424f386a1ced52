import assert from 'node:assert/strict';
import { routesOf } from '../../api/app.ts';
import type { Route } from '../../api/route.ts';
import type { Api, ApiAnswer } from '../support/api-rig.ts';
import type { JsonSchema, Schemas } from './json-samples.ts';

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
  if (documented.otherwise && contentType.startsWith(documented.otherwise)) return;
  assert.ok(contentType.startsWith(documented.contentType ?? 'application/json'), contentType);
  if (documented.schema) answer.read(documented.schema);
}

export interface OpenApi {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, OpenApiOperation>>>>;
  readonly components: { readonly schemas: Schemas };
}

export interface OpenApiOperation {
  readonly operationId: string;
  readonly summary?: string;
  readonly tags?: readonly string[];
  readonly security?: readonly object[];
  readonly parameters?: readonly {
    readonly in: string;
    readonly name: string;
    readonly required?: boolean;
    readonly schema: JsonSchema;
  }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: JsonSchema }>> };
  readonly responses: Readonly<
    Record<
      string,
      {
        readonly description: string;
        readonly content?: Readonly<Record<string, { readonly schema: JsonSchema }>>;
      }
    >
  >;
}

/** The document as it is served. */
export async function openApi(api: Api): Promise<OpenApi> {
  return JSON.parse((await api.get('/openapi.json', { as: null })).text) as OpenApi;
}
