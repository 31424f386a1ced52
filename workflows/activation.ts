import { ActivityFailure, ApplicationFailure, TimeoutFailure } from '@temporalio/workflow';
import type { ActivatePlanResult } from '../activities/activate-plan.ts';
import type { QuoteOnOffer } from '../activities/open-plan-change.ts';
import type { AcceptedConsent } from '../activities/schedule-activation.ts';
import type { StopActivationInput } from '../activities/stop-activation.ts';
import type { HoldReason } from '../domain/plan-change-status.ts';
import type { PlanChangeInput } from './contract.ts';
import type { PlanChangeState } from './plan-change-messages.ts';
import { workflowNow } from './plan-change-messages.ts';
import { durable, local } from './steps.ts';

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
    local.compensateActivation({ ...step(input, quote), to, causes });

  try {
    const applied = consent === null ? await applyDated(input, quote) : await applyNow(input, quote, consent);
    if (applied.outcome === 'overtaken') {
      state.status = applied.standing.status;
      state.quote = applied.standing.quote;
      return;
    }
    if (applied.outcome === 'held') return hold(state, applied.reason);

    const { planChangeId, revision } = step(input, quote);
    const read = await local.verifyActivation({ planChangeId, customerId: input.customerId, revision });
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

function applyDated(input: PlanChangeInput, quote: QuoteOnOffer): Promise<ActivatePlanResult> {
  return local.activatePlan({ ...step(input, quote), consent: null });
}

async function applyNow(
  input: PlanChangeInput,
  quote: QuoteOnOffer,
  consent: AcceptedConsent,
): Promise<ActivatePlanResult> {
  try {
    return await durable.activatePlan({ ...step(input, quote), consent });
  } catch (error) {
    if (!(error instanceof ActivityFailure && error.cause instanceof TimeoutFailure)) throw error;
    const late = await local.holdLateActivation({
      ...step(input, quote),
      to: { status: 'held', reason: 'activation_late' },
      causes: ['not committed within ten minutes'],
    });
    return late.outcome === 'already_applied'
      ? { outcome: 'applied' }
      : { outcome: 'held', reason: 'activation_late' };
  }
}

function step(input: PlanChangeInput, quote: QuoteOnOffer) {
  return { planChangeId: input.planChangeId, revision: quote.revision, now: workflowNow() };
}

function hold(state: PlanChangeState, reason: HoldReason): void {
  state.status = 'held';
  state.holdReason = reason;
}

function faultOf(error: ActivityFailure): string {
  return error.cause instanceof ApplicationFailure ? (error.cause.type ?? 'fault') : error.activityType;
}
