import type { AccountFacts, CurrentPlan, OfferedPlan } from '../domain/plan-change-terms.ts';
import type { RequestedActivation } from '../domain/activation-date.ts';
import type { EmailStatus } from '../domain/email-status.ts';
import type { RejectionCode } from '../domain/failures.ts';
import type { NoteKind } from '../domain/note-kinds.ts';
import type { QuoteBasis } from '../domain/noted-records.ts';
import type { HoldReason, PlanChangeStatus } from '../domain/plan-change-status.ts';
import type { Quote, QuoteLine } from '../domain/quote.ts';
import type { PendingChange } from '../domain/pending-change.ts';
import type { AppliedChange } from '../domain/read-back.ts';

/** What the activities need from the outside. db/ and emails/ implement it; nothing here knows how. */

export interface StepReceipt {
  readonly workflowId: string;
  /** Name of the step and, where it can run again, the revision or message it runs for: `activatePlan:2`. */
  readonly step: string;
}

export interface Steps {
  /**
   * Runs one durable step in one transaction that also holds its receipt. A repeat after the commit, also one
   * that runs at the same time, returns the recorded result and does nothing.
   */
  once<T>(receipt: StepReceipt, work: (tx: StepTransaction) => Promise<T>): Promise<T>;
}

/** The statements of a step. All of them commit together, or none. */
export interface StepTransaction {
  /** Locks the subscription of the customer and reads everything a quote depends on. */
  lockAccount(query: AccountQuery): Promise<LockedAccount>;
  /** Locks the change and reads what was agreed. */
  lockPlanChange(planChangeId: string): Promise<AgreedChange>;
  insertPlanChange(row: NewPlanChange): Promise<void>;
  /** Returns the hash of the record, for the note. */
  insertQuote(row: NewQuote): Promise<string>;
  updatePlanChange(planChangeId: string, patch: PlanChangePatch): Promise<void>;
  /** Spends the link by which it came. */
  attachConsent(consent: NewConsent): Promise<AttachedConsent>;
  /** Puts what the change agrees on into force, at its time. The change must be activating, its consent attached. */
  switchPlan(planChangeId: string): Promise<void>;
  /** Takes a switch back. False when the running period is not the one this change opened: nothing is guessed. */
  restorePlan(planChangeId: string): Promise<boolean>;
  postLines(posting: LinePosting): Promise<void>;
  reverseLines(planChangeId: string, quoteRevision: number): Promise<void>;
  /** Runs statements that the database may refuse without harm to the rest: a savepoint. Returns whether they took. */
  attempt(work: (tx: StepTransaction) => Promise<void>): Promise<boolean>;
  appendNote(note: NewNote): Promise<void>;
  /** The revision that a further note of this kind on a locked change has. */
  nextNoteRevision(planChangeId: string, kind: NoteKind): Promise<number>;
  remark(remarkId: string): Promise<string>;
  /** Reads the applied change back in a fresh statement. */
  readBack(planChangeId: string): Promise<AppliedChange>;
  /** Reads what a mail about a change that is not applied says. `now`: workflow time, ISO instant. */
  pendingChange(planChangeId: string, now: string): Promise<Omit<PendingChange, 'holdEndsAt'>>;
  /** Whether the customer has agreed to the change, in whichever quote, or a mail about it may have left. */
  isKnownToCustomer(planChangeId: string): Promise<boolean>;
  nextMailRevision(planChangeId: string, kind: MailKind): Promise<number>;
  /** Puts a mail into the outbox. */
  enqueueMail(mail: NewMail): Promise<EnqueuedMail>;
  /** Locks a mail and reads how far it is, and whether what it says is still true. */
  lockMail(mailId: string): Promise<LockedMail>;
  /** Records what became of a mail; the caller writes the note. */
  updateMail(mailId: string, patch: MailPatch): Promise<void>;
}

/** A recording, a signed document, or what was typed on the page behind a link. */
export type ConsentEvidence =
  | { readonly id: string; readonly startedAt: string; readonly scriptVersion: string }
  | { readonly name: string; readonly sha256: string; readonly signedBy: string; readonly signedAt: string }
  | { readonly channel: 'link'; readonly typedName: string };

export interface AttachedConsent {
  /** As it was received. */
  readonly evidence: ConsentEvidence;
  /** The hash of the record, for the note. */
  readonly record: string;
}

export interface EnqueuedMail {
  readonly mailId: string;
  /** The hash of the record, for the note. */
  readonly record: string;
}

export interface AccountQuery {
  readonly customerId: string;
  readonly planCode: string;
  readonly promotionCode: string | null;
  readonly identificationId: string;
}

export interface LockedAccount extends AccountFacts {
  readonly identificationExpiresAt: string;
}

/** A change as its current quote has it. */
export interface AgreedChange {
  readonly planChangeId: string;
  readonly customerId: string;
  readonly subscriptionId: string;
  readonly identificationId: string;
  readonly status: PlanChangeStatus;
  readonly requestedPlanCode: string;
  readonly promotionCode: string | null;
  readonly activation: RequestedActivation;
  readonly effectiveDate: string;
  readonly activateAt: string | null;
  readonly quoteRevision: number;
  readonly quoteHash: string;
  readonly quoteExpiresAt: string;
  readonly consentDeadlineAt: string;
  /** Method of the consent to the current quote, once attached. */
  readonly consentMethod: 'verbal' | 'written' | null;
  /** The customer's, by which notes tell times. */
  readonly timeZone: string;
  readonly currency: string;
  readonly lines: readonly QuoteLine[];
  readonly toBalanceMinor: bigint;
  readonly terms: { readonly version: string; readonly sha256: string };
  readonly from: {
    readonly planCode: string;
    readonly version: number;
    readonly priceMinor: bigint;
    readonly validFrom: string;
  };
  readonly to: {
    readonly planCode: string;
    readonly planName: string;
    readonly version: number;
    readonly priceMinor: bigint;
  };
  readonly appliedAt: string | null;
  readonly holdReason: HoldReason | null;
  /** Half of the consent window of the current quote. */
  readonly remindAt: string;
  /** The mail of a hold or an end that is still in the queue. */
  readonly unsentNoticeId: string | null;
}

