/** What became of a mail. The database has the same names; more may come. */
export const EMAIL_STATUSES = [
  'queued',
  'sending',
  'accepted',
  'delivered',
  'bounced',
  'dropped',
  /** It could not be sent: people take over. */
  'given_up',
  /** Not sent on purpose: the change had moved on, and what it says was no longer true. */
  'superseded',
  /** As `superseded`, but an attempt before may have arrived; it is not repeated. */
  'unknown',
] as const;
export type EmailStatus = (typeof EMAIL_STATUSES)[number];
