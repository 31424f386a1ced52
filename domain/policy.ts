const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** The windows of the procedure, in milliseconds unless the name says days. Tests shorten them. */
export interface Policy {
  readonly identificationMs: number;
  readonly quoteMs: number;
  readonly consentMs: number;
  readonly holdMs: number;
  readonly furthestDateDays: number;
}

export const DEFAULT_POLICY: Policy = {
  identificationMs: 60 * MINUTE,
  quoteMs: 24 * HOUR,
  consentMs: 7 * DAY,
  holdMs: 14 * DAY,
  furthestDateDays: 400,
};
