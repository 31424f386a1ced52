import { setTimeout as delay } from 'node:timers/promises';

/**
 * Asks `probe` until it gives something other than undefined; a rejection counts as "not yet". At the deadline
 * (`within` milliseconds, 10 s unless told) it throws, naming what was waited for and the last rejection.
 */
export async function eventually<T>(
  probe: () => Promise<T | undefined>,
  options: { within?: number; what?: string } = {},
): Promise<T> {
  const within = options.within ?? 10_000;
  const deadline = Date.now() + within;
  let last: unknown;
  for (;;) {
    try {
      const value = await probe();
      if (value !== undefined) return value;
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (Date.now() >= deadline) {
      throw new Error(`Not within ${within / 1000} s: ${options.what ?? 'the awaited condition'}.`, {
        cause: last,
      });
    }
    await delay(25);
  }
}
