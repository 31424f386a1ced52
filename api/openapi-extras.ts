import { EventWebhookHeader } from '@sendgrid/eventwebhook';
import { z } from 'zod';
import type { ZodOpenApiPathsObject } from 'zod-openapi';
import { DEFAULT_LIMITS } from '../config.ts';
import { problemAnswers } from './documented-problems.ts';
import { text, uuid } from './schemas/common.ts';

const page = { 'text/html': { schema: z.string() } };
const FOR_PEOPLE = { page: true };
const token = z.string().meta({ description: 'The token of the link: the only authority here.' });
const json = <T extends z.ZodType>(schema: T) => ({ 'application/json': { schema } });

const agreement = z.strictObject({
  decision: z.literal('accept'),
  typedName: text(200),
  accountNumberLast4: z.string().length(4),
});
const refusal = z.strictObject({ decision: z.literal('decline'), reason: z.string().max(2_000).optional() });
const customerAnswer = z.discriminatedUnion('decision', [agreement, refusal]).meta({ id: 'CustomerAnswer' });
const customerForm = z
  .discriminatedUnion('decision', [
    agreement.extend({
      shown: z.string().optional().meta({ description: 'The SHA-256 of the words, as the page has it.' }),
    }),
    refusal.extend({
      confirm: z.string().optional().meta({
        description:
          'As the page has it that follows Decline. Without it nothing is recorded, and that page is the answer.',
      }),
    }),
  ])
  .meta({ id: 'CustomerForm' });

/** What is served beside the route registry: pages, streams, webhooks and health. */
export const EXTRA_PATHS: ZodOpenApiPathsObject = {
  '/consent/{token}': {
    get: {
      operationId: 'showConsentPage',
      summary: "The customer's page; looking never spends the link",
      tags: ['Consent page'],
      security: [],
      requestParams: { path: z.object({ token }) },
      responses: {
        200: {
          description: 'The quote in plain words; its figures where JSON is asked for.',
          content: { ...page, ...json(z.looseObject({})) },
        },
        ...problemAnswers([404, 409, 410, 429, 503], FOR_PEOPLE),
      },
    },
    post: {
      operationId: 'answerConsentPage',
      summary: 'The customer agrees or declines',
      tags: ['Consent page'],
      security: [],
      requestParams: { path: z.object({ token }) },
      requestBody: {
        required: true,
        content: {
          'application/json': { schema: customerAnswer },
          'application/x-www-form-urlencoded': { schema: customerForm },
        },
      },
      responses: {
        200: {
          description: 'Recorded; to a form that declines, first the page that asks once more.',
          content: { ...page, ...json(z.strictObject({ status: z.string(), recordedAt: z.string() })) },
        },
        202: {
          description: 'Accepted, not finished yet.',
          content: { ...page, ...json(z.strictObject({ status: z.string() })) },
        },
        ...problemAnswers([400, 404, 409, 410, 413, 415, 422, 429, 503], FOR_PEOPLE),
      },
    },
  },
  '/consent/{token}/terms': {
    get: {
      operationId: 'showConsentTerms',
      summary: 'The terms of the quote that a link is for, as a page',
      tags: ['Consent page'],
      security: [],
      requestParams: { path: z.object({ token }) },
      responses: {
        200: { description: 'The terms.', content: page },
        ...problemAnswers([404, 410, 429, 503], FOR_PEOPLE),
      },
    },
  },
  '/v1/plan-changes/{id}/events': {
    get: {
      operationId: 'streamPlanChangeEvents',
      summary:
        'Server-sent events: every change of status, after Last-Event-ID if given, and that something else has changed',
      tags: ['Plan changes'],
      requestParams: {
        path: z.object({ id: uuid }),
        header: z.object({ 'Last-Event-ID': z.string().optional() }),
      },
      responses: {
        200: {
          description:
            '`status`, {planChangeId, status, at}, for each status; `changed`, {planChangeId}, when a quote, a mail or a confirmation is new.',
          content: { 'text/event-stream': { schema: z.string() } },
        },
        204: { description: 'The change has ended and everything was told: do not connect again.' },
        ...problemAnswers([401, 404, 429, 503], {
          meanings: {
            429: `\`too-many-streams\`: the agent has as many open as it may (${DEFAULT_LIMITS.eventStreamsPerAgent} unless set otherwise), close one; or \`too-many-requests\`.`,
          },
        }),
      },
    },
  },
  '/v1/webhooks/sendgrid': {
    post: {
      operationId: 'receiveSendgridEvents',
      summary: "SendGrid's signed event webhook",
      tags: ['Webhooks'],
      security: [],
      requestParams: {
        header: z.object({
          [EventWebhookHeader.SIGNATURE()]: z.string().meta({ description: 'ECDSA, base64.' }),
          [EventWebhookHeader.TIMESTAMP()]: z
            .string()
            .meta({ description: 'Seconds since 1970; signed too.' }),
        }),
      },
      requestBody: {
        required: true,
        content: json(
          z.array(z.looseObject({ sg_event_id: z.string(), event: z.string(), timestamp: z.number() })),
        ),
      },
      responses: { 204: { description: 'Recorded.' }, ...problemAnswers([400, 403, 413, 415, 503]) },
    },
  },
  '/metrics': {
    get: {
      operationId: 'getMetrics',
      summary: 'Metrics of this process in the Prometheus text format',
      tags: ['Health'],
      security: [],
      responses: { 200: { description: 'Metrics.', content: { 'text/plain': { schema: z.string() } } } },
    },
  },
  '/livez': {
    get: {
      operationId: 'getLiveness',
      summary: 'This process is alive',
      tags: ['Health'],
      security: [],
      responses: {
        200: { description: 'Alive.', content: json(z.strictObject({ status: z.literal('alive') })) },
      },
    },
  },
  '/readyz': {
    get: {
      operationId: 'getReadiness',
      summary: 'PostgreSQL, Temporal and a polling worker are there',
      tags: ['Health'],
      security: [],
      responses: {
        200: { description: 'Ready.', content: json(z.looseObject({ status: z.literal('ready') })) },
        ...problemAnswers([503]),
      },
    },
  },
};
