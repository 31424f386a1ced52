/** What was done to the row of a mail that the provider has accepted, and what whoever looks at it must say. */
export interface AlteredMail {
  readonly what: string;
  /** The summary of a completed change, or the notice of a cancelled one. */
  readonly kind: 'summary' | 'cancelled';
  /** Of the UPDATE. */
  readonly set: string;
  readonly finds: RegExp;
}

const NEVER_ACCEPTED = 'accepted_at = NULL, provider_message_id = NULL';
const summary = (what: string, set: string, finds: RegExp): AlteredMail => ({
  what,
  kind: 'summary',
  set,
  finds,
});
const notice = (what: string, set: string, finds: RegExp): AlteredMail => ({
  what,
  kind: 'cancelled',
  set,
  finds,
});

/** The notes tell another story, and the audit and the check of a proof bundle must both see it. */
export const ALTERED_MAILS: readonly AlteredMail[] = [
  summary(
    'given up, as if it had never been accepted',
    `status = 'given_up', ${NEVER_ACCEPTED}`,
    /^the summary is given_up, and a note tells that the provider accepted it$/,
  ),
  summary(
    'given up',
    `status = 'given_up'`,
    /^the summary mail is given_up, and yet the provider has accepted it$/,
  ),
  ...(['queued', 'sending', 'superseded', 'unknown'] as const).map((status) =>
    summary(
      `${status}, as if it had never been accepted`,
      `status = '${status}', ${NEVER_ACCEPTED}`,
      new RegExp(`^the summary is ${status}, and a note tells that the provider accepted it$`),
    ),
  ),
  summary(
    'without the id of the provider',
    'provider_message_id = NULL',
    /^the note of the accepted summary names another id of the provider$/,
  ),
  summary(
    'without the time at which it was accepted',
    'accepted_at = NULL',
    /^the summary mail is accepted, and when the provider accepted it is not told$/,
  ),
  summary(
    'as come back',
    `status = 'bounced'`,
    /^the summary mail is bounced, and no note tells of that event$/,
  ),
  notice(
    'given up, as if it had never been accepted',
    `status = 'given_up', ${NEVER_ACCEPTED}`,
    /^the cancelled mail is given_up, and no note tells of it$/,
  ),
  notice(
    'not sent, as if it had been overtaken',
    `status = 'superseded', ${NEVER_ACCEPTED}`,
    /^the cancelled mail is superseded, and no note tells of it$/,
  ),
  notice('of unknown fate', `status = 'unknown'`, /^the cancelled mail is unknown, and no note tells of it$/),
  notice(
    'still to be sent, though accepted',
    `status = 'queued'`,
    /^the cancelled mail is queued, and yet the provider has accepted it$/,
  ),
];
