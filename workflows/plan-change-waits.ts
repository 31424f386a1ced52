import { condition, getExternalWorkflowHandle } from '@temporalio/workflow';
import type { QuoteOnOffer } from '../activities/quote-on-offer.ts';
import { activate, confirmApplied } from './activation.ts';
import type { PlanChangeInput } from './contract.ts';
import { planChangeWorkflowId } from './contract.ts';
import { deliverSummary, startNotice } from './mails.ts';
import type { PlanChangeState } from './plan-change-messages.ts';
import { hasWork, msUntil, workflowNow } from './plan-change-messages.ts';
import {
  adopt,
  answerDone,
  close,
  closeUnasked,
  expected,
  quoteOf,
  requote,
} from './plan-change-transitions.ts';
import { local } from './steps.ts';

export async function open(state: PlanChangeState, input: PlanChangeInput): Promise<void> {
  const opened = await local.openPlanChange({ ...input, now: workflowNow() });
  if (opened.outcome === 'rejected') {
    state.status = 'rejected';
    state.opened = opened;
    return;
  }
  state.quote = opened.quote;
  state.holdMs = opened.holdMs;
  state.status = 'awaiting_consent';
  state.opened = { outcome: 'quoted' };
  if (opened.replacedId !== null) await endReplaced(opened.replacedId);
}

/** The database has cancelled the replaced change; its workflow finds that out when it is told to end. */
async function endReplaced(planChangeId: string): Promise<void> {
  try {
    await getExternalWorkflowHandle(planChangeWorkflowId(planChangeId)).cancel();
  } catch {
    // It has ended by itself meanwhile.
  }
}

/** Nothing is applied before consent to exactly the current quote. */
export async function awaitConsent(state: PlanChangeState, input: PlanChangeInput): Promise<void> {
  const quote = quoteOf(state);
  const heardBefore = (instant: string, summary: string) =>
    condition(() => hasWork(state), msUntil(instant), { summary });
  if (quote.remindAt !== null && state.remindedOf !== quote.revision) {
    if (!(await heardBefore(quote.remindAt, 'reminder to the customer'))) await remind(state, input, quote);
  }
  if (!hasWork(state)) await heardBefore(quote.consentDeadlineAt, 'consent deadline');
  const { ticket } = state;
  switch (ticket?.message.kind) {
    case undefined:
      return closeUnasked(state, input);
    case 'decline':
      return close(state, input, 'declined', ticket.id, ticket.message);
    case 'cancel':
      return close(state, input, 'cancelled', ticket.id, ticket.message);
    case 'requote':
      return requote(state, input, ticket, ticket.message.author, null);
    case 'reschedule':
      return requote(state, input, ticket, ticket.message.author, ticket.message.activation);
    case 'consent': {
      const { evidenceId, quoteHash, method, author, acceptedAt } = ticket.message;
      const consent = { evidenceId, quoteHash, method, author, acceptedAt };
      state.consentMethod = consent.method;
      if (quote.activateAt === null) {
        const ahead = await activate(state, input, consent);
        return ahead ? adopt(state, input, ahead) : answerDone(state);
      }
      const scheduled = await local.scheduleActivation({
        planChangeId: input.planChangeId,
        messageId: ticket.id,
        expected: expected(state),
        consent,
      });
      if (scheduled.outcome === 'overtaken') return adopt(state, input, scheduled);
      state.status = 'scheduled';
      return answerDone(state);
    }
  }
}

async function remind(state: PlanChangeState, input: PlanChangeInput, quote: QuoteOnOffer): Promise<void> {
  state.remindedOf = quote.revision;
  const { planChangeId, customerId } = input;
  const { mailId } = await local.remindCustomer({
    planChangeId,
    customerId,
    revision: quote.revision,
    now: workflowNow(),
  });
  await startNotice(input, mailId);
}

/** A dated change waits for the first instant of its date in the customer's zone. */
export async function awaitDate(state: PlanChangeState, input: PlanChangeInput): Promise<void> {
  const { activateAt } = quoteOf(state);
  await condition(() => hasWork(state), msUntil(activateAt ?? workflowNow()), { summary: 'activation date' });
  const { ticket } = state;
  switch (ticket?.message.kind) {
    case 'cancel':
      return close(state, input, 'cancelled', ticket.id, ticket.message);
    case 'reschedule':
      return requote(state, input, ticket, ticket.message.author, ticket.message.activation);
    default: {
      // Once the date has come the activation goes first: it may have been committed before a crash.
      if (state.cancellationRequested && msUntil(activateAt ?? '') > 0) return closeUnasked(state, input);
      const ahead = await activate(state, input, null);
      if (ahead) await adopt(state, input, ahead);
    }
  }
}

/** What was agreed no longer holds: people ask the customer again with a new quote, or cancel. */
export async function awaitPeople(state: PlanChangeState, input: PlanChangeInput): Promise<void> {
  await condition(() => hasWork(state), msUntil(state.holdEndsAt ?? workflowNow()), { summary: 'hold ends' });
  const { ticket } = state;
  switch (ticket?.message.kind) {
    case 'cancel':
      return close(state, input, 'cancelled', ticket.id, ticket.message);
    case 'requote':
      return requote(state, input, ticket, ticket.message.author, null);
    default:
      return closeUnasked(state, input);
  }
}

/** The database had applied the change before this workflow knew: it is read back as ever. */
export async function awaitReadBack(state: PlanChangeState, input: PlanChangeInput): Promise<void> {
  const ahead = await confirmApplied(state, input);
  if (ahead) await adopt(state, input, ahead);
}

/** Applied and read back: the summary goes out, and a cancellation from outside comes too late. */
export async function completeActivated(state: PlanChangeState, input: PlanChangeInput): Promise<void> {
  // The read-back was done for a message that got lost: its receipt names the summary.
  if (state.summaryMailId === undefined) return awaitReadBack(state, input);
  await deliverSummary(input, state.summaryMailId);
  if (state.cancellationRequested) {
    await local.noteIgnoredCancellation({ planChangeId: input.planChangeId, customerId: input.customerId });
  }
  state.status = 'completed';
}
