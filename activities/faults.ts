import { ApplicationFailure, log } from '@temporalio/activity';
import { FAULT } from '../domain/failures.ts';

const SQLSTATE = /^[0-9A-Z]{5}$/;
/** Data exceptions, integrity violations, syntax and access errors, missing rows: the same statement fails again. */
const REFUSED_CLASSES = new Set(['0A', '22', '23', '42', 'P0']);

/**
 * What Temporal may see of a fault: a type and at most an SQLSTATE or an error's name. Messages of the
 * database carry values of rows, and so personal data.
 */
export function asFault(error: unknown): ApplicationFailure {
  if (error instanceof ApplicationFailure) return error;
  const code = codeOf(error);
  if (code !== undefined && SQLSTATE.test(code)) {
    return REFUSED_CLASSES.has(code.slice(0, 2))
      ? ApplicationFailure.nonRetryable(`SQLSTATE ${code}`, FAULT.DATABASE_REFUSED)
      : ApplicationFailure.retryable(`SQLSTATE ${code}`, FAULT.DATABASE_UNAVAILABLE);
  }
  // Connection errors of the driver and the pool: ECONNREFUSED, ETIMEDOUT, KnexTimeoutError and their kin.
  if (code !== undefined || isTimeout(error)) {
    return ApplicationFailure.retryable(code ?? 'timeout', FAULT.DATABASE_UNAVAILABLE);
  }
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
        log.warn('step failed', { step: name, fault: fault.type ?? fault.message, at: framesOf(error) });
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

function isTimeout(error: unknown): boolean {
  return (
    error instanceof Error && /timeout|terminated|Connection ended/i.test(`${error.name} ${error.message}`)
  );
}

/** Where it happened, without the message, whose lines may hold values and look like frames. */
function framesOf(error: unknown): string[] {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  return stack
    .split('\n')
    .filter((line) => /^\s+at .*:\d+:\d+\)?$/.test(line))
    .slice(0, 4)
    .map((line) => line.trim());
}
