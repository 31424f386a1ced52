import {
  ApplicationFailure,
  CancellationScope,
  condition,
  currentUpdateInfo,
  defineUpdate,
  setHandler,
} from '@temporalio/workflow';
import type { QuoteOnOffer } from '../activities/quote-on-offer.ts';
import type { Refusal } from '../domain/failures.ts';
import { REFUSAL } from '../domain/failures.ts';
import type { HoldReason, PlanChangeStatus } from '../domain/plan-change-status.ts';
import type {
  EndInput,
  MessageAnswer,
  OpenAnswer,
  RecordConsentInput,
  RequoteInput,
  RescheduleInput,
} from './contract.ts';
import { UPDATE } from './contract.ts';

export const openPlanChangeUpdate = defineUpdate<OpenAnswer>(UPDATE.openPlanChange);
export const recordConsentUpdate = defineUpdate<MessageAnswer, [RecordConsentInput]>(UPDATE.recordConsent);
export const declineUpdate = defineUpdate<MessageAnswer, [EndInput]>(UPDATE.decline);
export const cancelUpdate = defineUpdate<MessageAnswer, [EndInput]>(UPDATE.cancel);
export const requoteUpdate = defineUpdate<MessageAnswer, [RequoteInput]>(UPDATE.requote);
export const rescheduleUpdate = defineUpdate<MessageAnswer, [RescheduleInput]>(UPDATE.reschedule);

/** A message that was accepted and that the main body works on: one at a time, so exactly one racer wins. */
export type Message =
  | ({ readonly kind: 'consent'; readonly acceptedAt: string } & RecordConsentInput)
  | ({ readonly kind: 'decline' | 'cancel' } & EndInput)
  | ({ readonly kind: 'requote' } & RequoteInput)
  | ({ readonly kind: 'reschedule' } & RescheduleInput);

/** A message being worked on. */
export interface Ticket {
  readonly message: Message;
  /** Id of the update: a step that runs for it once never runs for it again. */
  readonly id: string;
  answer?: MessageAnswer;
}

/** The one state object: handlers put a message in, the main body decides by it. */
export interface PlanChangeState {
  status: PlanChangeStatus;
  opened?: OpenAnswer;
  quote?: QuoteOnOffer;
  /** How long a held change waits for people, milliseconds. */
  holdMs?: number;
  /** A held change expires here, however often a new quote was refused meanwhile. */
  holdEndsAt?: string;
  consentMethod?: 'verbal' | 'written';
  holdReason?: HoldReason;
  summaryMailId?: string;
  /** Revision of the quote that the customer was reminded of. */
  remindedOf?: number;
  /** The message being worked on. */
  ticket?: Ticket;
  /** A cancellation from outside the product, from the Temporal UI. */
  cancellationRequested: boolean;
}

/** Whether the main body has something to act on. */
export function hasWork(state: PlanChangeState): boolean {
  return state.ticket !== undefined || state.cancellationRequested;
}

/** Ends the work on the current message with its answer. */
export function answer(state: PlanChangeState, reply: MessageAnswer): void {
  if (state.ticket) state.ticket.answer = reply;
  delete state.ticket;
}

/**
 * Registers every handler before the first await. Validators are synchronous, change nothing and compare
 * workflow time with the instant they guard: after an outage they run before timers that are already due.
 */
export function registerMessages(state: PlanChangeState): void {
  const submit = async (message: Message): Promise<MessageAnswer> => {
    const ticket: Ticket = { message, id: currentUpdateInfo()?.id ?? message.kind };
    state.ticket = ticket;
    // A cancellation of the workflow must not take the caller's answer away.
    await CancellationScope.nonCancellable(() => condition(() => ticket.answer !== undefined));
    return ticket.answer ?? { outcome: 'done', status: state.status };
  };
  const accept = (...allowed: PlanChangeStatus[]) => {
    if (!allowed.includes(state.status)) refuse('WRONG_STATE', state.status);
    if (state.ticket || state.cancellationRequested) refuse('CHANGE_BUSY', state.status);
  };

  setHandler(openPlanChangeUpdate, async (): Promise<OpenAnswer> => {
    await CancellationScope.nonCancellable(() => condition(() => state.opened !== undefined));
    return state.opened ?? { outcome: 'quoted' };
  });

  setHandler(
    recordConsentUpdate,
    (input) => submit({ kind: 'consent', acceptedAt: workflowNow(), ...input }),
    {
      validator: (input: RecordConsentInput) => {
        const alreadyGiven = state.ticket?.message.kind === 'consent' || state.status === 'scheduled';
        if (alreadyGiven && state.quote?.hash === input.quoteHash)
          refuse('CONSENT_ALREADY_RECORDED', state.status);
        if (['activating', 'activated', 'completed'].includes(state.status))
          refuse('CONSENT_ALREADY_RECORDED', state.status);
        if (state.status === 'awaiting_consent' && state.quote?.hash !== input.quoteHash)
          refuse('QUOTE_SUPERSEDED', state.status);
        accept('awaiting_consent');
        if (isReached(state.quote?.consentDeadlineAt)) refuse('CONSENT_EXPIRED', state.status);
        if (isReached(state.quote?.expiresAt)) refuse('QUOTE_EXPIRED', state.status);
      },
    },
  );

  setHandler(declineUpdate, (input) => submit({ kind: 'decline', ...input }), {
    validator: (_input: EndInput) => {
      accept('awaiting_consent');
      if (isReached(state.quote?.consentDeadlineAt)) refuse('CONSENT_EXPIRED', state.status);
    },
  });

  setHandler(cancelUpdate, (input) => submit({ kind: 'cancel', ...input }), {
    validator: (_input: EndInput) => {
      accept('awaiting_consent', 'scheduled', 'held');
      refuseOnceDue(state);
    },
  });

  setHandler(requoteUpdate, (input) => submit({ kind: 'requote', ...input }), {
    validator: (_input: RequoteInput) => {
      accept('awaiting_consent', 'held');
      refuseOnceDue(state);
    },
  });

  setHandler(rescheduleUpdate, (input) => submit({ kind: 'reschedule', ...input }), {
    validator: (_input: RescheduleInput) => {
      accept('awaiting_consent', 'scheduled');
      refuseOnceDue(state);
    },
  });
}

/** Workflow time, the only clock of the workflow. */
export function workflowNow(): string {
  return new Date().toISOString();
}

/** Milliseconds of workflow time until an instant; 0 once it is reached. */
export function msUntil(instant: string): number {
  return Math.max(0, Date.parse(instant) - Date.now());
}

function isReached(instant: string | null | undefined): boolean {
  return typeof instant === 'string' && Date.now() >= Date.parse(instant);
}

/** The guarded instant of the wait counts as reached even if the timer's branch has not run yet. */
function refuseOnceDue(state: PlanChangeState): void {
  const endsAt = state.status === 'held' ? state.holdEndsAt : state.quote?.consentDeadlineAt;
  if (state.status !== 'scheduled' && isReached(endsAt)) refuse('CONSENT_EXPIRED', state.status);
  if (state.status === 'scheduled' && isReached(state.quote?.activateAt))
    refuse('ACTIVATION_DUE', state.status);
}

function refuse(refusal: Refusal, status: PlanChangeStatus): never {
  throw ApplicationFailure.nonRetryable(`The change is ${status}`, REFUSAL[refusal], { status });
}
