import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express';
import type { Logger } from 'pino';
import { stackFrames } from '../domain/stack-frames.ts';
import { dependencyUnavailable, HttpProblem, notFound } from './http-errors.ts';

/** RFC 9457 body of a problem. */
export function problemBody(problem: HttpProblem, requestId: string): Record<string, unknown> {
  return {
    type: `urn:plan-change:problem:${problem.code}`,
    title: problem.title,
    status: problem.status,
    detail: problem.message,
    code: problem.code,
    requestId,
    ...(problem.options.errors && { errors: problem.options.errors }),
    ...problem.options.extra,
  };
}

/** The one place where errors become responses. */
export function problemHandler(log: Logger): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    if (response.headersSent) {
      next(error);
      return;
    }
    const problem = problemOf(error);
    logFault(log, request, error, problem);
    sendProblem(response, problem);
  };
}

/** Faults of ours are logged; what a caller did wrong is in the answer. */
export function logFault(log: Logger, request: Request, error: unknown, problem: HttpProblem): void {
  if (problem.status < 500) return;
  // Messages of drivers carry values of rows: only the name, the code and the place are logged.
  log.error(
    { requestId: request.id, code: codeOf(error), name: nameOf(error), at: stackFrames(error) },
    problem.code,
  );
}

/** The id that pino-http gave the request; a string (api/app.ts). */
export function requestIdOf(response: Response): string {
  return typeof response.req.id === 'string' ? response.req.id : '';
}

export const unknownPath: RequestHandler = (_request, response) => {
  sendProblem(response, notFound('path'));
};

function sendProblem(response: Response, problem: HttpProblem): void {
  const { retryAfterSeconds, headers } = problem.options;
  if (headers) response.set(headers);
  if (retryAfterSeconds !== undefined) response.set('retry-after', String(retryAfterSeconds));
  if (problem.status === 401) response.set('www-authenticate', 'Bearer');
  response
    .status(problem.status)
    .set('content-type', 'application/problem+json')
    .send(JSON.stringify(problemBody(problem, requestIdOf(response))));
}

/** What an error is to the caller. Errors of the body parser carry a `type`; of PostgreSQL and the pool, a `code`. */
export function problemOf(error: unknown): HttpProblem {
  if (error instanceof HttpProblem) return error;
  switch (typeOf(error)) {
    case 'entity.parse.failed':
      return new HttpProblem(
        400,
        'body-not-json',
        'The body is not JSON',
        'Send the body as JSON, in UTF-8.',
      );
    case 'entity.too.large':
      return new HttpProblem(
        413,
        'body-too-large',
        'The body is too large',
        'A body may have 32 kB. Shorten its longest text and send it again.',
      );
    case 'encoding.unsupported':
    case 'charset.unsupported':
      return new HttpProblem(
        415,
        'encoding-unsupported',
        'The encoding is not supported',
        'Send the body as UTF-8 JSON.',
      );
    case 'request.aborted':
    case 'request.size.invalid':
    case 'stream.encoding.set':
      return new HttpProblem(
        400,
        'body-incomplete',
        'The body did not arrive whole',
        'Send the request again.',
      );
    default:
      break;
  }
  if (error instanceof URIError) return notFound('path');
  if (isBodysFault(error)) {
    return new HttpProblem(
      400,
      'body-unreadable',
      'The body cannot be read',
      'Send the body as UTF-8 JSON, compressed as Content-Encoding says or without that header.',
    );
  }
  if (isDatabaseAway(error)) return dependencyUnavailable('database');
  return new HttpProblem(
    500,
    'internal-error',
    'Something went wrong on our side',
    'Send the same request again, with the same Idempotency-Key if it had one; if it stays, tell operations the requestId.',
  );
}

/** What else the body parser refuses, garbage in place of gzip for one, carries a 4xx status. */
function isBodysFault(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { status } = error as Error & { status?: unknown };
  return typeof status === 'number' && status >= 400 && status < 500;
}

/** SQLSTATE classes 08, 53, 57, 58, a serialization failure, or an error of the connection or the pool. */
function isDatabaseAway(error: unknown): boolean {
  const code = codeOf(error);
  if (code !== undefined && /^(08|53|57|58)...$|^40(001|P01)$/.test(code)) return true;
  if (code !== undefined && /^E[A-Z]+$/.test(code)) return true;
  return (
    error instanceof Error &&
    /KnexTimeoutError|Connection terminated|timeout e(?:xceeded|xpired)|Query read timeout|Client has encountered a connection error|aborted/i.test(
      `${error.name} ${error.message}`,
    )
  );
}

function typeOf(error: unknown): string | undefined {
  return memberOf(error, 'type');
}

function codeOf(error: unknown): string | undefined {
  return memberOf(error, 'code');
}

function memberOf(error: unknown, name: 'type' | 'code'): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const value = (error as Error & Partial<Record<'type' | 'code', unknown>>)[name];
  return typeof value === 'string' ? value : undefined;
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}
