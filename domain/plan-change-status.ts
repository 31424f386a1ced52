/**
 * The states of a plan change and which may follow which. The database refuses every
 * other step (migration 014); a test compares both tables.
 */
export const TRANSITIONS = {
  quoting: ['awaiting_consent', 'rejected'],
  awaiting_consent: ['scheduled', 'activating', 'held', 'failed', 'declined', 'cancelled', 'expired'],
  scheduled: ['activating', 'held', 'failed', 'awaiting_consent', 'cancelled'],
  activating: ['activated', 'held', 'failed'],
  held: ['awaiting_consent', 'cancelled', 'expired'],
  activated: ['completed'],
  completed: [],
  rejected: [],
  declined: [],
  expired: [],
  cancelled: [],
  failed: [],
} as const satisfies Record<string, readonly string[]>;

export type PlanChangeStatus = keyof typeof TRANSITIONS;

export const PLAN_CHANGE_STATUSES = Object.keys(TRANSITIONS) as readonly PlanChangeStatus[];

/** Reached once and never left. */
export type TerminalStatus = {
  [S in PlanChangeStatus]: (typeof TRANSITIONS)[S] extends readonly [] ? S : never;
}[PlanChangeStatus];

export function isTerminal(status: PlanChangeStatus): status is TerminalStatus {
  return TRANSITIONS[status].length === 0;
}

/**
 * Whether the change keeps its subscription from another one. An activated change is done but for its mail, which
 * must not keep the customer from changing again ("More than once in a billing cycle? Yes, as needed").
 */
export function isOpen(status: PlanChangeStatus): boolean {
  return !isTerminal(status) && status !== 'activated';
}

/** Whether `to` may be written directly after `from`. */
export function mayFollow(from: PlanChangeStatus, to: PlanChangeStatus): boolean {
  return (TRANSITIONS[from] as readonly string[]).includes(to);
}

/** Why a change that was agreed was not applied and waits for people (the drift rule and read-back). */
export const HOLD_REASONS = [
  'price_changed',
  'plan_version_changed',
  'plan_unavailable',
  'promotion_unavailable',
  'current_plan_changed',
  'account_not_active',
  'quote_changed',
  'activation_late',
  'read_back_mismatch',
  'plan_not_restored',
] as const;
export type HoldReason = (typeof HOLD_REASONS)[number];
