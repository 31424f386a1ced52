import { setTimeout as delay } from 'node:timers/promises';

/**
 * Asks `probe` again and again until it answers true. False when `within` milliseconds have passed first. Rejects
 * with the signal's reason when that is aborted.
 */
export async function pollUntil(
  probe: () => boolean | Promise<boolean>,
  options: { within: number; every?: number; signal?: AbortSignal },
): Promise<boolean> {
  const deadline = Date.now() + options.within;
  for (;;) {
    options.signal?.throwIfAborted();
    if (await probe()) return true;
    if (Date.now() >= deadline) return false;
    await pause(options.every ?? 50, options.signal);
  }
}

async function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await delay(milliseconds, undefined, signal ? { signal } : {});
  } catch (error) {
    // The timer's own AbortError says less.
    signal?.throwIfAborted();
    throw error;
  }
}
