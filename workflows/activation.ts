import type { ActivatePlanResult } from '../activities/activate-plan.ts';
import type { QuoteOnOffer } from '../activities/open-plan-change.ts';
import type { AcceptedConsent } from '../activities/schedule-activation.ts';
import type { Overtaken } from '../activities/standing.ts';
import type { StopActivationInput } from '../activities/stop-activation.ts';
import type { HoldReason } from '../domain/plan-change-status.ts';
import type { PlanChangeInput } from './contract.ts';
import type { PlanChangeState } from './plan-change-messages.ts';
import { workflowNow } from './plan-change-messages.ts';
import { startNotice } from './mails.ts';
import { faultOf, isTimeout } from './step-failures.ts';
import { durable, local } from './steps.ts';

/**
 * Applies the agreed change and reads it back. Leaves the change `activated`, `held` (drift, too late, or a
 * read-back that disagrees) or `failed` (a fault that no retry mends). Unless it is activated, nothing is
 * charged: the compensation takes back whatever was committed.
 * @returns where the database stands, when the change was no longer the one to activate
 */
export async function activate(
  state: PlanChangeState,
  input: PlanChangeInput,
  consent: AcceptedConsent | null,
): Promise<Overtaken | undefined> {
  const { quote } = state;
  if (!quote) throw new Error('An activation follows a quote');
  state.status = 'activating';
  // Known before the step it undoes has begun; right whether or not that step committed.
  const undo = (to: StopActivationInput['to'], causes: readonly string[]) =>
    local.compensateActivation({ ...step(input, quote), to, causes });

  try {
    const applied = consent === null ? await applyDated(input, quote) : await applyNow(input, quote, consent);
    if (applied.outcome === 'overtaken') return applied;
    if (applied.outcome === 'held') {
      hold(state, applied.reason);
      await startNotice(input, applied.mailId);
      return undefined;
    }

    const { planChangeId, revision } = step(input, quote);
    const read = await local.verifyActivation({ planChangeId, customerId: input.customerId, revision });
    if (read.outcome === 'mismatch') {
      const { mailId } = await undo({ status: 'held', reason: 'read_back_mismatch' }, read.mismatches);
      hold(state, 'read_back_mismatch');
      await startNotice(input, mailId);
      return undefined;
    }
    state.summaryMailId = read.mailId;
    state.status = 'activated';
    return undefined;
  } catch (error) {
    const fault = faultOf(error);
    if (fault === undefined) throw error;
    await undo({ status: 'failed' }, [fault]);
    state.status = 'failed';
    return undefined;
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
    if (!isTimeout(error)) throw error;
    const late = await local.holdLateActivation({
      ...step(input, quote),
      to: { status: 'held', reason: 'activation_late' },
      causes: ['not committed within ten minutes'],
    });
    return late.outcome === 'already_applied'
      ? { outcome: 'applied' }
      : { outcome: 'held', reason: late.reason ?? 'activation_late', mailId: late.mailId };
  }
}

function step(input: PlanChangeInput, quote: QuoteOnOffer) {
  return { planChangeId: input.planChangeId, revision: quote.revision, now: workflowNow() };
}

function hold(state: PlanChangeState, reason: HoldReason): void {
  state.status = 'held';
  state.holdReason = reason;
  state.holdEndsAt = new Date(Date.now() + (state.holdMs ?? 0)).toISOString();
}
