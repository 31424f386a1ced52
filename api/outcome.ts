import { isTerminal, type PlanChangeStatus } from '../domain/plan-change-status.ts';
import { dependencyUnavailable, HttpProblem, refused } from './http-errors.ts';
import type { Outcome } from './plan-change-gateway.ts';

const RETRY_AFTER_SECONDS = 2;

/**
 * The table "outcome of a Temporal call → HTTP" for everything that is not an answer: `answered` and
 * `accepted` are returned, `closed` is the caller's to explain, the rest are problems.
 */
export function settled<T>(
  outcome: Outcome<T>,
): Extract<Outcome<T>, { kind: 'answered' | 'accepted' | 'closed' }> {
  switch (outcome.kind) {
    case 'answered':
    case 'accepted':
    case 'closed':
      return outcome;
    case 'refused':
      throw refused(outcome.refusal, outcome.status);
    case 'not_accepted':
      throw new HttpProblem(
        503,
        'not-accepted-yet',
        'No worker has taken the request yet',
        'Nothing is promised, and it may still take effect. Send it again with the same Idempotency-Key: it meets the same request.',
        { retryAfterSeconds: RETRY_AFTER_SECONDS },
      );
    case 'paused':
      throw new HttpProblem(
        409,
        'workflow-paused',
        'The change is paused by operations',
        'Ask operations to unpause it in the Temporal UI, then send the request again.',
      );
    case 'overloaded':
      throw new HttpProblem(
        429,
        'overloaded',
        'Too many requests',
        'Send the request again a little later.',
        {
          retryAfterSeconds: RETRY_AFTER_SECONDS,
        },
      );
    case 'unreachable':
      throw dependencyUnavailable('temporal');
  }
}

/** The workflow of the change has ended. When the database knows of no end, it was ended from outside. */
export function changeClosed(status: PlanChangeStatus | 'unknown'): HttpProblem {
  const isEnded = status === 'unknown' || isTerminal(status);
  return new HttpProblem(
    409,
    'plan-change-closed',
    isEnded ? 'The change is closed' : 'The workflow of the change was ended from outside',
    isEnded
      ? `The change is ${status} and takes no more requests. Open a new one with POST /v1/plan-changes.`
      : `The change is ${status}, and nothing carries it on. Ask operations to repair it (npm run audit -- --repair), then open a new one where it is still wanted.`,
    { final: isEnded, extra: { planChangeStatus: status } },
  );
}
