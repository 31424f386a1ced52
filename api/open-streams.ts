import { HttpProblem } from './http-errors.ts';

/** A dead listener is noticed within this time, seconds. */
const NOTICED_WITHIN_SECONDS = 15;

/**
 * How many event streams an agent has open in this process. Each holds a connection and asks the database every
 * few seconds, for as long as it lives, which a limit of requests a minute does not see.
 */
export interface OpenStreams {
  /**
   * Takes one of an agent's places; the answer gives it back.
   * @throws HttpProblem 429 when the agent has none left
   */
  open(agentId: string): () => void;
}

/** @param most places of each agent */
export function createOpenStreams(most: number): OpenStreams {
  const open = new Map<string, number>();
  return {
    open(agentId) {
      const before = open.get(agentId) ?? 0;
      if (before >= most) {
        throw new HttpProblem(
          429,
          'too-many-streams',
          'Too many event streams are open',
          `An agent may have ${most} event streams open, and you have as many. Close one that nobody looks at, then connect again; meanwhile GET /v1/plan-changes/{id} tells the status.`,
          { retryAfterSeconds: NOTICED_WITHIN_SECONDS },
        );
      }
      open.set(agentId, before + 1);
      return () => {
        const left = (open.get(agentId) ?? 1) - 1;
        if (left > 0) open.set(agentId, left);
        else open.delete(agentId);
      };
    },
  };
}
