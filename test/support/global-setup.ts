import { stopTestStack } from './test-stack.ts';

/**
 * Mocha calls this once, after the last test. There is no counterpart before the first: the shared servers start
 * at their first use, so a run of pure tests starts none.
 */
export async function mochaGlobalTeardown(): Promise<void> {
  await stopTestStack();
}
