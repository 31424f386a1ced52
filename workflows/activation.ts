import { ActivityFailure, ApplicationFailure, TimeoutFailure } from '@temporalio/workflow';
import type { ActivatePlanResult } from '../activities/activate-plan.ts';
import type { QuoteOnOffer } from '../activities/open-plan-change.ts';
import type { AcceptedConsent } from '../activities/schedule-activation.ts';
import type { StopActivationInput } from '../activities/stop-activation.ts';
import type { HoldReason } from '../domain/plan-change-status.ts';
import type { PlanChangeInput } from './contract.ts';
import type { PlanChangeState } from './plan-change-messages.ts';
import { workflowNow } from './plan-change-messages.ts';
import { dated, immediate, local } from './steps.ts';

/**
 * Applies the agreed change and reads it back. Leaves the change `activated`, `held` (drift, too late, or a
 * read-back that disagrees) or `failed` (a fault that no retry mends). Unless it is activated, nothing is
 * charged: the compensation takes back whatever was committed.
 */
export async function activate(
  state: PlanChangeState,
  input: PlanChangeInput,
  consent: AcceptedConsent | null,
): Promise<void> {
  const { quote } = state;
  if (!quote) throw new Error('An activation follows a quote');
  state.status = 'activating';
  // Known before the step it undoes has begun; right whether or not that step committed.
  const undo = (to: StopActivationInput['to'], causes: readonly string[]) =>
    local.compensateActivation({
      planChangeId: input.planChangeId,
      revision: quote.revision,
      to,
      causes,
      now: workflowNow(),
    });

  try {
    const applied = await apply(input, quote, consent);
    if (applied.outcome === 'held') return hold(state, applied.reason);

    const read = await local.verifyActivation({ ...input, revision: quote.revision });
    if (read.outcome === 'mismatch') {
      await undo({ status: 'held', reason: 'read_back_mismatch' }, read.mismatches);
      return hold(state, 'read_back_mismatch');
    }
    state.status = 'activated';
  } catch (error) {
    if (!(error instanceof ActivityFailure)) throw error;
    await undo({ status: 'failed' }, [faultOf(error)]);
    state.status = 'failed';
  }
}

async function apply(
  input: PlanChangeInput,
  quote: QuoteOnOffer,
  consent: AcceptedConsent | null,
): Promise<ActivatePlanResult> {
  const step = {
    planChangeId: input.planChangeId,
    revision: quote.revision,
    quoteHash: quote.hash,
    consent: consent && {
      evidenceId: consent.evidenceId,
      quoteHash: consent.quoteHash,
      method: consent.method,
      author: consent.author,
      acceptedAt: consent.acceptedAt,
    },
    now: workflowNow(),
  };
  if (quote.activateAt !== null) return dated.activatePlan(step);
  try {
    return await immediate.activatePlan(step);
  } catch (error) {
    if (!(error instanceof ActivityFailure && error.cause instanceof TimeoutFailure)) throw error;
    const late = await local.holdLateActivation({
      planChangeId: input.planChangeId,
      revision: quote.revision,
      to: { status: 'held', reason: 'activation_late' },
      causes: ['not committed within ten minutes'],
      now: workflowNow(),
    });
    return late.outcome === 'already_applied'
      ? { outcome: 'applied' }
      : { outcome: 'held', reason: 'activation_late' };
  }
}

function hold(state: PlanChangeState, reason: HoldReason): void {
  state.status = 'held';
  state.holdReason = reason;
}

function faultOf(error: ActivityFailure): string {
  return error.cause instanceof ApplicationFailure ? (error.cause.type ?? 'fault') : error.activityType;
}
