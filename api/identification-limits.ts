import { setTimeout as wait } from 'node:timers/promises';
import type { Knex } from 'knex';
import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';
import type { LimitFigures } from '../config.ts';
import { createLimiterStore } from '../db/limiter-store.ts';
import { HttpProblem } from './http-errors.ts';

/** How long an attempt waits for the one before it, milliseconds. */
const TURN_MS = 1_000;

/**
 * Failed identifications are counted per account number and per agent, in the database: a restart forgets
 * none. An attempt counts before it is judged, so that many at once get no further; a success is given back.
 * The attempts of one agent take turns: those under way would else count against each other.
 */
export interface IdentificationLimits {
  /** Lets `judge` decide about an attempt. Throws 429 when this account or this agent has failed too often. */
  attempt<T extends { readonly matches: boolean }>(
    agentId: string,
    accountKey: string,
    judge: () => Promise<T>,
  ): Promise<T>;
}

export function createIdentificationLimits(knex: Knex, figures: LimitFigures): IdentificationLimits {
  const storeClient = createLimiterStore(knex);
  const limiter = (keyPrefix: string, points: number) =>
    new RateLimiterPostgres({
      storeClient,
      storeType: 'client',
      tableName: 'rate_limits',
      tableCreated: true,
      keyPrefix,
      points,
      duration: figures.identificationWindowMinutes * 60,
    });
  const perAccount = limiter('identify-account', figures.identificationFailuresPerAccount);
  const perAgent = limiter('identify-agent', figures.identificationFailuresPerAgent);

  const takeTurn = turns();

  return {
    async attempt(agentId, accountKey, judge) {
      const endTurn = await takeTurn(agentId);
      try {
        await consume(perAgent, agentId);
        await consume(perAccount, accountKey);
        const verdict = await judge();
        if (verdict.matches) {
          await Promise.all([perAccount.reward(accountKey, 1), perAgent.reward(agentId, 1)]);
        }
        return verdict;
      } finally {
        endTurn();
      }
    },
  };
}

/** One after another by key, in this process; nobody waits long for one that hangs. */
function turns(): (key: string) => Promise<() => void> {
  const last = new Map<string, Promise<void>>();
  return async (key) => {
    const before = last.get(key);
    let end = (): void => undefined;
    const mine = new Promise<void>((resolve) => {
      end = resolve;
    });
    last.set(key, mine);
    if (before) await Promise.race([before, wait(TURN_MS, undefined, { ref: false })]);
    return () => {
      end();
      if (last.get(key) === mine) last.delete(key);
    };
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
