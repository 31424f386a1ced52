import type { PlanChange, Quote } from '../api/types.ts';

export type LinkMail = PlanChange['notices'][number];

/** The newest mail with a link to this quote, if there is one. */
export function linkMailOf(change: PlanChange, quote: Quote): LinkMail | undefined {
  return change.notices.find(
    ({ kind, quoteHash, status }) =>
      kind === 'consent_request' && quoteHash === quote.hash && status !== 'superseded',
  );
}

interface LinkWords {
  readonly title: string;
  readonly todo: string;
  readonly tone: 'info' | 'good' | 'warning' | 'bad';
}

const WAIT = 'This page goes on by itself when the customer has answered. You may leave it and come back.';
const OTHER_WAY =
  'Take the consent on this call or on paper, or have the address corrected and send another link.';

/** What has become of the mail with the link, and what the agent can do. */
export const LINK_WORDS: Readonly<Record<LinkMail['status'], LinkWords>> = {
  queued: { title: 'The link is about to be mailed', todo: WAIT, tone: 'info' },
  sending: { title: 'The link is being mailed', todo: WAIT, tone: 'info' },
  accepted: { title: 'The link is mailed; no word from the mailbox yet', todo: WAIT, tone: 'info' },
  delivered: { title: 'The link is in the customer’s mailbox', todo: WAIT, tone: 'good' },
  bounced: {
    title: 'The mail with the link came back',
    todo: `The customer has no link. Check the address with the customer. ${OTHER_WAY}`,
    tone: 'bad',
  },
  dropped: {
    title: 'The mail with the link was not delivered',
    todo: `The customer has no link. Check the address with the customer. ${OTHER_WAY}`,
    tone: 'bad',
  },
  given_up: {
    title: 'The mail with the link could not be sent',
    todo: 'The customer has no link. Send another one in a while, or take the consent on this call or on paper.',
    tone: 'bad',
  },
  unknown: {
    title: 'The link may have arrived or not',
    todo: 'It is not mailed again by itself. Ask the customer, and send another link if there is none.',
    tone: 'warning',
  },
  superseded: { title: 'The link was not mailed', todo: 'The quote had changed before.', tone: 'info' },
};
