import { generateKeyPairSync, randomUUID, sign, type KeyObject } from 'node:crypto';
import type { Api, ApiAnswer } from './api-rig.ts';

/** What a test signs events with, and what the API is to check them with. */
export interface EventSigner {
  readonly publicKey: string;
  readonly privateKey: KeyObject;
}

export function eventSigner(namedCurve = 'P-256'): EventSigner {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve });
  const der = publicKey.export({ type: 'spki', format: 'der' });
  return { privateKey, publicKey: der.toString('base64') };
}

export const WEBHOOK_PATH = '/v1/webhooks/sendgrid';

export interface PostOptions {
  /** Seconds since 1970 that are signed and sent; now unless told. */
  readonly timestamp?: number | string;
  /** What is sent instead of what was signed. */
  readonly sent?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Posts events as SendGrid does. A string goes out as it is. */
export function postEvents(
  api: Api,
  signer: EventSigner,
  events: unknown,
  options: PostOptions = {},
): Promise<ApiAnswer> {
  const body = typeof events === 'string' ? events : JSON.stringify(events);
  const timestamp = String(options.timestamp ?? Math.floor(Date.now() / 1_000));
  return api.call(WEBHOOK_PATH, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-twilio-email-event-webhook-signature': sign(
        'sha256',
        Buffer.from(timestamp + body),
        signer.privateKey,
      ).toString('base64'),
      'x-twilio-email-event-webhook-timestamp': timestamp,
      ...options.headers,
    },
    body: options.sent ?? body,
  });
}

/** One event about a mail of ours. */
export function mailEvent(event: string, mailId: string, others: object = {}): object {
  return {
    email: 'customer@example.org',
    timestamp: Math.floor(Date.now() / 1_000),
    event,
    sg_event_id: randomUUID(),
    sg_message_id: `${randomUUID()}.recvd`,
    outbox_id: mailId,
    ...others,
  };
}
