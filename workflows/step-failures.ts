import { ActivityFailure, ApplicationFailure, TimeoutFailure } from '@temporalio/workflow';

/**
 * The type of the fault with which a step ended for good. An ordinary activity rejects with an ActivityFailure
 * around the fault, a local activity with the fault itself.
 * @returns undefined for anything that is not the end of a step: a fault of the workflow's own code
 */
export function faultOf(error: unknown): string | undefined {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  if (cause instanceof ApplicationFailure) return cause.type ?? 'fault';
  if (cause instanceof TimeoutFailure) return 'timeout';
  return undefined;
}

export function isTimeout(error: unknown): boolean {
  return error instanceof ActivityFailure && error.cause instanceof TimeoutFailure;
}
