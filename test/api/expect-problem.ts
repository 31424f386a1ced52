import assert from 'node:assert/strict';
import type { z } from 'zod';
import { problem } from '../../api/schemas/common.ts';
import type { ApiAnswer } from '../support/api-rig.ts';

export type Problem = z.output<typeof problem>;

/** What must never leave the server in a problem: traces of code and SQL, and the test accounts' own details. */
const LEAKS =
  /node_modules|\.ts:\d+|\bat \w+ \(|SELECT |INSERT |UPDATE |_pkey|_check\b|SQLSTATE|relation "|Zoë|O'Brien|North Main|62704|@example\.com/;

const UUID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

/**
 * Asserts that an answer is a problem as RFC 9457 and the contract have it: its media type, its code, the
 * request's id in header and body, a detail that says what to do next, and nothing from inside.
 */
export function expectProblem(answer: ApiAnswer, status: number, code: string): Problem {
  const seen = `${answer.status} ${answer.text.slice(0, 400)}`;
  assert.equal(answer.status, status, seen);
  assert.match(answer.headers.get('content-type') ?? '', /^application\/problem\+json(;|$)/, seen);
  const body = answer.read(problem);
  assert.equal(body.code, code, seen);
  assert.equal(body.status, status, seen);
  assert.equal(body.type, `urn:plan-change:problem:${code}`);
  assert.ok(body.title.length > 3, seen);
  assert.ok(body.detail.length > 20, `the detail must name the next step: ${seen}`);
  assert.match(answer.headers.get('x-request-id') ?? '', /^[0-9a-f-]{36}$/);
  // Random ids may hold the digits of a postal code.
  assert.doesNotMatch(answer.text.replaceAll(UUID, ''), LEAKS);
  return body;
}

/** The same, for an answer that was not kept for repeats: header and body name one request. */
export function expectFreshProblem(answer: ApiAnswer, status: number, code: string): Problem {
  const body = expectProblem(answer, status, code);
  assert.equal(body.requestId, answer.headers.get('x-request-id'));
  return body;
}
