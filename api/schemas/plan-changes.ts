import { z } from 'zod';
import { EMAIL_STATUSES } from '../../domain/email-status.ts';
import { HOLD_REASONS, PLAN_CHANGE_STATUSES } from '../../domain/plan-change-status.ts';
import {
  cursor,
  instant,
  interval,
  money,
  pageSize,
  plainDate,
  planCode,
  promotionCode,
  sha256Hex,
  text,
  uuid,
} from './common.ts';

export const activation = z
  .discriminatedUnion('when', [
    z.strictObject({ when: z.literal('immediately') }),
    z.strictObject({ when: z.literal('on_date'), date: plainDate }),
    z.strictObject({ when: z.literal('end_of_cycle') }),
  ])
  .meta({ id: 'Activation', description: "Dates are local dates in the customer's own time zone." });

export const openPlanChangeBody = z
  .strictObject({
    identificationId: uuid,
    planCode,
    promotionCode: promotionCode.optional(),
    replaces: uuid.optional().meta({ description: 'The open change that this one replaces.' }),
    activation,
  })
  .meta({ id: 'OpenPlanChange' });

const recording = z.strictObject({
  id: text(200).meta({
    description: "Of the company's own store; never fetched.",
    example: 'rec-2026-11-24-000123',
  }),
  startedAt: instant,
  durationSeconds: z.number().int().min(1).max(86_400).meta({
    description:
      'Of the whole recording, or so far of a call that goes on. Not shorter than the script can be read out (300 words a minute), and not ending in the future.',
    example: 240,
  }),
  announced: z.literal(true, 'must be true: the customer was told that the call is recorded'),
  scriptVersion: text(100),
});

export const verbalConsentBody = z.strictObject({
  method: z.literal('verbal'),
  quoteHash: sha256Hex,
  recording,
});

export const writtenConsentBody = z.strictObject({
  method: z.literal('written'),
  quoteHash: sha256Hex,
  document: z.strictObject({ name: text(200), sha256: sha256Hex }),
  signedBy: text(200),
  signedAt: instant,
});

export const consentBody = z
  .discriminatedUnion('method', [verbalConsentBody, writtenConsentBody])
  .meta({ id: 'Consent', description: 'Approves exactly the quote with this hash; any other is refused.' });
export type ConsentBody = z.output<typeof consentBody>;

export const reasonBody = z.strictObject({ reason: text(2_000) }).meta({ id: 'Reason' });

export const requoteBody = z.strictObject({}).meta({ id: 'Requote' });

export const consentLinkBody = z.strictObject({}).meta({ id: 'ConsentLink' });

export const rescheduleBody = z.strictObject({ activation }).meta({ id: 'Reschedule' });

export const confirmationBody = z
  .strictObject({
    explained: z
      .array(text(500))
      .min(1)
      .max(20)
      .meta({ description: 'What was said: changes and interruptions.' }),
    channel: z.enum(['phone', 'chat', 'in_person', 'email']),
  })
  .meta({ id: 'Confirmation' });

export const revertBody = z
  .strictObject({
    identificationId: uuid,
    promotionCode: promotionCode
      .optional()
      .meta({ description: 'One that runs now. A promotion of back then is never applied again by itself.' }),
    activation,
  })
  .meta({ id: 'Revert' });

const emailStatus = z.enum(EMAIL_STATUSES);

export const listQuery = z.strictObject({
  status: z.enum(PLAN_CHANGE_STATUSES as [string, ...string[]]).optional(),
  confirmed: z.enum(['true', 'false']).optional(),
  email: z
    .enum([...emailStatus.options, 'undelivered'])
    .optional()
    .meta({
      description:
        'Changes a mail of which has this status and matters: the summary, the news of an end, of a hold while it lasts, what asks for consent while that is awaited. undelivered: bounced, dropped or given up, and the customer was not told otherwise.',
    }),
  inFlight: z.literal('true').optional().meta({ description: 'Changes that have not ended.' }),
  mine: z.literal('true').optional().meta({ description: 'Changes that the caller opened.' }),
  planCode: planCode.optional().meta({ description: 'The plan that the change leads to.' }),
  id: z
    .string()
    .regex(/^[0-9a-f]{4}[0-9a-f-]{0,32}$/i, 'must be at least the first four digits of an id')
    .optional()
    .meta({ description: 'How the id of the change, or of its customer, begins.' }),
  expiring: z.literal('soon').optional().meta({
    description:
      'In the last quarter of the time to agree (or with a quote that is over), or of the time of a hold.',
  }),
  customerId: uuid.optional(),
  cursor: cursor.optional(),
  limit: pageSize,
});

