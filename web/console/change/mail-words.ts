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
  bounced: { text: 'Came back: ask for another address', state: 'bad' },
  dropped: { text: 'Not delivered: ask for another address', state: 'bad' },
  given_up: { text: 'Could not be sent: operations follows it up', state: 'bad' },
};
