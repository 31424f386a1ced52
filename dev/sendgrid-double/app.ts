/**
 * A stand-in for SendGrid in development and tests.
 *
 * - `POST /v3/mail/send` takes what @sendgrid/mail sends (base URL set to this server): 202 with X-Message-Id
 *   once the mail is on the disk, 401 without a key, 400 with SendGrid's error list.
 * - `GET /messages`, `GET /messages/:id` are the mails as JSON, newest first; `GET /` is the page for people.
 * - Accepted mails are reported to the event webhook, if there is one: processed and delivered.
 * - `PUT /faults` with a list (see faults.ts) makes the next requests fail, or their mails be reported otherwise;
 *   `DELETE /faults` ends that.
 */
import { setTimeout as delay } from 'node:timers/promises';
import express, { type ErrorRequestHandler, type Express, type Request, type Response } from 'express';
import type { EventWebhook } from './event-webhook.ts';
import { createFaultPlan, faultList } from './faults.ts';
import { eventsOf, type Delivery } from './mail-events.ts';
import { parseMailSend } from './mail-send.ts';
import type { Mail, MailStore } from './mail-store.ts';
import { outboxPage } from './outbox-page.ts';

const MAX_BODY = '30mb';

export function createSendgridDouble(store: MailStore, webhook?: EventWebhook): Express {
  const app = express();
  const faults = createFaultPlan();
  app.disable('x-powered-by');
  app.use(express.json({ limit: MAX_BODY }));

  app.post('/v3/mail/send', async (request: Request, response: Response) => {
    if (!/^Bearer \S+$/i.test(request.get('authorization') ?? '')) {
      refuse(response, 401, 'The provided authorization grant is invalid, expired, or revoked');
      return;
    }
    const parsed = parseMailSend(request.body);
    if ('errors' in parsed) {
      response.status(400).json(parsed);
      return;
    }
    const fault = faults.next();
    const accept = async (delivery: Delivery | 'unreported' = 'delivered'): Promise<void> => {
      await acceptAll(store, parsed.mails);
      if (delivery !== 'unreported')
        webhook?.report(parsed.mails.flatMap((mail) => eventsOf(mail, delivery)));
    };
    const answer = (): void => {
      response
        .status(202)
        .set('X-Message-Id', parsed.mails[0]?.id ?? '')
        .end();
    };
    switch (fault?.mode) {
      case 'status':
        if (fault.retryAfter !== undefined) response.set('Retry-After', String(fault.retryAfter));
        refuse(response, fault.status, 'a fault that was asked for');
        return;
      case 'reset':
        request.socket.destroy();
        return;
      case 'drop':
        answer();
        return;
      case 'reset-after-accept':
        await accept(fault.reported ? 'delivered' : 'unreported');
        request.socket.destroy();
        return;
      case 'timeout-after-accept':
        await accept();
        await delay(fault.delayMs, undefined, { ref: false });
        answer();
        return;
      case 'slow':
        await delay(fault.delayMs, undefined, { ref: false });
        await accept();
        answer();
        return;
      case 'bounce':
      case 'dropped':
        await accept(fault.mode);
        answer();
        return;
      case 'no-event':
        await accept('unreported');
        answer();
        return;
      case undefined:
        await accept();
        answer();
    }
  });

  app.get('/messages', (_request, response) => {
    response.json(store.all());
  });
  app.get('/messages/:id', (request, response) => {
    const mail = store.find(request.params.id);
    if (mail) response.json(mail);
    else response.status(404).json({ errors: [{ message: 'no such mail', field: null, help: null }] });
  });
  app.use(outboxPage(store));

  app.get('/faults', (_request, response) => {
    response.json(faults.remaining());
  });
  app.put('/faults', (request, response) => {
    const parsed = faultList.safeParse(request.body);
    if (!parsed.success) {
      response.status(400).json({ errors: parsed.error.issues });
      return;
    }
    faults.replace(parsed.data);
    response.json(faults.remaining());
  });
  app.delete('/faults', (_request, response) => {
    faults.replace([]);
    response.status(204).end();
  });

  app.use(answerFailure);
  return app;
}

async function acceptAll(store: MailStore, mails: readonly Mail[]): Promise<void> {
  for (const mail of mails) await store.add(mail);
}

function refuse(response: Response, status: number, message: string): void {
  response.status(status).json({ errors: [{ message, field: null, help: null }] });
}

/** Bodies that are not JSON, or too long, carry their status; a mail that could not be written is a 500. */
const answerFailure: ErrorRequestHandler = (error: unknown, _request, response, next) => {
  if (response.headersSent) {
    next(error);
    return;
  }
  const { status, message } = error as { status?: number; message?: string };
  refuse(response, status ?? 500, message ?? 'internal error');
};
