import { ApplicationFailure } from '@temporalio/activity';
import { FAULT } from '../domain/failures.ts';
import type { Mailer, Outbox, Steps } from './ports.ts';
import { receipt } from './step.ts';

export interface SummaryInput {
  readonly planChangeId: string;
  readonly customerId: string;
  /** Workflow time, ISO instant. */
  readonly now: string;
}

export interface SendSummaryDeps {
  readonly steps: Steps;
  readonly outbox: Outbox;
  readonly mailer: Mailer;
  /** How long a send without an answer is respected before the mail is sent again, milliseconds. */
  readonly mailUnknownForMs: number;
}

/**
 * "Send a summary of the new plan details to the customer's email": claim, send, record. The provider has no
 * idempotency key, so the claim is committed before the mail leaves; an attempt that ended between the two is
 * not repeated until the provider's event had time to name it.
 */
export function sendSummary(deps: SendSummaryDeps) {
  return async (input: SummaryInput): Promise<{ readonly outcome: 'accepted' }> => {
    const claim = await deps.outbox.claim(input.planChangeId, 'summary', deps.mailUnknownForMs);
    if (claim.claim === 'outcome_unknown') throw unknownOutcome(deps.mailUnknownForMs);
    const providerMessageId =
      claim.claim === 'send' ? await deliver(deps, claim.mail) : claim.providerMessageId;

    return deps.steps.once(receipt('sendSummary'), async (tx) => {
      await tx.updateMail(input.planChangeId, 'summary', { status: 'accepted', providerMessageId });
      await tx.updatePlanChange(input.planChangeId, { status: 'completed', closedAt: input.now });
      await tx.appendNote({
        customerId: input.customerId,
        planChangeId: input.planChangeId,
        kind: 'completed',
        body: `The mail provider accepted the summary (${providerMessageId ?? 'no id'}). The plan change is complete.`,
        author: { type: 'system', id: null },
      });
      return { outcome: 'accepted' };
    });
  };
}

async function deliver(deps: SendSummaryDeps, mail: Parameters<Mailer['send']>[0]): Promise<string | null> {
  const sent = await deps.mailer.send(mail);
  switch (sent.outcome) {
    case 'accepted':
      return sent.providerMessageId;
    case 'unknown':
      throw unknownOutcome(deps.mailUnknownForMs);
    case 'unavailable':
      await deps.outbox.release(mail.outboxId);
      throw ApplicationFailure.create({
        message: `provider status ${sent.status ?? 'none'}`,
        type: FAULT.MAIL_UNAVAILABLE,
        ...(sent.retryAfterMs === null ? {} : { nextRetryDelay: sent.retryAfterMs }),
      });
    case 'refused':
      await deps.outbox.release(mail.outboxId);
      throw ApplicationFailure.nonRetryable(`provider status ${sent.status}`, FAULT.MAIL_REFUSED);
  }
}

function unknownOutcome(unknownForMs: number): ApplicationFailure {
  return ApplicationFailure.create({
    message: 'waiting for the event of an earlier attempt',
    type: FAULT.MAIL_OUTCOME_UNKNOWN,
    nextRetryDelay: Math.min(30_000, unknownForMs),
  });
}

/** The mail could not be sent for days, or never will be: the change stands, an agent is asked to take over. */
export function giveUpSummary(deps: { steps: Steps }) {
  return (input: SummaryInput & { readonly cause: string }): Promise<{ readonly outcome: 'given_up' }> =>
    deps.steps.once(receipt('giveUpSummary'), async (tx) => {
      await tx.updateMail(input.planChangeId, 'summary', { status: 'given_up' });
      await tx.updatePlanChange(input.planChangeId, { status: 'completed', closedAt: input.now });
      await tx.appendNote({
        customerId: input.customerId,
        planChangeId: input.planChangeId,
        kind: 'email_given_up',
        body: `The summary could not be sent (${input.cause}). The plan change stands; tell the customer by other means.`,
        author: { type: 'system', id: null },
      });
      return { outcome: 'given_up' };
    });
}
