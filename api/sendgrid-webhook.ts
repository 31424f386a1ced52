import { EventWebhook, EventWebhookHeader } from '@sendgrid/eventwebhook';
import type { Request } from 'express';
import express, { Router } from 'express';
import { z } from 'zod';
import { recordEmailEvent } from '../db/stores/email-events.ts';
import type { ApiDeps } from './deps.ts';
import { HttpProblem } from './http-errors.ts';

/** A signed request older than this is a replay. */
const FRESH_SECONDS = 10 * 60;
const BODY_LIMIT = '1mb';

/** Of all that SendGrid reports, on this account perhaps for other programs too, what is about a mail of ours. */
const eventSchema = z.looseObject({
  sg_event_id: z.string().regex(/^[\x21-\x7e]{1,200}$/),
  event: z.enum(['processed', 'deferred', 'delivered', 'bounce', 'dropped']),
  // Seconds, in the years that PostgreSQL and JavaScript both know.
  timestamp: z.number().min(0).max(253_402_300_799),
  outbox_id: z.uuid(),
  type: z
    .string()
    .regex(/^[a-z_-]{1,50}$/i)
    .optional()
    .catch(undefined),
});

/**
 * SendGrid's signed event webhook. The signature is checked over the raw body, with a time limit; events are
 * recorded once whatever their order. Free text of the provider is not kept: it quotes addresses.
 */
export function sendgridWebhookRouter(deps: ApiDeps): Router {
  const router = Router();
  router.post(
    '/v1/webhooks/sendgrid',
    express.raw({ type: () => true, limit: BODY_LIMIT }),
    async (request, response) => {
      const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
      verify(request, body, deps.webhookPublicKey);
      for (const item of parseEvents(body)) {
        const parsed = eventSchema.safeParse(item);
        // Refusing the whole request for one that says nothing to us would lose the others.
        if (!parsed.success) continue;
        const event = parsed.data;
        await recordEmailEvent(deps.knex, {
          providerEventId: event.sg_event_id,
          mailId: event.outbox_id,
          event: event.event,
          reason: event.type ?? null,
          occurredAt: new Date(event.timestamp * 1_000).toISOString(),
        });
      }
      response.status(204).end();
    },
  );
  return router;
}

function verify(request: Request, body: Buffer, publicKey: string | undefined): void {
  if (publicKey === undefined) {
    throw new HttpProblem(
      403,
      'webhook-not-configured',
      'The webhook is not configured',
      'Set SENDGRID_WEBHOOK_PUBLIC_KEY to the verification key of the mail settings.',
    );
  }
  const signature = request.get(EventWebhookHeader.SIGNATURE()) ?? '';
  const timestamp = request.get(EventWebhookHeader.TIMESTAMP()) ?? '';
  const isFresh = Math.abs(Date.now() / 1_000 - Number(timestamp)) <= FRESH_SECONDS;
  if (!/^\d{1,12}$/.test(timestamp) || !isFresh || !isSigned(publicKey, body, signature, timestamp)) {
    throw new HttpProblem(
      403,
      'webhook-signature-invalid',
      'The signature is not valid',
      'Only events signed with the configured key, no more than 10 minutes ago, are taken.',
    );
  }
}

function isSigned(publicKey: string, body: Buffer, signature: string, timestamp: string): boolean {
  try {
    const webhook = new EventWebhook();
    return webhook.verifySignature(webhook.convertPublicKeyToECDSA(publicKey), body, signature, timestamp);
  } catch {
    // The library throws on a signature that is not even one.
    return false;
  }
}

function parseEvents(body: Buffer): object[] {
  try {
    return z
      .array(z.looseObject({}))
      .max(5_000)
      .parse(JSON.parse(body.toString('utf8')));
  } catch {
    throw new HttpProblem(
      400,
      'webhook-malformed',
      'These are not events',
      'Send a JSON array of SendGrid events.',
    );
  }
}
