import { randomBytes } from 'node:crypto';
import type { Mail } from './mail-store.ts';

/** What becomes of an accepted mail. */
export type Delivery = 'delivered' | 'bounce' | 'dropped';

/** One event as SendGrid posts it: custom args stand beside its own members. */
export interface MailEvent {
  readonly email: string;
  /** Seconds since 1970. */
  readonly timestamp: number;
  readonly event: 'processed' | Delivery;
  readonly sg_event_id: string;
  readonly sg_message_id: string;
  readonly [other: string]: string | number;
}

const WORDS = {
  delivered: [{ event: 'processed' }, { event: 'delivered', response: '250 2.0.0 OK', attempt: '1' }],
  bounce: [
    { event: 'processed' },
    { event: 'bounce', type: 'bounce', status: '5.1.1', reason: '550 5.1.1 The mailbox does not exist.' },
  ],
  // A mail to a suppressed address is never processed.
  dropped: [{ event: 'dropped', reason: 'Bounced Address' }],
} as const;

/** The events of one mail, in order, for each of its recipients. An address like bounce…@ always bounces. */
export function eventsOf(mail: Mail, delivery: Delivery): MailEvent[] {
  const timestamp = Math.floor(Date.parse(mail.receivedAt) / 1_000);
  return mail.to.split(', ').flatMap((email) =>
    WORDS[/^bounce/i.test(email) ? 'bounce' : delivery].map((words) => ({
      ...mail.customArgs,
      ...words,
      email,
      timestamp,
      sg_event_id: randomBytes(18).toString('base64url'),
      sg_message_id: `${mail.id}.recvd-double-0`,
    })),
  );
}
