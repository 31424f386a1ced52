import { mismatchesOf } from '../domain/read-back.ts';
import type { MailTemplates, Steps } from './ports.ts';
import { receipt } from './step.ts';

export interface VerifyActivationInput {
  readonly planChangeId: string;
  readonly customerId: string;
  readonly revision: number;
}

export type VerifyActivationResult =
  | { readonly outcome: 'verified'; readonly mailId: string }
  /** Names of what differs; never values. */
  | { readonly outcome: 'mismatch'; readonly mismatches: readonly string[] };

/**
 * "Verify that the new plan details are updated correctly": reads back in a fresh statement what is in force.
 * When it is what was agreed, the summary mail is rendered from what was read and put into the outbox.
 */
export function verifyActivation(deps: { steps: Steps; templates: MailTemplates }) {
  return (input: VerifyActivationInput): Promise<VerifyActivationResult> =>
    deps.steps.once(receipt('verifyActivation', input.revision), async (tx) => {
      const applied = await tx.readBack(input.planChangeId);
      const mismatches = mismatchesOf(applied);
      if (mismatches.length > 0) return { outcome: 'mismatch', mismatches };

      await tx.updatePlanChange(input.planChangeId, { status: 'activated' });
      const { mailId, record } = await tx.enqueueMail({
        planChangeId: input.planChangeId,
        kind: 'summary',
        revision: 1,
        recipient: applied.customer.email,
        ...deps.templates.summary(applied),
      });
      await tx.appendNote({
        customerId: input.customerId,
        planChangeId: input.planChangeId,
        kind: 'verified',
        revision: input.revision,
        body: `Read back: plan, price, charges, balance and consent are as agreed. Summary mail queued, record ${record}.`,
        author: { type: 'system', id: null },
      });
      return { outcome: 'verified', mailId };
    });
}
