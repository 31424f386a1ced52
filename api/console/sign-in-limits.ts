import type { Knex } from 'knex';
import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';
import { HttpProblem } from '../http-errors.ts';

const WINDOW_SECONDS = 15 * 60;
const FAILURES_PER_CLIENT = 10;

/** Failed sign-ins are counted per client address, in the database: a restart forgets none. */
export interface SignInLimits {
  /**
   * Lets `judge` decide about a sign-in, which counts before it is judged, so that many at once get no further;
   * a success is given back. Throws 429 when this client has failed too often.
   */
  attempt<T>(client: string, judge: () => Promise<T>): Promise<T>;
}

export function createSignInLimits(knex: Knex): SignInLimits {
  const perClient = new RateLimiterPostgres({
    storeClient: knex,
    storeType: 'knex',
    tableName: 'rate_limits',
    tableCreated: true,
    keyPrefix: 'sign-in',
    points: FAILURES_PER_CLIENT,
    duration: WINDOW_SECONDS,
  });
  return {
    async attempt(client, judge) {
      await perClient.consume(client).catch((error: unknown) => {
        // The library rejects with the counter itself when it is used up, with an Error when the store is away.
        throw error instanceof RateLimiterRes ? tooMany(error.msBeforeNext) : error;
      });
      const verdict = await judge();
      await perClient.reward(client, 1);
      return verdict;
    },
  };
}

function tooMany(msBeforeNext: number): HttpProblem {
  const retryAfterSeconds = Math.max(1, Math.ceil(msBeforeNext / 1_000));
  return new HttpProblem(
    429,
    'too-many-sign-ins',
    'Too many failed sign-ins',
    `Try again in ${Math.ceil(retryAfterSeconds / 60)} minutes, with the whole key. Ask for a new key if it has expired.`,
    { retryAfterSeconds },
  );
}