const pricedPlan = z.strictObject({
  planCode: z.string(),
  planName: z.string(),
  price: money,
  interval: interval.meta({ description: 'What the price is for.' }),
});

export const quoteLine = z.strictObject({
  kind: z.enum(['credit', 'charge', 'fee']),
  description: z.string(),
  start: plainDate,
  end: plainDate,
  days: z.number().int(),
  ofDays: z.number().int(),
  amount: money,
});

export const planChange = z
  .strictObject({
    planChangeId: uuid,
    status: z.enum(PLAN_CHANGE_STATUSES as [string, ...string[]]),
    customerId: uuid,
    from: pricedPlan,
    to: pricedPlan.extend({ promotionCode: z.string().nullable() }).nullable(),
    activation: z.strictObject({
      when: z.enum(['immediately', 'on_date', 'end_of_cycle']),
      date: plainDate.nullable(),
      at: instant.nullable(),
      timeZone: z.string().meta({ description: "The customer's, in which the dates are." }),
    }),
    quote: z
      .strictObject({
        hash: sha256Hex,
        expiresAt: instant,
        terms: z.strictObject({ version: z.string(), sha256: sha256Hex, url: z.string() }),
        effectiveDate: plainDate,
        lines: z.array(quoteLine),
        net: money,
        dueNow: money,
        toBalance: money,
        nextBill: z.strictObject({ date: plainDate, amount: money }),
        script: z.strictObject({ version: z.string(), text: z.string() }),
      })
      .nullable(),
    consent: z
      .strictObject({ method: z.enum(['verbal', 'written']), givenAt: instant, consentId: uuid })
      .nullable(),
    interruptions: z.array(z.string()),
    confirmedAt: instant.nullable(),
    hold: z
      .strictObject({
        reason: z.enum(HOLD_REASONS),
        details: z.record(z.string(), z.string()),
        endsAt: instant.meta({ description: 'Without a decision the change expires here.' }),
      })
      .nullable(),
    email: z
      .strictObject({
        status: emailStatus,
      })
      .nullable()
      .meta({ description: 'The summary.' }),
    notices: z
      .array(
        z.strictObject({
          kind: z.string(),
          status: emailStatus,
          quoteHash: sha256Hex.nullable().meta({ description: 'The quote when it was written.' }),
          createdAt: instant,
        }),
      )
      .meta({ description: 'The newest mail of each other kind. More kinds may come.' }),
    supersedes: z
      .strictObject({
        quoteHash: sha256Hex,
        effectiveDate: plainDate,
        consent: z.strictObject({ consentId: uuid, givenAt: instant }).nullable(),
        explanation: z.string(),
      })
      .nullable()
      .meta({
        description: 'The quote before this one: void, with its date, links and consent; kept as evidence.',
      }),
    replaces: uuid.nullable().meta({ description: 'The open change that this one took the place of.' }),
    replacedBy: uuid.nullable().meta({ description: 'The change that took the place of this one.' }),
    revert: z
      .strictObject({
        planChangeId: uuid.meta({ description: 'The change that is taken back.' }),
        priceThen: money,
        priceNow: money,
        difference: money.meta({ description: 'Signed: now less then, for one bill of the plan.' }),
        promotionThen: z
          .strictObject({ promotionCode: z.string(), description: z.string(), runsNow: z.boolean() })
          .nullable(),
        note: z.string().meta({ description: 'The difference in words, to say before the customer agrees.' }),
      })
      .nullable()
      .meta({ description: 'Of a change back to an earlier plan: what it cost then and costs now.' }),
    openedAt: instant,
    temporal: z.strictObject({ workflowId: z.string(), runId: z.string(), url: z.string() }),
  })
  .meta({ id: 'PlanChange' });
export type PlanChangeJson = z.output<typeof planChange>;

export const acceptedPlanChange = z.strictObject({ planChangeId: uuid, status: z.string() }).meta({
  id: 'AcceptedPlanChange',
  description: 'Accepted and durable, not finished yet: follow Location.',
});
