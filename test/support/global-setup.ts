import { closeBrowser } from './browser.ts';
import { replayRecorded } from './replay-after-run.ts';
import { stopTestStack } from './test-stack.ts';

const REPLAY_WITHIN_MS = 300_000;

/** Around the whole run. Every history that its suites made must replay with the code as it is. */
export const mochaHooks: Mocha.RootHookObject = {
  async afterAll(this: Mocha.Context) {
    this.timeout(REPLAY_WITHIN_MS);
    await replayRecorded();
  },
};

/**
 * Mocha calls this once, after the last test. There is no counterpart before the first: the shared servers start
 * at their first use, so a run of pure tests starts none.
 */
export async function mochaGlobalTeardown(): Promise<void> {
  await closeBrowser();
  await stopTestStack();
}
