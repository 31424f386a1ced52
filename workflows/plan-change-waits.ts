import { condition, getExternalWorkflowHandle } from '@temporalio/workflow';
import type { QuoteOnOffer } from '../activities/open-plan-change.ts';
import type { ExpectedStanding, Overtaken } from '../activities/standing.ts';
import type { RequestedActivation } from '../domain/activation-date.ts';
import { activate } from './activation.ts';
import type { EndInput, MessageAuthor, PlanChangeInput } from './contract.ts';
import { planChangeWorkflowId } from './contract.ts';
import type { PlanChangeState, Ticket } from './plan-change-messages.ts';
import { answer, hasWork, msUntil, workflowNow } from './plan-change-messages.ts';
import { deliverSummary, startNotice } from './mails.ts';
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
        return ahead ? adopt(state, ahead) : answerDone(state);
      }
      const scheduled = await local.scheduleActivation({
        planChangeId: input.planChangeId,
        messageId: ticket.id,
        expected: expected(state),
        consent,
      });
      if (scheduled.outcome === 'overtaken') return adopt(state, scheduled);
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
      if (state.cancellationRequested) return closeUnasked(state, input);
      const ahead = await activate(state, input, null);
      if (ahead) adopt(state, ahead);
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

/** Applied and read back: the summary goes out, and a cancellation from outside comes too late. */
export async function completeActivated(state: PlanChangeState, input: PlanChangeInput): Promise<void> {
  if (state.summaryMailId === undefined) throw new Error('An activated change has a summary to send');
  await deliverSummary(input, state.summaryMailId);
  if (state.cancellationRequested) {
    await local.noteIgnoredCancellation({ planChangeId: input.planChangeId, customerId: input.customerId });
  }
  state.status = 'completed';
}

async function requote(
  state: PlanChangeState,
  input: PlanChangeInput,
  ticket: Ticket,
  author: MessageAuthor,
  activation: RequestedActivation | null,
): Promise<void> {
  const requoted = await local.requotePlanChange({
    planChangeId: input.planChangeId,
    messageId: ticket.id,
    expected: expected(state),
    activation,
    author,
    now: workflowNow(),
  });
  if (requoted.outcome === 'rejected') return answer(state, requoted);
  if (requoted.outcome === 'overtaken') return adopt(state, requoted);
  state.quote = requoted.quote;
  state.status = 'awaiting_consent';
  delete state.consentMethod;
  delete state.holdReason;
  answerDone(state);
}

/** The wait ended without a message: operations cancelled in the Temporal UI, or the time is over. */
function closeUnasked(state: PlanChangeState, input: PlanChangeInput): Promise<void> {
  const byOps = state.cancellationRequested;
  const cause = `${byOps ? 'ops' : 'time'}:${state.status}:${quoteOf(state).revision}`;
  const end: EndInput = { remarkId: null, author: { type: byOps ? 'ops' : 'system', id: null } };
  return close(state, input, byOps ? 'cancelled' : 'expired', cause, end);
}

async function close(
  state: PlanChangeState,
  input: PlanChangeInput,
  status: 'declined' | 'cancelled' | 'expired',
  cause: string,
  end: EndInput,
): Promise<void> {
  const closed = await local.closePlanChange({
    planChangeId: input.planChangeId,
    customerId: input.customerId,
    cause,
    expected: expected(state),
    status,
    author: end.author,
    remarkId: end.remarkId,
    now: workflowNow(),
  });
  if (closed.outcome === 'overtaken') return adopt(state, closed);
  state.status = status;
  delete state.holdReason;
  answerDone(state);
  await startNotice(input, closed.mailId);
}

/** The database is further on than this workflow knew: go on from there, and tell the sender of the message. */
function adopt(state: PlanChangeState, { standing }: Overtaken): void {
  state.status = standing.status;
  state.quote = standing.quote;
  if (standing.consentMethod === null) delete state.consentMethod;
  else state.consentMethod = standing.consentMethod;
  if (standing.status !== 'held') delete state.holdReason;
  answer(state, { outcome: 'overtaken', status: standing.status });
}

function answerDone(state: PlanChangeState): void {
  const { status, holdReason } = state;
  answer(state, { outcome: 'done', status, ...(holdReason === undefined ? {} : { holdReason }) });
}

function expected(state: PlanChangeState): ExpectedStanding {
  return { status: state.status, revision: quoteOf(state).revision };
}

function quoteOf(state: PlanChangeState): QuoteOnOffer {
  if (!state.quote) throw new Error(`A change that is ${state.status} has a quote`);
  return state.quote;
}
