import type { Steps } from './ports.ts';
import { receipt } from './step.ts';

/** A cancellation from the Temporal UI that came after the plan was applied changes nothing, and is noted. */
export function noteIgnoredCancellation(deps: { steps: Steps }) {
  return (input: {
    readonly planChangeId: string;
    readonly customerId: string;
  }): Promise<{ readonly outcome: 'noted' }> =>
    deps.steps.once(receipt('noteIgnoredCancellation'), async (tx) => {
      await tx.appendNote({
        ...input,
        kind: 'cancellation_ignored',
        body: 'A cancellation came from operations after the plan was applied: it was ignored. Use revert to go back.',
        author: { type: 'ops', id: null },
      });
      return { outcome: 'noted' };
    });
}
