import type { PlanChange } from '../api/types.ts';

type MailStatus = NonNullable<PlanChange['email']>['status'];

/** What has become of the summary mail. */
export const MAIL_WORDS: Readonly<
  Record<MailStatus, { readonly text: string; readonly state: 'done' | 'current' | 'bad' }>
> = {
  queued: { text: 'About to be sent', state: 'current' },
  sending: { text: 'Being sent', state: 'current' },
  accepted: { text: 'Sent; waiting for word from the mailbox', state: 'done' },
  delivered: { text: 'Delivered', state: 'done' },
  bounced: { text: 'Came back: tell the customer by phone, and have the address corrected', state: 'bad' },
  dropped: {
    text: 'Not delivered: tell the customer by phone, and have the address corrected',
    state: 'bad',
  },
  unknown: { text: 'May have arrived; it is not sent again', state: 'bad' },
  superseded: { text: 'Not sent: overtaken by what happened since', state: 'done' },
  given_up: { text: 'Could not be sent: operations follows it up', state: 'bad' },
};
