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

/** How much a status says: an event that comes late never takes back a later one. */
export const EMAIL_STATUS_RANK = {
  queued: 0,
  sending: 1,
  superseded: 1,
  unknown: 1,
  accepted: 2,
  given_up: 2,
  delivered: 3,
  bounced: 4,
  dropped: 4,
} as const satisfies Record<EmailStatus, number>;

/** What a mail is by an event of the provider. */
export const STATUS_OF_EVENT = {
  processed: 'accepted',
  deferred: 'accepted',
  delivered: 'delivered',
  bounce: 'bounced',
  dropped: 'dropped',
} as const satisfies Record<string, EmailStatus>;
