import type { QuoteOnOffer } from '../activities/quote-on-offer.ts';
import type { ExpectedStanding, Overtaken } from '../activities/standing.ts';
import type { RequestedActivation } from '../domain/activation-date.ts';
import type { HoldReason } from '../domain/plan-change-status.ts';
import type { EndInput, MessageAuthor, PlanChangeInput } from './contract.ts';
import { startNotice } from './mails.ts';
import type { PlanChangeState, Ticket } from './plan-change-messages.ts';
import { answer, workflowNow } from './plan-change-messages.ts';
import { local } from './steps.ts';

/** A new quote: the earlier consent and date are void, and consent is asked for again. */
export async function requote(
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
  if (requoted.outcome === 'overtaken') return adopt(state, input, requoted);
  state.quote = requoted.quote;
  state.status = 'awaiting_consent';
  delete state.consentMethod;
  delete state.holdReason;
  answerDone(state);
}

/** The wait ended without a message: operations cancelled in the Temporal UI, or the time is over. */
export function closeUnasked(state: PlanChangeState, input: PlanChangeInput): Promise<void> {
  const byOps = state.cancellationRequested;
  const cause = `${byOps ? 'ops' : 'time'}:${state.status}:${quoteOf(state).revision}`;
  const end: EndInput = { remarkId: null, author: { type: byOps ? 'ops' : 'system', id: null } };
  return close(state, input, byOps ? 'cancelled' : 'expired', cause, end);
}

/** Ends a change that was not applied. */
export async function close(
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
  if (closed.outcome === 'overtaken') return adopt(state, input, closed);
  state.status = status;
  delete state.holdReason;
  answerDone(state);
  await startNotice(input, closed.mailId);
}

/**
 * The database is further on than this workflow knew: go on from there, tell the sender of the message, and send
 * what the lost step had to tell the customer.
 */
export async function adopt(
  state: PlanChangeState,
  input: PlanChangeInput,
  { standing }: Overtaken,
): Promise<void> {
  state.status = standing.status;
  state.quote = standing.quote;
  if (standing.consentMethod === null) delete state.consentMethod;
  else state.consentMethod = standing.consentMethod;
  if (standing.status === 'held') hold(state, standing.holdReason ?? 'quote_changed');
  else delete state.holdReason;
  answer(state, { outcome: 'overtaken', status: standing.status });
  await startNotice(input, standing.noticeMailId ?? null);
}

/** What was agreed is not applied: people have until the end of the hold to ask the customer again. */
export function hold(state: PlanChangeState, reason: HoldReason): void {
  state.status = 'held';
  state.holdReason = reason;
  state.holdEndsAt = new Date(Date.now() + (state.holdMs ?? 0)).toISOString();
}

export function answerDone(state: PlanChangeState): void {
  const { status, holdReason } = state;
  answer(state, { outcome: 'done', status, ...(holdReason === undefined ? {} : { holdReason }) });
}

export function expected(state: PlanChangeState): ExpectedStanding {
  return { status: state.status, revision: quoteOf(state).revision };
}

export function quoteOf(state: PlanChangeState): QuoteOnOffer {
  if (!state.quote) throw new Error(`A change that is ${state.status} has a quote`);
  return state.quote;
}
