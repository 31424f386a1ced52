import type { ActivatePlanResult } from '../activities/activate-plan.ts';
import type { QuoteOnOffer } from '../activities/quote-on-offer.ts';
import type { AcceptedConsent } from '../activities/accepted-consent.ts';
import type { Overtaken } from '../activities/standing.ts';
import type { StopActivationInput } from '../activities/stop-activation.ts';
import type { VerifyActivationResult } from '../activities/verify-activation.ts';
import type { PlanChangeInput } from './contract.ts';
import { startNotice } from './mails.ts';
import type { PlanChangeState } from './plan-change-messages.ts';
import { workflowNow } from './plan-change-messages.ts';
import { hold, quoteOf } from './plan-change-transitions.ts';
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
  state.status = 'activating';
  return orUndone(state, input, consent, async (quote) => {
    const applied = consent === null ? await applyDated(input, quote) : await applyNow(input, quote, consent);
    if (applied.outcome === 'overtaken') return applied;
    if (applied.outcome === 'held') {
      hold(state, applied.reason);
      await startNotice(input, applied.mailId);
      return undefined;
    }
    return readBack(state, input, quote);
  });
}

/** The rest of the way for a change that the database has applied already, as the workflow finds out. */
export async function confirmApplied(
  state: PlanChangeState,
  input: PlanChangeInput,
): Promise<Overtaken | undefined> {
  return orUndone(state, input, null, (quote) => readBack(state, input, quote));
}

type Mismatch = Extract<VerifyActivationResult, { outcome: 'mismatch' }>;

async function readBack(
  state: PlanChangeState,
  input: PlanChangeInput,
  quote: QuoteOnOffer,
): Promise<Mismatch | undefined> {
  const { planChangeId, customerId } = input;
  const read = await local.verifyActivation({ planChangeId, customerId, revision: quote.revision });
  if (read.outcome === 'mismatch') return read;
  state.summaryMailId = read.mailId;
  state.status = 'activated';
  return undefined;
}

/**
 * Known before the step it undoes has begun, and right whether or not that step committed. A compensation that
 * fails is not given up for another one: it is tried again until it is done, so a mismatch always ends as held.
 */
async function orUndone(
  state: PlanChangeState,
  input: PlanChangeInput,
  consent: AcceptedConsent | null,
  act: (quote: QuoteOnOffer) => Promise<Mismatch | Overtaken | undefined>,
): Promise<Overtaken | undefined> {
  const quote = quoteOf(state);
  const end = await act(quote).catch((error: unknown) => {
    const fault = faultOf(error);
    if (fault === undefined) throw error;
    return { outcome: 'fault', fault } as const;
  });
  switch (end?.outcome) {
    case 'mismatch': {
      const to = { status: 'held', reason: 'read_back_mismatch' } as const;
      const undone = await undo(input, quote, consent, to, end.mismatches);
      if (undone.outcome === 'overtaken') return undone;
      hold(state, undone.reason ?? to.reason);
      await startNotice(input, undone.mailId);
      return undefined;
    }
    case 'fault': {
      const undone = await undo(input, quote, consent, { status: 'failed' }, [end.fault]);
      if (undone.outcome === 'overtaken') return undone;
      if (undone.reason) hold(state, undone.reason);
      else state.status = 'failed';
      await startNotice(input, undone.mailId);
      return undefined;
    }
    default:
      return end;
  }
}

function undo(
  input: PlanChangeInput,
  quote: QuoteOnOffer,
  consent: AcceptedConsent | null,
  to: StopActivationInput['to'],
  causes: readonly string[],
) {
  return local.compensateActivation({ ...step(input, quote), consent, to, causes });
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
      consent,
      to: { status: 'held', reason: 'activation_late' },
      causes: ['not committed within ten minutes'],
    });
    switch (late.outcome) {
      case 'already_applied':
        return { outcome: 'applied' };
      case 'overtaken':
        return late;
      case 'stopped':
        return { outcome: 'held', reason: late.reason ?? 'activation_late', mailId: late.mailId };
    }
  }
}

function step(input: PlanChangeInput, quote: QuoteOnOffer) {
  return { planChangeId: input.planChangeId, revision: quote.revision, now: workflowNow() };
}
