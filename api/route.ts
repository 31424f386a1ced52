import type { z } from 'zod';
import type { Agent, Role } from './auth.ts';
import type { ProblemStatus } from './documented-problems.ts';

/** One operation of the API: validation, rights, idempotency and the OpenAPI document come from this alone. */
export interface Route {
  readonly method: 'get' | 'post';
  /** OpenAPI form: `/v1/plan-changes/{id}`. */
  readonly path: string;
  readonly operationId: string;
  readonly summary: string;
  readonly tag: string;
  /** Roles that may call it; `public` needs no key. */
  readonly access: readonly Role[] | 'public';
  readonly idempotencyKey: 'required' | 'optional' | 'none';
  readonly query?: z.ZodType;
  readonly body?: z.ZodType;
  readonly answers: Readonly<
    Record<
      number,
      {
        readonly description: string;
        readonly schema?: z.ZodType;
        readonly contentType?: string;
        /** Answered as plain text unless the caller prefers `contentType`. */
        readonly plainText?: true;
        /** The media type of the answer unless the caller prefers `contentType`. */
        readonly otherwise?: 'text/html';
      }
    >
  >;
  /** Problems beside those that follow from the members above (api/documented-problems.ts). */
  readonly problems?: readonly ProblemStatus[];
  readonly handle: (request: RouteRequest<unknown, unknown>) => Promise<Answer>;
}

export interface RouteRequest<Query, Body> {
  readonly agent: Agent;
  /** Path parameters, as they came: handlers answer 404 for malformed ids. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: Query;
  readonly body: Body;
  /** Identity of the request over its repeats. */
  readonly request: RequestIdentity;
  /** Media types the caller prefers over the default. */
  readonly accepts: (contentType: string) => boolean;
}

export interface RequestIdentity {
  /** Row id of the Idempotency-Key, or a fresh id without one: what this request writes carries it. */
  readonly id: string;
  readonly operation: string;
  /** Update id for Temporal: `<operation>-<32 hex>`. */
  readonly updateId: string;
  /** Name-based id (UUIDv5) of agent, operation and key: the id of a plan change that this request opens. */
  readonly namedId: string;
}

export interface Answer {
  readonly status: number;
  /** A JSON value, or text with a content type of its own. */
  readonly body: unknown;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** False while the outcome can still change: a repeat must then ask again instead of being replayed. */
  readonly final?: boolean;
}

/** Types a route's handler by its schemas. */
export function defineRoute<Q extends z.ZodType = z.ZodUndefined, B extends z.ZodType = z.ZodUndefined>(
  route: Omit<Route, 'query' | 'body' | 'handle'> & {
    readonly query?: Q;
    readonly body?: B;
    readonly handle: (request: RouteRequest<z.output<Q>, z.output<B>>) => Promise<Answer>;
  },
): Route {
  return route as Route;
}
