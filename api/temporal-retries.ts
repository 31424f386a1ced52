import { defaultGrpcRetryOptions, makeGrpcRetryInterceptor } from '@temporalio/client';
import type { ConnectionOptions } from '@temporalio/client';

/** gRPC's own numbers of what became of a call. */
export const GRPC = {
  CANCELLED: 1,
  DEADLINE_EXCEEDED: 4,
  RESOURCE_EXHAUSTED: 8,
  FAILED_PRECONDITION: 9,
} as const;

/** Milliseconds. */
const LONGEST_PAUSE = 600;

/**
 * The client's retries, with two things other than by default: an overloaded server (RESOURCE_EXHAUSTED) is not
 * asked again, because the caller is told to wait; and no pause begins that would outlast the deadline of the
 * call, which the client's own pauses, up to 5 s each, do not know.
 */
export const retryInTime: NonNullable<ConnectionOptions['interceptors']>[number] = (options, nextCall) => {
  const usual = defaultGrpcRetryOptions();
  const deadline = Number(options.deadline ?? Infinity);
  return makeGrpcRetryInterceptor({
    delayFunction: (attempt, status) => Math.min(LONGEST_PAUSE, usual.delayFunction(attempt, status)),
    retryableDecider: (attempt, status) => {
      const code: number = status.code;
      if (code === GRPC.RESOURCE_EXHAUSTED || Date.now() + LONGEST_PAUSE > deadline) return false;
      return usual.retryableDecider(attempt, status);
    },
  })(options, nextCall);
};
