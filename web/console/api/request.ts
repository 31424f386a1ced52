import { signInAgain } from '../session/sign-in-gate.ts';
import { ApiProblem, ConnectionLost, StillBeingDone } from './errors.ts';
import type { Problem } from './types.ts';

const ANSWER_WITHIN_MS = 20_000;
/** Pauses before the repeats of a request that got no answer, milliseconds. */
const PAUSES_MS = [400, 1_200];
/** How often an accepted request that is not finished yet is asked for again. */
const REPEATS_OF_ACCEPTED = 20;

interface Sending {
  readonly body?: object;
  /** The Idempotency-Key. */
  readonly key?: string;
  /** Nobody asked for it: it does not keep the session alive. */
  readonly isByItself?: boolean;
  /** Not sent again without an answer: that is for people to decide. */
  readonly isBinding?: boolean;
}

/** @param isByItself nobody asked for it: it does not keep the session alive */
export function get<T>(path: string, isByItself = false): Promise<T> {
  return send<T>('GET', path, { isByItself });
}

/**
 * @param key the Idempotency-Key: the same for every try of one intent
 * @param isBinding it is sent once: ConnectionLost, or the problem, says that the outcome is not known
 */
export function post<T>(path: string, body: object, key: string, isBinding = false): Promise<T> {
  return send<T>('POST', path, { body, key, isBinding });
}

/**
 * Sends until there is an answer: a lost connection, an unreachable part and "not finished yet" are tried again
 * with the same key, an ended session is asked for in between. Throws ApiProblem, ConnectionLost or StillBeingDone.
 */
async function send<T>(
  method: 'GET' | 'POST',
  path: string,
  { body, key, isByItself = false, isBinding = false }: Sending,
): Promise<T> {
  const init: RequestInit = {
    method,
    headers: {
      accept: 'application/json',
      ...(body && { 'content-type': 'application/json', 'x-requested-by': 'console' }),
      ...(key !== undefined && { 'idempotency-key': key }),
      ...(isByItself && { 'x-by-itself': 'poll' }),
    },
    ...(body && { body: JSON.stringify(body) }),
  };
  let failures = 0;
  for (let accepted = 0; ;) {
    const response = await fetchOnce(path, init);
    if (response?.status === 401) {
      await signInAgain();
      continue;
    }
    const retryAfterMs = Number(response?.headers.get('retry-after') ?? 0) * 1_000;
    if (response?.status === 202 && retryAfterMs > 0) {
      accepted += 1;
      if (accepted > REPEATS_OF_ACCEPTED) throw new StillBeingDone();
      await pause(retryAfterMs);
      continue;
    }
    const isUnanswered = response === undefined || response.status === 503;
    const isWorthARepeat = isUnanswered ? !isBinding : isBusy(response);
    const next = PAUSES_MS[failures];
    if (isWorthARepeat && next !== undefined) {
      failures += 1;
      await pause(Math.max(next, Math.min(retryAfterMs, 3_000)));
      continue;
    }
    if (response === undefined) throw new ConnectionLost();
    return read<T>(response);
  }
}

/** Undefined when no answer came. */
export async function fetchOnce(path: string, init: RequestInit): Promise<Response | undefined> {
  try {
    return await fetch(path, { ...init, signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
  } catch {
    return undefined;
  }
}

/** The body, whatever the server or a proxy before it sent. Throws ApiProblem unless the status is 2xx. */
export async function read<T>(response: Response): Promise<T> {
  const value: unknown = await response.json().catch(() => undefined);
  if (response.ok) return value as T;
  throw new ApiProblem(isProblem(value) ? value : unknownProblem(response.status));
}

/** 409 with Retry-After: another request is under way, the same one may succeed a moment later. */
function isBusy(response: Response): boolean {
  return response.status === 409 && response.headers.has('retry-after');
}

function isProblem(value: unknown): value is Problem {
  return typeof value === 'object' && value !== null && 'code' in value && 'detail' in value;
}

function unknownProblem(status: number): Problem {
  return {
    type: 'about:blank',
    title: 'The answer could not be understood',
    detail: 'Try again in a moment; if it stays, tell operations.',
    status,
    code: 'unreadable-answer',
    requestId: '',
  };
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
