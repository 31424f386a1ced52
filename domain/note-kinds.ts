import type { PlanChangeStatus } from './plan-change-status.ts';

/** The notes that steps write; others come from the API, the mail provider's events and repairs. */
export type NoteKind =
  | 'quoted'
  | 'rejected'
  | 'requoted'
  | 'rescheduled'
  | 'consent_accepted'
  | 'scheduled'
  | 'plan_applied'
  | 'verified'
  | 'held'
  | 'compensated'
  | 'declined'
  | 'cancelled'
  | 'replaced'
  | 'expired'
  | 'failed'
  | 'cancellation_ignored'
  | 'consent_requested'
  | 'consent_reminder'
  | 'email_given_up'
  | 'notice_given_up'
  | 'notice_superseded'
  | 'completed';

/**
 * Which note a transition leaves: exactly one of these kinds for each transition to the status. Approvals have
 * their own rule (`consent_accepted`), and so has `awaiting_consent`, where every quote leaves one.
 */
export const NOTES_OF_TRANSITION = {
  quoting: [],
  awaiting_consent: ['quoted', 'requoted', 'rescheduled'],
  scheduled: ['scheduled'],
  activating: ['plan_applied'],
  activated: ['verified'],
  held: ['held'],
  completed: ['completed', 'email_given_up'],
  rejected: ['rejected'],
  declined: ['declined'],
  expired: ['expired'],
  cancelled: ['cancelled', 'replaced'],
  failed: ['failed'],
} as const satisfies Record<PlanChangeStatus, readonly NoteKind[]>;

/** The notes that quotes are written with. */
export const NOTES_OF_QUOTES: readonly string[] = NOTES_OF_TRANSITION.awaiting_consent;
