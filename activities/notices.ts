import { mailBeginning, mailInNotes } from '../domain/note-words.ts';
import type { DeliverMailDeps } from './deliver-mail.ts';
import { deliverMail } from './deliver-mail.ts';
import { givenUpWords } from './given-up-words.ts';
import type {
  EnqueuedMail,
  LockedMail,
  MailTemplates,
  NoteAuthor,
  NoticeKind,
  Steps,
  StepTransaction,
} from './ports.ts';
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
    /** How long people have to decide, milliseconds; for `held`. */
    readonly holdMs?: number;
  },
): Promise<EnqueuedMail> {
  const pending = await tx.pendingChange(notice.planChangeId, notice.now);
  const { holdMs } = notice;
  const holdEndsAt = holdMs === undefined ? null : new Date(Date.parse(notice.now) + holdMs).toISOString();
  return tx.enqueueMail({
    planChangeId: notice.planChangeId,
    kind: notice.kind,
    revision: notice.revision,
    recipient: pending.customer.email,
    ...templates.notice(notice.kind, { ...pending, holdEndsAt }),
  });
}

/** What the note of a step says of the mail that goes with it: the hash of its record. */
export function mailRecordWords(mail: EnqueuedMail | null): string {
  return mail === null ? '' : ` Mail record ${mail.record}.`;
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
      const reminder = { ...input, kind: 'consent_reminder' } as const;
      const { mailId, record } = await enqueueNotice(tx, deps.templates, reminder);
      await tx.appendNote({
        customerId: input.customerId,
        planChangeId: input.planChangeId,
        kind: 'consent_reminder',
        revision: input.revision,
        body: `Half of the time for consent is over: the customer is reminded by email, record ${record}.`,
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
      const request = { ...input, kind: 'consent_request', revision } as const;
      const { mailId, record } = await enqueueNotice(tx, deps.templates, request);
      await tx.appendNote({
        customerId: input.customerId,
        planChangeId: input.planChangeId,
        kind: 'consent_requested',
        revision,
        body: `Consent to quote ${agreed.quoteHash} is asked for by a link in an email, record ${record}.`,
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

/**
 * Sends a notice; the note was written with the step that caused it. One that the change has overtaken does not
 * leave: nobody has to be told what is no longer true.
 */
export function sendNotice(deps: DeliverMailDeps & { steps: Steps }) {
  return async (input: NoticeInput): Promise<{ readonly outcome: 'accepted' | 'superseded' }> => {
    const { outcome, providerMessageId } = await deliverMail(deps, input.mailId);
    return deps.steps.once(receipt('sendNotice', input.mailId), async (tx) => {
      if (outcome === 'accepted')
        await tx.updateMail(input.mailId, { status: 'accepted', providerMessageId });
      else {
        await tx.lockPlanChange(input.planChangeId);
        const mail = await tx.lockMail(input.mailId);
        if (hasNoOutcome(mail)) await supersede(tx, input, mail);
      }
      return { outcome };
    });
  };
}

/** The notice could not be sent for days, or never will be: an agent is asked to take over. */
export function giveUpNotice(deps: { steps: Steps }) {
  return (
    input: NoticeInput & { readonly cause: string },
  ): Promise<{ readonly outcome: 'given_up' | 'superseded' | 'accepted' }> =>
    deps.steps.once(receipt('giveUpNotice', input.mailId), async (tx) => {
      await tx.lockPlanChange(input.planChangeId);
      const mail = await tx.lockMail(input.mailId);
      if (!hasNoOutcome(mail)) return { outcome: 'accepted' };
      if (!mail.isStillTrue) {
        await supersede(tx, input, mail);
        return { outcome: 'superseded' };
      }
      await tx.updateMail(input.mailId, { status: 'given_up' });
      await noteOn(tx, input, 'notice_given_up', [
        givenUpWords(mail.kind, mail.status, input.cause),
        'Tell the customer by other means.',
      ]);
      return { outcome: 'given_up' };
    });
}

/** An event of the provider may have told what became of it meanwhile. */
function hasNoOutcome({ status }: LockedMail): boolean {
  return status === 'queued' || status === 'sending';
}

/** Not sent is certain only of a mail that waits to be sent; an attempt without an outcome may have arrived. */
async function supersede(tx: StepTransaction, input: NoticeInput, mail: LockedMail): Promise<void> {
  const mayHaveArrived = mail.status !== 'queued';
  await tx.updateMail(input.mailId, { status: mayHaveArrived ? 'unknown' : 'superseded' });
  await noteOn(tx, input, 'notice_superseded', [
    mayHaveArrived
      ? `Whether ${mailInNotes(mail.kind)} arrived by email is not known; it is not sent again:`
      : `${mailBeginning(mail.kind)} was not sent:`,
    'the change had moved on, and what it says was no longer true. Nothing is left to do.',
  ]);
}

async function noteOn(
  tx: StepTransaction,
  { customerId, planChangeId }: NoticeInput,
  kind: 'notice_given_up' | 'notice_superseded',
  sentences: readonly string[],
): Promise<void> {
  const revision = await tx.nextNoteRevision(planChangeId, kind);
  const author = { type: 'system', id: null } as const;
  await tx.appendNote({ customerId, planChangeId, kind, revision, body: sentences.join(' '), author });
}
