import { ApplicationFailure, log } from '@temporalio/activity';
import { DomainError } from '../domain/domain-error.ts';
import { FAULT, isRefusedForGood } from '../domain/failures.ts';
import { stackFrames } from '../domain/stack-frames.ts';

const SYSTEM_ERROR = /^E[A-Z]+$/;
const SQLSTATE = /^[0-9A-Z]{5}$/;

/**
 * What Temporal may see of a fault: a type and at most an SQLSTATE or an error's name. Messages of the
 * database carry values of rows, and so personal data.
 */
export function asFault(error: unknown): ApplicationFailure {
  if (error instanceof ApplicationFailure) return error;
  const code = codeOf(error);
  if (code !== undefined && SQLSTATE.test(code)) {
    return isRefusedForGood(code)
      ? ApplicationFailure.nonRetryable(`SQLSTATE ${code}`, FAULT.DATABASE_REFUSED)
      : ApplicationFailure.retryable(`SQLSTATE ${code}`, FAULT.DATABASE_UNAVAILABLE);
  }
  if (error instanceof DomainError) return ApplicationFailure.nonRetryable(error.code, FAULT.DATA_UNUSABLE);
  // Connection errors of the system, the driver and the pool: ECONNREFUSED, KnexTimeoutError and their kin.
  if (code !== undefined && SYSTEM_ERROR.test(code))
    return ApplicationFailure.retryable(code, FAULT.DATABASE_UNAVAILABLE);
  if (isConnectionLost(error))
    return ApplicationFailure.retryable('connection lost', FAULT.DATABASE_UNAVAILABLE);
  return ApplicationFailure.retryable(error instanceof Error ? error.name : 'unknown fault');
}

/** The same activities, with every fault reduced to what Temporal may see. */
export function withFaults<T extends Record<string, (input: never) => Promise<unknown>>>(activities: T): T {
  const guarded = Object.entries(activities).map(([name, run]) => [
    name,
    async (input: never) => {
      try {
        return await run(input);
      } catch (error) {
        const fault = asFault(error);
        log.warn('step failed', { step: name, fault: fault.type ?? fault.message, at: stackFrames(error) });
        throw fault;
      }
    },
  ]);
  return Object.fromEntries(guarded) as T;
}

function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

function isConnectionLost(error: unknown): boolean {
  return (
    error instanceof Error && /timeout|terminated|Connection ended/i.test(`${error.name} ${error.message}`)
  );
}
