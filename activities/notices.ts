import { FAULT } from '../domain/failures.ts';
import type { DeliverMailDeps } from './deliver-mail.ts';
import { deliverMail } from './deliver-mail.ts';
import type { MailTemplates, NoteAuthor, NoticeKind, Steps, StepTransaction } from './ports.ts';
import type { ExpectedStanding } from './standing.ts';
import { overtaken } from './standing.ts';
import { receipt } from './step.ts';

/** Puts a mail about a change that is not applied into the outbox, within the step that causes it. */
export async function enqueueNotice(
  tx: StepTransaction,
  templates: MailTemplates,
  notice: {
    readonly planChangeId: string;
    readonly kind: NoticeKind;
    readonly revision: number;
    readonly now: string;
  },
): Promise<string> {
  const pending = await tx.pendingChange(notice.planChangeId, notice.now);
  return tx.enqueueMail({
    planChangeId: notice.planChangeId,
    kind: notice.kind,
    revision: notice.revision,
    recipient: pending.customer.email,
    ...templates.notice(notice.kind, pending),
  });
}

export interface RemindCustomerInput {
  readonly planChangeId: string;
  readonly customerId: string;
  readonly revision: number;
  readonly now: string;
}

/** Half of the consent window is over: the customer is reminded, once for each quote. */
export function remindCustomer(deps: { steps: Steps; templates: MailTemplates }) {
  return (input: RemindCustomerInput): Promise<{ readonly mailId: string | null }> =>
    deps.steps.once(receipt('remindCustomer', input.revision), async (tx) => {
      const expected: ExpectedStanding = { status: 'awaiting_consent', revision: input.revision };
      if (overtaken(await tx.lockPlanChange(input.planChangeId), expected)) return { mailId: null };
      const mailId = await enqueueNotice(tx, deps.templates, { ...input, kind: 'consent_reminder' });
      await tx.appendNote({
        customerId: input.customerId,
        planChangeId: input.planChangeId,
        kind: 'consent_reminder',
        revision: input.revision,
        body: 'Half of the time for consent is over: the customer is reminded by email.',
        author: { type: 'system', id: null },
      });
      return { mailId };
    });
}

export interface RequestConsentInput {
  readonly planChangeId: string;
  readonly customerId: string;
  /** The idempotency row of the agent's request. */
  readonly requestId: string;
  readonly author: NoteAuthor;
  readonly now: string;
}

/** Asks the customer for written consent by a link in a mail. Nothing is sent when no consent is awaited. */
export function requestConsent(deps: { steps: Steps; templates: MailTemplates }) {
  return (input: RequestConsentInput): Promise<{ readonly mailId: string | null }> =>
    deps.steps.once(receipt('requestConsent', input.requestId), async (tx) => {
      const agreed = await tx.lockPlanChange(input.planChangeId);
      const isOpen = Date.parse(input.now) < Date.parse(agreed.quoteExpiresAt);
      if (agreed.status !== 'awaiting_consent' || !isOpen) return { mailId: null };
      const revision = await tx.nextMailRevision(input.planChangeId, 'consent_request');
      const mailId = await enqueueNotice(tx, deps.templates, { ...input, kind: 'consent_request', revision });
      await tx.appendNote({
        customerId: input.customerId,
        planChangeId: input.planChangeId,
        kind: 'consent_requested',
        revision,
        body: `Consent to quote ${agreed.quoteHash} is asked for by a link in an email.`,
        author: input.author,
      });
      return { mailId };
    });
}

export interface NoticeInput {
  readonly planChangeId: string;
  readonly customerId: string;
  readonly mailId: string;
}

/** Sends a notice. The note was written with the step that caused it. */
export function sendNotice(deps: DeliverMailDeps & { steps: Steps }) {
  return async (input: NoticeInput): Promise<{ readonly outcome: 'accepted' }> => {
    const providerMessageId = await deliverMail(deps, input.mailId);
    return deps.steps.once(receipt('sendNotice', input.mailId), async (tx) => {
      await tx.updateMail(input.mailId, { status: 'accepted', providerMessageId });
      return { outcome: 'accepted' };
    });
  };
}

/** The notice could not be sent for days, or never will be: an agent is asked to take over. */
export function giveUpNotice(deps: { steps: Steps }) {
  return (input: NoticeInput & { readonly cause: string }): Promise<{ readonly outcome: 'given_up' }> =>
    deps.steps.once(receipt('giveUpNotice', input.mailId), async (tx) => {
      await tx.updateMail(input.mailId, { status: 'given_up' });
      await tx.appendNote({
        customerId: input.customerId,
        planChangeId: null,
        kind: 'email_given_up',
        body:
          input.cause === FAULT.MAIL_OVERTAKEN
            ? `Mail ${input.mailId} on plan change ${input.planChangeId} was not sent: the quote it asks about awaits no consent any more.`
            : `Mail ${input.mailId} on plan change ${input.planChangeId} could not be sent (${input.cause}). Tell the customer by other means.`,
        author: { type: 'system', id: null },
      });
      return { outcome: 'given_up' };
    });
}
