import { Client } from '@sendgrid/client';
import { MailService, type MailDataRequired } from '@sendgrid/mail';
import type { Mailer, MailOutcome, OutgoingMail } from '../activities/ports.ts';
import { outcomeOfAnswer, outcomeOfFailure } from './send-outcome.ts';

export interface SendgridOptions {
  readonly apiKey: string;
  /** Another region, or the local double; SendGrid's global region unless told. */
  readonly baseUrl?: string | undefined;
  readonly from: string;
  readonly fromName: string;
  /** For the whole request, connecting included, in milliseconds; 10 s unless told. */
  readonly timeoutMs?: number;
}

const DEFAULT_TIMEOUT_MS = 10_000;

/**
 * Sends mails through SendGrid. `send` never rejects, and its answer says only what came of the mail: the
 * library's errors carry the whole request, recipient and text included, and go no further than this function
 * (docs/ARCHITECTURE.md: no personal data in logs, metrics and histories).
 */
export function createSendgridMailer(options: SendgridOptions): Mailer {
  const service = new MailService();
  service.setClient(createClient(options));
  return {
    async send(mail: OutgoingMail): Promise<MailOutcome> {
      try {
        const [answer] = await service.send(messageOf(mail, options));
        return outcomeOfAnswer(answer.statusCode, answer.headers);
      } catch (error) {
        return outcomeOfFailure(error);
      }
    },
  };
}

function createClient({ apiKey, baseUrl, timeoutMs = DEFAULT_TIMEOUT_MS }: SendgridOptions): Client {
  const client = new Client();
  // Not setApiKey(): it warns on the console about keys of another form, and resets the base URL.
  client.setDefaultHeader('Authorization', `Bearer ${apiKey}`);
  // A kept connection that the other side has closed meanwhile would end a mail in "unknown".
  client.setDefaultHeader('Connection', 'close');
  const defaults = {
    url: '',
    timeout: timeoutMs,
    // A redirect would hand the mail to another host, and with redirects the timeout leaves out connecting.
    maxRedirects: 0,
    ...(baseUrl === undefined ? {} : { baseUrl: new URL(baseUrl).href }),
  };
  client.setDefaultRequest(defaults);
  return client;
}

function messageOf(mail: OutgoingMail, { from, fromName }: SendgridOptions): MailDataRequired {
  return {
    // As objects: a string would be parsed for a name in front of the address.
    to: { email: mail.recipient },
    from: { email: from, name: fromName },
    subject: mail.subject,
    text: mail.text,
    html: mail.html,
    // SendGrid shows and logs these, and sends them back with every event: the row's id and nothing else.
    customArgs: { outbox_id: mail.outboxId },
    // The mail goes out as it was rendered: no rewritten links, no pixel, no footer.
    trackingSettings: {
      clickTracking: { enable: false, enableText: false },
      openTracking: { enable: false },
      subscriptionTracking: { enable: false },
    },
  };
}
