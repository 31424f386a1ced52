import { ApplicationFailure } from '@temporalio/activity';
import { FAULT } from '../domain/failures.ts';
import type { Mailer, Outbox } from './ports.ts';

export interface DeliverMailDeps {
  readonly outbox: Outbox;
  readonly mailer: Mailer;
  /** How long a send without an answer is respected before the mail is sent again, milliseconds. */
  readonly mailUnknownForMs: number;
}

const ASK_AGAIN_MS = 30_000;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 5 * 60_000;

/** `superseded`: nothing was sent, for what the mail says is no longer true. A summary never is. */
export interface Delivery {
  readonly outcome: 'accepted' | 'superseded';
  readonly providerMessageId: string | null;
}

/**
 * Claims a mail, sends it and returns the provider's id. The provider has no idempotency key, so the claim is
 * committed before the mail leaves; an attempt that ended between the two is not repeated until the provider's
 * event had time to name it. Recording the outcome is the caller's step.
 */
export async function deliverMail(deps: DeliverMailDeps, mailId: string): Promise<Delivery> {
  const claim = await deps.outbox.claim(mailId, deps.mailUnknownForMs);
  switch (claim.claim) {
    case 'already_accepted':
      return { outcome: 'accepted', providerMessageId: claim.providerMessageId };
    case 'outcome_unknown':
      throw unknownOutcome(deps.mailUnknownForMs);
    case 'superseded':
      return { outcome: 'superseded', providerMessageId: null };
    case 'send':
      break;
  }
  const sent = await deps.mailer.send(claim.mail);
  switch (sent.outcome) {
    case 'accepted':
      return { outcome: 'accepted', providerMessageId: sent.providerMessageId };
    case 'unknown':
      throw unknownOutcome(deps.mailUnknownForMs);
    case 'unavailable':
      await deps.outbox.release(mailId);
      throw ApplicationFailure.create({
        message: `provider status ${sent.status ?? 'none'}`,
        type: FAULT.MAIL_UNAVAILABLE,
        nextRetryDelay: sent.retryAfterMs ?? pauseAfter(claim.sends),
      });
    case 'refused':
      await deps.outbox.release(mailId);
      throw ApplicationFailure.nonRetryable(`provider status ${sent.status}`, FAULT.MAIL_REFUSED);
  }
}

/**
 * Doubled with each send. Temporal would count attempts, and those that only asked for an event among them: a mail
 * that left for the second time would wait for five minutes.
 */
function pauseAfter(sends: number): number {
  return Math.min(FIRST_PAUSE_MS * 2 ** (sends - 1), LONGEST_PAUSE_MS);
}

function unknownOutcome(unknownForMs: number): ApplicationFailure {
  return ApplicationFailure.create({
    message: 'waiting for the event of an earlier attempt',
    type: FAULT.MAIL_OUTCOME_UNKNOWN,
    nextRetryDelay: Math.min(ASK_AGAIN_MS, unknownForMs),
  });
}