export interface NewPlanChange {
  readonly planChangeId: string;
  readonly runId: string;
  readonly customerId: string;
  readonly subscriptionId: string;
  readonly agentId: string;
  readonly identificationId: string;
  readonly requestedPlanCode: string;
  readonly promotionCode: string | null;
  readonly activation: RequestedActivation;
  readonly currency: string;
  readonly from: CurrentPlan;
  readonly openedAt: string;
  readonly replacesId: string | null;
  readonly revertsId: string | null;
  readonly outcome:
    | { readonly status: 'rejected'; readonly code: RejectionCode }
    | { readonly status: 'awaiting_consent'; readonly to: OfferedPlan; readonly windows: QuotedWindows };
}

export interface QuotedWindows {
  readonly effectiveDate: string;
  readonly activateAt: string | null;
  readonly consentDeadlineAt: string;
}

export interface NewQuote {
  readonly planChangeId: string;
  readonly revision: number;
  readonly quote: Quote;
  readonly basis: QuoteBasis;
  readonly activateAt: string | null;
  readonly termsVersion: string;
  readonly interruptions: readonly string[];
  readonly expiresAt: string;
}

export interface PlanChangePatch {
  readonly status?: PlanChangeStatus;
  readonly quoteRevision?: number;
  readonly activation?: RequestedActivation;
  readonly promotionCode?: string | null;
  readonly from?: CurrentPlan;
  readonly to?: OfferedPlan;
  readonly windows?: QuotedWindows;
  readonly hold?: { readonly reason: HoldReason; readonly details: Readonly<Record<string, string>> } | null;
  readonly appliedAt?: string | null;
  readonly closedAt?: string;
}

export interface NewConsent {
  readonly planChangeId: string;
  readonly quoteHash: string;
  readonly evidenceId: string;
  /** ISO instant, workflow time at which the message was accepted. */
  readonly acceptedAt: string;
}

export interface LinePosting {
  readonly planChangeId: string;
  readonly customerId: string;
  readonly quoteRevision: number;
  readonly quoteHash: string;
  readonly effectiveDate: string;
  readonly currency: string;
  readonly lines: readonly QuoteLine[];
  readonly toBalanceMinor: bigint;
}

export interface NoteAuthor {
  readonly type: 'agent' | 'customer' | 'ops' | 'system';
  readonly id: string | null;
}

export interface NewNote {
  readonly customerId: string;
  /** Null for a note that is about the account. */
  readonly planChangeId: string | null;
  readonly kind: NoteKind;
  readonly body: string;
  readonly author: NoteAuthor;
  readonly revision?: number;
}

export type MailKind = 'summary' | NoticeKind;

/** Mails about a change that is not applied. */
export type NoticeKind =
  'consent_request' | 'consent_reminder' | 'held' | 'expired' | 'cancelled' | 'replaced' | 'failed';

export interface RenderedMail {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

export interface NewMail extends RenderedMail {
  readonly planChangeId: string;
  readonly kind: MailKind;
  /** Tells apart mails of one kind on one change. */
  readonly revision: number;
  readonly recipient: string;
}

export type MailPatch =
  | { readonly status: 'accepted'; readonly providerMessageId: string | null }
  | { readonly status: 'given_up' | 'superseded' | 'unknown' };

export interface LockedMail {
  readonly kind: MailKind;
  readonly status: EmailStatus;
  readonly isStillTrue: boolean;
}

/** The claim on a mail, taken and committed before it is sent. */
export type MailClaim =
  /** `sends`: how often the mail has left with this claim, from 1. */
  | { readonly claim: 'send'; readonly mail: OutgoingMail; readonly sends: number }
  | { readonly claim: 'already_accepted'; readonly providerMessageId: string | null }
  /** The change has moved on, for good: what the mail says is no longer true. */
  | { readonly claim: 'superseded' }
  /** Another attempt may have been accepted: its outcome is awaited before the mail is sent again. */
  | { readonly claim: 'outcome_unknown' };

export interface OutgoingMail {
  /** Row of the outbox: the only thing the provider learns besides the mail itself. */
  readonly outboxId: string;
  readonly recipient: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

export interface Outbox {
  /**
   * Claims a mail. A mail that carries a consent link gets a new one each time it leaves: only the hash of its
   * token is kept. `unknownForMs`: how long an earlier claim without an outcome is respected.
   */
  claim(mailId: string, unknownForMs: number): Promise<MailClaim>;
  /** Gives a claim back after the provider certainly did not take the mail. */
  release(mailId: string): Promise<void>;
}

export type MailOutcome =
  | { readonly outcome: 'accepted'; readonly providerMessageId: string | null }
  /** Certainly not taken; may be tried again. */
  | { readonly outcome: 'unavailable'; readonly status: number | null; readonly retryAfterMs: number | null }
  /** Certainly not taken; will never be. */
  | { readonly outcome: 'refused'; readonly status: number }
  /** The answer was lost: it may have been taken. */
  | { readonly outcome: 'unknown' };

export interface Mailer {
  send(mail: OutgoingMail): Promise<MailOutcome>;
}

export interface MailTemplates {
  summary(applied: AppliedChange): RenderedMail;
  notice(kind: NoticeKind, pending: PendingChange): RenderedMail;
}
