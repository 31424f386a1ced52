import { createHash } from 'node:crypto';
import { RateLimiterRes, type RateLimiterPostgres } from 'rate-limiter-flexible';
import { HttpProblem } from './http-errors.ts';

/**
 * Lets `judge` decide about what a client presented as its key, and counts only what was wrong. Who has used up
 * a minute is refused from memory, without a look at the database, until it is over.
 *
 * An address may be an office's or a proxy's, so a script with an expired key must not lock the colleagues beside
 * it out: a key that was right before in this process is judged as ever. Keys are too long to be guessed at any
 * rate; what the limit saves is the work and the noise.
 * @throws HttpProblem 429 with Retry-After, 401 as `judge` does
 */
export type WrongKeyLimit = <T>(client: string, presented: string, judge: () => Promise<T>) => Promise<T>;

export function createWrongKeyLimit(limiter: RateLimiterPostgres): WrongKeyLimit {
  const rightBefore = new Set<string>();
  const refusedUntil = new Map<string, number>();

  const refuse = (client: string, ms: number): HttpProblem => {
    const now = Date.now();
    for (const [other, until] of refusedUntil) {
      // In the order in which they began, and all of them last about a minute.
      if (until > now) break;
      refusedUntil.delete(other);
    }
    refusedUntil.set(client, now + ms);
    return tooMany(limiter.points, ms);
  };

  return async (client, presented, judge) => {
    const key = createHash('sha256').update(presented).digest('base64');
    const refusedMs = (refusedUntil.get(client) ?? 0) - Date.now();
    if (refusedMs > 0 && !rightBefore.has(key)) throw tooMany(limiter.points, refusedMs);
    try {
      const verdict = await judge();
      rightBefore.add(key);
      return verdict;
    } catch (error) {
      if (!(error instanceof HttpProblem && error.status === 401)) throw error;
      rightBefore.delete(key);
      await limiter.consume(client).catch((used: unknown) => {
        // The library rejects with the counter itself when it is used up, with an Error when the store is away.
        throw used instanceof RateLimiterRes ? refuse(client, used.msBeforeNext) : used;
      });
      throw error;
    }
  };
}

function tooMany(points: number, ms: number): HttpProblem {
  const retryAfterSeconds = Math.max(1, Math.ceil(ms / 1_000));
  return new HttpProblem(
    429,
    'too-many-wrong-keys',
    'Too many wrong API keys',
    `More than ${points} requests with a wrong key came from this address within a minute. Wait ${retryAfterSeconds} s, then send the request again with a valid key; ask for a new one if it has expired.`,
    { retryAfterSeconds },
  );
}
