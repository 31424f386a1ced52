import {
  allHandlersFinished,
  CancellationScope,
  condition,
  setCurrentDetails,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import { isTerminal } from '../domain/plan-change-status.ts';
import type { PlanChangeInput, PlanChangeResult } from './contract.ts';
import { SEARCH_ATTRIBUTE } from './contract.ts';
import { detailsOf } from './current-details.ts';
import type { PlanChangeState } from './plan-change-messages.ts';
import { registerMessages } from './plan-change-messages.ts';
import { faultOf } from './step-failures.ts';
import {
  awaitConsent,
  awaitDate,
  awaitPeople,
  awaitReadBack,
  completeActivated,
  open,
} from './plan-change-waits.ts';

/**
 * One change of one customer's plan, from the quote to the summary mail.
 *
 * 1. `quoting`: the first step claims the subscription, judges the request and quotes.
 * 2. `awaiting_consent`: nothing is applied without consent to exactly this quote.
 * 3. `scheduled`: a dated change waits for the first instant of its date.
 * 4. `activating`: apply what was agreed, read it back; anything else is held or taken back.
 * 5. `held`: people decide; a new quote needs a new consent.
 * 6. `activated`: the summary mail is sent; mail trouble undoes nothing.
 *
 * Every arrow is a step that commits in one transaction, so a crash at any point goes on from there. The
 * main body alone changes the status; messages only hand it something to decide.
 */
export async function planChange(input: PlanChangeInput): Promise<PlanChangeResult> {
  const state: PlanChangeState = { status: 'quoting', cancellationRequested: false };
  registerMessages(state);
  // A cancellation from the Temporal UI takes the same way out as the message `cancel`.
  CancellationScope.current().cancelRequested.catch(() => {
    state.cancellationRequested = true;
  });

  await CancellationScope.nonCancellable(async () => {
    while (!isTerminal(state.status)) {
      const before = waitsFor(state);
      await advanceOrWait(state, input);
      setCurrentDetails(detailsOf(state));
      if (waitsFor(state) !== before) showToOps(state, before);
    }
    await condition(allHandlersFinished);
  });
  return { status: state.status };
}

/**
 * A step that the database refuses for good, other than an activation, is a fault of the program. Ending the
 * workflow would leave its change open for ever: the task fails instead and is tried again, until a
 * deployment mends it. Nobody has been promised anything by the first step, so that one may end it.
 */
async function advanceOrWait(state: PlanChangeState, input: PlanChangeInput): Promise<void> {
  const { status } = state;
  try {
    await advance(state, input);
  } catch (error) {
    const fault = faultOf(error);
    throw fault === undefined || status === 'quoting'
      ? error
      : new Error(`${status}: a step was refused (${fault})`);
  }
}

async function advance(state: PlanChangeState, input: PlanChangeInput): Promise<void> {
  switch (state.status) {
    case 'quoting':
      return open(state, input);
    case 'awaiting_consent':
      return awaitConsent(state, input);
    case 'scheduled':
      return awaitDate(state, input);
    case 'held':
      return awaitPeople(state, input);
    case 'activating':
      return awaitReadBack(state, input);
    case 'activated':
      return completeActivated(state, input);
    default:
      throw new Error(`No way on from ${state.status}`);
  }
}

function waitsFor(state: Pick<PlanChangeState, 'status' | 'quote'>): string {
  return `${state.status}:${state.quote?.revision ?? 0}`;
}

/**
 * One upsert each time the change begins to wait for something else, or ends otherwise than completed. The
 * first wait, for consent, is set at the start; `activated` on a closed workflow reads as completed.
 */
function showToOps(state: PlanChangeState, before: string): void {
  const firstWait = before === waitsFor({ status: 'quoting' }) && state.status === 'awaiting_consent';
  if (firstWait || state.status === 'completed') return;
  upsertSearchAttributes([
    { key: SEARCH_ATTRIBUTE.status, value: state.status },
    { key: SEARCH_ATTRIBUTE.consentMethod, value: state.consentMethod ?? null },
    {
      key: SEARCH_ATTRIBUTE.effectiveDate,
      value: state.quote ? new Date(`${state.quote.effectiveDate}T00:00:00Z`) : null,
    },
    { key: SEARCH_ATTRIBUTE.holdReason, value: state.holdReason ?? null },
  ]);
}
