import type { Knex } from 'knex';
import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';
import { createLimiterStore } from '../db/limiter-store.ts';
import { HttpProblem } from './http-errors.ts';

const WINDOW_SECONDS = 3_600;

/** How many mails with a consent link an hour a customer gets about one change, counted in the database. */
export interface ConsentMailLimit {
  /** Counts a mail that `send` asks for; one that was not taken on does not count. Throws HttpProblem 429. */
  counted<T>(planChangeId: string, send: () => Promise<T>): Promise<T>;
}

export function createConsentMailLimit(knex: Knex, perHour: number): ConsentMailLimit {
  const limiter = new RateLimiterPostgres({
    storeClient: createLimiterStore(knex),
    storeType: 'client',
    tableName: 'rate_limits',
    tableCreated: true,
    keyPrefix: 'consent-mail',
    points: perHour,
    duration: WINDOW_SECONDS,
  });
  return {
    async counted(planChangeId, send) {
      await take(limiter, planChangeId);
      try {
        return await send();
      } catch (error) {
        await limiter.reward(planChangeId, 1);
        throw error;
      }
    },
  };
}

async function take(limiter: RateLimiterPostgres, planChangeId: string): Promise<void> {
  try {
    await limiter.consume(planChangeId);
  } catch (error) {
    // The library rejects with the counter itself when it is used up, with an Error when the store is away.
    if (!(error instanceof RateLimiterRes)) throw error;
    const retryAfterSeconds = Math.max(1, Math.ceil(error.msBeforeNext / 1_000));
    throw new HttpProblem(
      429,
      'too-many-consent-mails',
      'Too many mails that ask for consent',
      `The customer has had ${limiter.points} mails about this change within an hour. Ask them to look for the latest, record their consent by phone, or send another in ${Math.ceil(retryAfterSeconds / 60)} minutes.`,
      { retryAfterSeconds },
    );
  }
}
