import { z } from 'zod';
import { instant } from './common.ts';

const count = z.number().int().min(0);

const group = z.strictObject({
  underMinutes: z.number().int().nullable().meta({ description: 'Null: everything above the group before.' }),
  count,
});

export const workQuery = z.strictObject({
  mine: z.literal('true').optional().meta({ description: 'Only changes that the caller opened.' }),
});

export const workSummary = z
  .strictObject({
    asOf: instant,
    scope: z.enum(['own', 'all']),
    inFlight: z.strictObject({
      quoting: count,
      awaiting_consent: count,
      scheduled: count,
      activating: count,
      held: count,
      activated: count,
    }),
    worklists: z.strictObject({
      held: count,
      unconfirmed: count.meta({ description: 'As GET /v1/plan-changes?confirmed=false lists them.' }),
      undelivered: count.meta({ description: '…?email=undelivered' }),
      expiring: count.meta({ description: '…?expiring=soon' }),
    }),
    hours: z
      .array(z.strictObject({ start: instant, opened: count, applied: count }))
      .meta({ description: 'The last 24 hours, oldest first; the last one is running.' }),
    waiting: z.array(group).meta({ description: 'Waiting for consent now, by the age of the quote.' }),
    toConsent: z.strictObject({
      days: z.number().int(),
      medianSeconds: z.number().int().nullable(),
      groups: z.array(group).meta({ description: 'From the quote to the consent to it.' }),
    }),
  })
  .meta({ id: 'WorkSummary' });
