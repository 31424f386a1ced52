import { pollUntil } from './poll.ts';
import { StartError } from './start-error.ts';

/** Waits for 200 from the API's /readyz: PostgreSQL, Temporal and a worker that polls. */
export async function waitUntilReady(
  api: string,
  options: { within: number; logFolder: string; signal: AbortSignal },
): Promise<void> {
  let last = 'no answer';
  const isReady = async (): Promise<boolean> => {
    try {
      const answer = await fetch(`${api}/readyz`, { signal: AbortSignal.timeout(5_000) });
      last = `${answer.status} ${(await answer.text()).slice(0, 300)}`;
      return answer.status === 200;
    } catch (error) {
      last = error instanceof Error ? error.message : String(error);
      return false;
    }
  };
  if (await pollUntil(isReady, { within: options.within, every: 100, signal: options.signal })) return;
  throw new StartError(
    `The API is not ready after ${options.within / 1000} s: ${last}`,
    `The logs are in ${options.logFolder}.`,
  );
}
