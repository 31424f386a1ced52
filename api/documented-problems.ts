import type { ZodOpenApiResponsesObject } from 'zod-openapi';
import { z } from 'zod';
import { REFUSALS, REJECTIONS } from './http-errors.ts';
import type { Route } from './route.ts';
import { problem } from './schemas/common.ts';

/** Why an operation may answer so; the document has no other problems than these. */
const MEANINGS = {
  400: 'The body is no JSON or did not arrive whole, or the Idempotency-Key is missing or malformed.',
  401: 'No key or session that holds.',
  403: 'Not for this role, or what would allow it is not valid.',
  404: 'There is no such thing, or it is not yours to see.',
  409: 'Not possible as things stand; the code says what to do.',
  410: 'The time for it is over.',
  413: 'The body is too large.',
  415: 'The encoding of the body is not supported.',
  422: 'What is asked for cannot be used; errors, where given, names the members.',
  429: 'Too many requests; Retry-After says when to ask again.',
  503: 'A part of the system cannot be reached: send the same request again after Retry-After.',
} as const satisfies Record<number, string>;

export type ProblemStatus = keyof typeof MEANINGS;

/** What an operation is made of decides what can be wrong with a request for it. */
const FROM = {
  everything: [503],
  parameterInPath: [404],
  query: [422],
  body: [400, 413, 415, 422],
  key: [401, 429],
  role: [403],
} as const satisfies Record<string, readonly ProblemStatus[]>;

const EVERY_ROLE = 4;

/** Statuses with which a message to a running change is refused. */
export const REFUSED_AS: readonly ProblemStatus[] = statusesIn(REFUSALS);
/** Statuses with which a change is not opened, or not quoted anew. */
export const REJECTED_AS: readonly ProblemStatus[] = statusesIn(REJECTIONS);

/** Every problem that an operation of the registry may answer with, lowest status first. */
export function problemsOf(
  route: Pick<Route, 'path' | 'query' | 'body' | 'access' | 'problems'>,
): readonly ProblemStatus[] {
  const found = new Set<ProblemStatus>([
    ...FROM.everything,
    ...(route.path.includes('{') ? FROM.parameterInPath : []),
    ...(route.query ? FROM.query : []),
    ...(route.body ? FROM.body : []),
    ...(route.access === 'public' ? [] : FROM.key),
    ...(route.access !== 'public' && route.access.length < EVERY_ROLE ? FROM.role : []),
    ...(route.problems ?? []),
  ]);
  return [...found].toSorted((a, b) => a - b);
}

/**
 * The answers of the document for these statuses.
 * @param page people are told on a page what is wrong
 * @param meanings what a status means here, where that is more than it means elsewhere
 */
export function problemAnswers(
  statuses: readonly ProblemStatus[],
  { page = false, meanings = {} }: { page?: boolean; meanings?: Partial<Record<ProblemStatus, string>> } = {},
): ZodOpenApiResponsesObject {
  const content = {
    'application/problem+json': { schema: problem },
    ...(page && { 'text/html': { schema: z.string() } }),
  };
  return Object.fromEntries(
    statuses.map((status) => [
      String(status),
      { description: meanings[status] ?? MEANINGS[status], content },
    ]),
  );
}

function statusesIn(table: Readonly<Record<string, { readonly status: number }>>): readonly ProblemStatus[] {
  const found = new Set(Object.values(table).map(({ status }) => status));
  return [...found].filter((status): status is ProblemStatus => status in MEANINGS);
}
