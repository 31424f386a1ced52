import type { Knex } from 'knex';
import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';
import type { LimitFigures } from '../config.ts';
import { createLimiterStore } from '../db/limiter-store.ts';
import { HttpProblem } from './http-errors.ts';
import { createWrongKeyLimit, type WrongKeyLimit } from './wrong-key-limit.ts';

const WINDOW_SECONDS = 60;

/** RateLimit and RateLimit-Policy, as draft-ietf-httpapi-ratelimit-headers has them. */
export type RateLimitHeaders = Readonly<Record<'ratelimit' | 'ratelimit-policy', string>>;

/**
 * How many requests a minute, counted in the database, so that all processes of the API count together and a
 * restart forgets nothing. Who has used a minute up is turned away from memory until it is over: a flood costs
 * the database nothing. Each throws HttpProblem 429 with Retry-After.
 */
export interface RateLimits {
  /** Every request of an agent. */
  agent(agentId: string): Promise<RateLimitHeaders>;
  /**
   * Every request that changes something of an account. Counted while `mayAct` is asked, so that it costs no
   * round trip of its own; who may not act uses nothing up.
   * @returns what `mayAct` said
   */
  account(customerId: string, mayAct: Promise<boolean>): Promise<boolean>;
  /** Every look at a customer's link and every answer by it. */
  consentLink(linkId: string): Promise<RateLimitHeaders>;
  /** Every request with a wrong API key, by client address. */
  readonly wrongKeys: WrongKeyLimit;
}

export function createRateLimits(knex: Knex, figures: LimitFigures): RateLimits {
  const storeClient = createLimiterStore(knex);
  const limiterOf = (keyPrefix: string, points: number): RateLimiterPostgres =>
    new RateLimiterPostgres({
      storeClient,
      storeType: 'client',
      tableName: 'request_counts',
      tableCreated: true,
      keyPrefix,
      points,
      duration: WINDOW_SECONDS,
      inMemoryBlockOnConsumed: points + 1,
    });
  const limitOf = (name: string, points: number, who: string): Limit => ({
    name,
    who,
    limiter: limiterOf(name, points),
  });
  const perAgent = limitOf('agent', figures.agentRequestsPerMinute, 'An agent');
  const perAccount = limitOf(
    'account',
    figures.accountWritesPerMinute,
    'For one account all agents together',
  );
  const perLink = limitOf('consent-link', figures.consentLinkRequestsPerMinute, 'By one link a customer');

  return {
    agent: (agentId) => take(perAgent, agentId),
    async account(customerId, mayAct) {
      const [may, counted] = await Promise.allSettled([mayAct, take(perAccount, customerId)]);
      if (may.status === 'rejected') throw may.reason;
      if (counted.status === 'rejected') {
        if (may.value) throw counted.reason;
      } else if (!may.value) await perAccount.limiter.reward(customerId, 1);
      return may.value;
    },
    consentLink: (linkId) => take(perLink, linkId),
    wrongKeys: createWrongKeyLimit(limiterOf('wrong-key', figures.wrongKeysPerMinute)),
  };
}

interface Limit {
  readonly name: string;
  /** Begins the sentence that says how many. */
  readonly who: string;
  readonly limiter: RateLimiterPostgres;
}

async function take(limit: Limit, key: string): Promise<RateLimitHeaders> {
  try {
    return headersOf(limit, await limit.limiter.consume(key));
  } catch (error) {
    // The library rejects with the counter itself when it is used up, with an Error when the store is away.
    if (!(error instanceof RateLimiterRes)) throw error;
    const retryAfterSeconds = secondsOf(error);
    throw new HttpProblem(
      429,
      'too-many-requests',
      'Too many requests',
      `${limit.who} may send ${limit.limiter.points} requests a minute. Wait ${retryAfterSeconds} s, then send the same request again, with the same Idempotency-Key if it had one.`,
      { retryAfterSeconds, headers: headersOf(limit, error) },
    );
  }
}

function headersOf({ name, limiter }: Limit, counter: RateLimiterRes): RateLimitHeaders {
  return {
    ratelimit: `"${name}";r=${counter.remainingPoints};t=${secondsOf(counter)}`,
    'ratelimit-policy': `"${name}";q=${limiter.points};w=${WINDOW_SECONDS}`,
  };
}

function secondsOf({ msBeforeNext }: RateLimiterRes): number {
  return Math.max(1, Math.ceil(msBeforeNext / 1_000));
}
