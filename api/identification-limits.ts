import type { Knex } from 'knex';
import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';
import { HttpProblem } from './http-errors.ts';

const WINDOW_SECONDS = 15 * 60;
const FAILURES_PER_ACCOUNT = 5;
const FAILURES_PER_AGENT = 30;

/**
 * Identifications are counted per account number and per agent, in the database: a restart forgets none. An
 * attempt counts before it is judged, so that many at once get no further; a success is given back.
 */
export interface IdentificationLimits {
  /** Counts an attempt. Throws 429 when this account or this agent has failed too often. */
  attempt(agentId: string, accountKey: string): Promise<void>;
  /** The attempt succeeded and counts no longer. */
  succeeded(agentId: string, accountKey: string): Promise<void>;
}

export function createIdentificationLimits(knex: Knex): IdentificationLimits {
  const limiter = (keyPrefix: string, points: number) =>
    new RateLimiterPostgres({
      storeClient: knex,
      storeType: 'knex',
      tableName: 'rate_limits',
      tableCreated: true,
      keyPrefix,
      points,
      duration: WINDOW_SECONDS,
    });
  const perAccount = limiter('identify-account', FAILURES_PER_ACCOUNT);
  const perAgent = limiter('identify-agent', FAILURES_PER_AGENT);

  return {
    async attempt(agentId, accountKey) {
      await consume(perAgent, agentId);
      await consume(perAccount, accountKey);
    },
    async succeeded(agentId, accountKey) {
      await Promise.all([perAccount.reward(accountKey, 1), perAgent.reward(agentId, 1)]);
    },
  };
}

async function consume(limiter: RateLimiterPostgres, key: string): Promise<void> {
  try {
    await limiter.consume(key);
  } catch (error) {
    // The library rejects with the counter itself when it is used up, with an Error when the store is away.
    if (!(error instanceof RateLimiterRes)) throw error;
    const retryAfterSeconds = Math.max(1, Math.ceil(error.msBeforeNext / 1_000));
    throw new HttpProblem(
      429,
      'too-many-identifications',
      'Too many failed identifications',
      `Try again in ${Math.ceil(retryAfterSeconds / 60)} minutes, or verify the customer by another procedure.`,
      { retryAfterSeconds },
    );
  }
}
