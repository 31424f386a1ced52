import { setTimeout as delay } from 'node:timers/promises';

/** What the campaign itself does to the database must not fail with the part that it has just killed. */
export async function retrying<T>(work: () => Promise<T>, within = 60_000): Promise<T> {
  const deadline = Date.now() + within;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await delay(200);
    }
  }
}
