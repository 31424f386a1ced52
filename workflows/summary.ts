import { ActivityFailure, ApplicationFailure } from '@temporalio/workflow';
import type { PlanChangeInput } from './contract.ts';
import { workflowNow } from './plan-change-messages.ts';
import { local, mail } from './steps.ts';

/** Sends the summary; after days without success, or a refusal for good, hands it to people. */
export async function deliverSummary(input: PlanChangeInput): Promise<void> {
  const { planChangeId, customerId } = input;
  try {
    await mail.sendSummary({ planChangeId, customerId, now: workflowNow() });
  } catch (error) {
    if (!(error instanceof ActivityFailure)) throw error;
    const cause =
      error.cause instanceof ApplicationFailure ? (error.cause.type ?? 'fault') : 'no answer for three days';
    await local.giveUpSummary({ planChangeId, customerId, now: workflowNow(), cause });
  }
}
