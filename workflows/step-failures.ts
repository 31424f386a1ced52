import { RetryState } from '@temporalio/common';
import { ActivityFailure, ApplicationFailure, TimeoutFailure } from '@temporalio/workflow';

/**
 * The type of the fault with which a step ended for good. An ordinary activity rejects with an ActivityFailure
 * around the fault, a local activity with the fault itself.
 * @returns undefined for anything that is not the end of a step: a fault of the workflow's own code
 */
export function faultOf(error: unknown): string | undefined {
  if (isTimeout(error)) return 'timeout';
  const cause = error instanceof ActivityFailure ? error.cause : error;
  return cause instanceof ApplicationFailure ? (cause.type ?? 'fault') : undefined;
}

/**
 * Whether an ordinary activity ended because its time was over: during an attempt, or because the next attempt
 * would come too late, when the failure of the last attempt is what it reports.
 */
export function isTimeout(error: unknown): boolean {
  return (
    error instanceof ActivityFailure &&
    (error.cause instanceof TimeoutFailure || error.retryState === RetryState.TIMEOUT)
  );
}
