import type { HoldReason } from '../domain/plan-change-status.ts';
import type { AgreedChange, StepTransaction, Steps } from './ports.ts';
import { receipt } from './step.ts';

export interface StopActivationInput {
  readonly planChangeId: string;
  readonly revision: number;
  /** Where the change goes: `held` asks people, `failed` is the end. */
  readonly to: { readonly status: 'held'; readonly reason: HoldReason } | { readonly status: 'failed' };
  /** Names of what went wrong: checks, fault types. Never values. */
  readonly causes: readonly string[];
  readonly now: string;
}

/**
 * The compensation of an activation: whatever of it was committed is taken back, so that plan, charges and
 * balance are what they were before, and the change is held or fails. It is right whether the activation was
 * committed or not, and it may run again.
 */
export function compensateActivation(deps: { steps: Steps }) {
  return (input: StopActivationInput): Promise<{ readonly outcome: 'stopped' }> =>
    deps.steps.once(receipt('compensateActivation', input.revision), async (tx) => {
      const agreed = await tx.lockPlanChange(input.planChangeId);
      if (agreed.appliedAt !== null) {
        await tx.restorePlan(input.planChangeId);
        await tx.reverseLines(input.planChangeId, input.revision);
        await tx.appendNote({
          ...noteOf(agreed, input),
          kind: 'compensated',
          body: `The change was taken back: plan, charges and balance are as before (${input.causes.join(', ')}).`,
        });
      }
      await stop(tx, agreed, input);
      return { outcome: 'stopped' };
    });
}

/**
 * Holds a change whose activation did not commit in time. Should it have committed after all, nothing is
 * undone and the answer says so: the activation counts.
 */
export function holdLateActivation(deps: { steps: Steps }) {
  return (input: StopActivationInput): Promise<{ readonly outcome: 'stopped' | 'already_applied' }> =>
    deps.steps.once(receipt('holdLateActivation', input.revision), async (tx) => {
      const agreed = await tx.lockPlanChange(input.planChangeId);
      if (agreed.appliedAt !== null) return { outcome: 'already_applied' };
      await stop(tx, agreed, input);
      return { outcome: 'stopped' };
    });
}

async function stop(tx: StepTransaction, agreed: AgreedChange, input: StopActivationInput): Promise<void> {
  const { to } = input;
  if (to.status === 'held') {
    const details = { causes: input.causes.join(', ') };
    await tx.updatePlanChange(input.planChangeId, {
      status: 'held',
      hold: { reason: to.reason, details },
      appliedAt: null,
    });
    await tx.appendNote({
      ...noteOf(agreed, input),
      kind: 'held',
      body: `Held, nothing charged: ${to.reason} (${input.causes.join(', ')}). The customer must be asked again.`,
    });
  } else {
    await tx.updatePlanChange(input.planChangeId, { status: 'failed', closedAt: input.now, appliedAt: null });
    await tx.appendNote({
      ...noteOf(agreed, input),
      kind: 'failed',
      body: `Failed, nothing charged: ${input.causes.join(', ')}.`,
    });
  }
}

function noteOf(agreed: AgreedChange, input: StopActivationInput) {
  return {
    customerId: agreed.customerId,
    planChangeId: agreed.planChangeId,
    revision: input.revision,
    author: { type: 'system', id: null },
  } as const;
}
