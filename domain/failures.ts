/** Every way in which the product says no, as names that stay stable. Nothing else invents error strings. */

/** Why a request to change the plan was refused in the first step. Business outcomes: values, never thrown. */
export const REJECTION_CODES = [
  'plan-change-in-progress',
  'identification-expired',
  'account-not-active',
  'plan-unknown',
  'plan-not-available',
  'plan-already-active',
  'activation-date-invalid',
  'promotion-not-applicable',
] as const;
export type RejectionCode = (typeof REJECTION_CODES)[number];

/** Types of the failures with which a validator refuses a message. */
export const REFUSAL = {
  WRONG_STATE: 'WRONG_STATE',
  CHANGE_BUSY: 'CHANGE_BUSY',
  QUOTE_SUPERSEDED: 'QUOTE_SUPERSEDED',
  QUOTE_EXPIRED: 'QUOTE_EXPIRED',
  CONSENT_EXPIRED: 'CONSENT_EXPIRED',
  CONSENT_ALREADY_RECORDED: 'CONSENT_ALREADY_RECORDED',
  ACTIVATION_DUE: 'ACTIVATION_DUE',
} as const;
export type Refusal = keyof typeof REFUSAL;

/** Types of the faults that activities throw. */
export const FAULT = {
  /** The database refused the statement (a constraint, a right): no retry mends it. */
  DATABASE_REFUSED: 'DATABASE_REFUSED',
  /** The database is away or busy: retried. */
  DATABASE_UNAVAILABLE: 'DATABASE_UNAVAILABLE',
  /** The data cannot be worked with (an unknown time zone or currency): no retry mends it. */
  DATA_UNUSABLE: 'DATA_UNUSABLE',
  /** The mail provider is away, busy or refused this attempt: retried. */
  MAIL_UNAVAILABLE: 'MAIL_UNAVAILABLE',
  /** A mail that may have been accepted already waits for the provider's event before it is sent again. */
  MAIL_OUTCOME_UNKNOWN: 'MAIL_OUTCOME_UNKNOWN',
  /** The mail provider refuses this mail for good. */
  MAIL_REFUSED: 'MAIL_REFUSED',
} as const;

const REFUSED_CLASSES = new Set(['0A', '22', '23', '42', 'P0']);

/**
 * Whether the database refuses a statement with this SQLSTATE for good: data exceptions, integrity violations, syntax
 * and access errors, missing rows. Anything else (a timeout, a lost connection) may go well the next time.
 */
export function isRefusedForGood(sqlState: string): boolean {
  return REFUSED_CLASSES.has(sqlState.slice(0, 2));
}
