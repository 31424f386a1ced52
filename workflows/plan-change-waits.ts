import { condition } from '@temporalio/workflow';
import type { QuoteOnOffer } from '../activities/open-plan-change.ts';
import type { RequestedActivation } from '../domain/activation-date.ts';
import { activate } from './activation.ts';
import type { EndInput, MessageAuthor, PlanChangeInput } from './contract.ts';
import type { PlanChangeState } from './plan-change-messages.ts';
import { answer, hasWork, msUntil, workflowNow } from './plan-change-messages.ts';
import { deliverSummary } from './summary.ts';
import { local } from './steps.ts';

const BY_OPS: EndInput = { remarkId: null, author: { type: 'ops', id: null } };
const BY_TIME: EndInput = { remarkId: null, author: { type: 'system', id: null } };

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
}

/** Nothing is applied before consent to exactly the current quote. */
export async function awaitConsent(state: PlanChangeState, input: PlanChangeInput): Promise<void> {
  const quote = quoteOf(state);
  await condition(() => hasWork(state), msUntil(quote.consentDeadlineAt), { summary: 'consent deadline' });
  const message = state.ticket?.message;
  switch (message?.kind) {
    case undefined:
      return close(state, input, state.cancellationRequested ? 'cancelled' : 'expired');
    case 'decline':
      return close(state, input, 'declined', message);
    case 'cancel':
      return close(state, input, 'cancelled', message);
    case 'requote':
      return requote(state, input, message.author, null);
    case 'reschedule':
      return requote(state, input, message.author, message.activation);
    case 'consent': {
      state.consentMethod = message.method;
      if (quote.activateAt === null) {
        await activate(state, input, message);
      } else {
        await local.scheduleActivation({
          planChangeId: input.planChangeId,
          revision: quote.revision,
          consent: message,
        });
        state.status = 'scheduled';
      }
      return answerDone(state);
    }
  }
}

/** A dated change waits for the first instant of its date in the customer's zone. */
export async function awaitDate(state: PlanChangeState, input: PlanChangeInput): Promise<void> {
  const { activateAt } = quoteOf(state);
  await condition(() => hasWork(state), msUntil(activateAt ?? workflowNow()), { summary: 'activation date' });
  const message = state.ticket?.message;
  switch (message?.kind) {
    case 'cancel':
      return close(state, input, 'cancelled', message);
    case 'reschedule':
      return requote(state, input, message.author, message.activation);
    default:
      return state.cancellationRequested ? close(state, input, 'cancelled') : activate(state, input, null);
  }
}

/** What was agreed no longer holds: people ask the customer again with a new quote, or cancel. */
export async function awaitPeople(state: PlanChangeState, input: PlanChangeInput): Promise<void> {
  await condition(() => hasWork(state), state.holdMs ?? 0, { summary: 'hold ends' });
  const message = state.ticket?.message;
  switch (message?.kind) {
    case 'cancel':
      return close(state, input, 'cancelled', message);
    case 'requote':
      return requote(state, input, message.author, null);
    default:
      return close(state, input, state.cancellationRequested ? 'cancelled' : 'expired');
  }
}

/** Applied and read back: the summary goes out, and a cancellation from outside comes too late. */
export async function completeActivated(state: PlanChangeState, input: PlanChangeInput): Promise<void> {
  await deliverSummary(input);
  if (state.cancellationRequested) await local.noteIgnoredCancellation(input);
  state.status = 'completed';
}

async function requote(
  state: PlanChangeState,
  input: PlanChangeInput,
  author: MessageAuthor,
  activation: RequestedActivation | null,
): Promise<void> {
  const requoted = await local.requotePlanChange({
    planChangeId: input.planChangeId,
    revision: quoteOf(state).revision + 1,
    activation,
    author,
    now: workflowNow(),
  });
  if (requoted.outcome === 'rejected') return answer(state, requoted);
  state.quote = requoted.quote;
  state.status = 'awaiting_consent';
  delete state.consentMethod;
  delete state.holdReason;
  answerDone(state);
}

async function close(
  state: PlanChangeState,
  input: PlanChangeInput,
  status: 'declined' | 'cancelled' | 'expired',
  end: EndInput = status === 'expired' ? BY_TIME : BY_OPS,
): Promise<void> {
  await local.closePlanChange({
    planChangeId: input.planChangeId,
    customerId: input.customerId,
    status,
    author: end.author,
    remarkId: end.remarkId,
    replacedById: end.replacedById ?? null,
    now: workflowNow(),
  });
  state.status = status;
  answerDone(state);
}

function answerDone(state: PlanChangeState): void {
  const { status, holdReason } = state;
  answer(state, { outcome: 'done', status, ...(holdReason === undefined ? {} : { holdReason }) });
}

function quoteOf(state: PlanChangeState): QuoteOnOffer {
  if (!state.quote) throw new Error(`A change that is ${state.status} has a quote`);
  return state.quote;
}
