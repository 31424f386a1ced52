import type { Problem } from './types.ts';

/** The API's answer was a problem (RFC 9457): its detail names the next step. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail);
    this.problem = problem;
  }

  /** What is wrong with the member at this pointer of the body. */
  at(pointer: string): string | undefined {
    return this.problem.errors?.find((one) => one.pointer === pointer)?.detail;
  }
}

/** No answer came: whether the request took effect is not known, and the same key finds out. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost';
}

/** The server has accepted the request and still works on it: the outcome shows by itself where it is followed. */
export class StillBeingDone extends Error {
  override readonly name = 'StillBeingDone';
}

export function hasCode(error: unknown, code: string): error is ApiProblem {
  return error instanceof ApiProblem && error.problem.code === code;
}

/** Whether the request may still take effect, or did: only a repeat with the same key is safe. */
export function isUndecided(error: unknown): boolean {
  if (error instanceof ConnectionLost || error instanceof StillBeingDone) return true;
  return error instanceof ApiProblem && (error.problem.status >= 500 || error.problem.status === 429);
}
