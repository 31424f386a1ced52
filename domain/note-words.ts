import type { RejectionCode } from './failures.ts';
import type { HoldReason } from './plan-change-status.ts';

/** Why a request was refused, for the account notes: read by who was not there, so no codes. Ends a sentence. */
export const REJECTED_BECAUSE: Readonly<Record<RejectionCode, string>> = {
  'plan-change-in-progress': 'another plan change of this account is open',
  'identification-expired': 'the identification of the customer was over',
  'account-not-active': 'the account is not active',
  'plan-unknown': 'there is no such plan',
  'plan-not-available': 'the plan is not on sale on that date',
  'plan-already-active': 'the account has this plan already',
  'activation-date-invalid': 'the plan cannot start on that date',
  'promotion-not-applicable': 'the promotion does not apply',
};

/** Why a change is held, likewise. */
export const HELD_BECAUSE: Readonly<Record<HoldReason, string>> = {
  price_changed: 'the price of the new plan is no longer the one of the quote',
  plan_version_changed: 'what the new plan includes is no longer what it was in the quote',
  plan_unavailable: 'the new plan is no longer on sale for that date',
  promotion_unavailable: 'the promotion of the quote is no longer available',
  current_plan_changed: 'the present plan is no longer the one of the quote',
  account_not_active: 'the account is not active',
  quote_changed: 'the amounts are no longer those of the quote',
  activation_late: 'the plan could not be applied in time',
  read_back_mismatch: 'what was read back was not what was agreed',
  plan_not_restored: 'the plan before could not be restored',
};

/** What a mail is called in the account notes; whatever has no name yet, by its code. */
const MAIL_IN_NOTES: Readonly<Record<string, string>> = {
  summary: 'the summary',
  consent_request: 'the consent request',
  consent_reminder: 'the consent reminder',
  held: 'the notice that the change is on hold',
  expired: 'the notice that the offer expired',
  cancelled: 'the notice of cancellation',
  replaced: 'the notice that another change took the place of this one',
  failed: 'the notice that the change failed',
};

export const KINDS_IN_NOTES: readonly string[] = Object.keys(MAIL_IN_NOTES);

/** "the consent request"; `kind` as the outbox has it. */
export function mailInNotes(kind: string): string {
  return MAIL_IN_NOTES[kind] ?? `the ${kind} mail`;
}

/** The same where a sentence begins with it. */
export function mailBeginning(kind: string): string {
  const words = mailInNotes(kind);
  return `${words.slice(0, 1).toUpperCase()}${words.slice(1)}`;
}
