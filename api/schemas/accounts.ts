import { z } from 'zod';
import { cursor, instant, interval, money, page, pageSize, plainDate, text, uuid } from './common.ts';

export const identificationBody = z
  .strictObject({
    accountNumber: text(100).meta({ example: '7590-VHVEG' }),
    fullName: text(200),
    serviceAddress: text(300),
  })
  .meta({ id: 'IdentificationRequest' });

export const identification = z
  .strictObject({
    identificationId: uuid,
    expiresAt: instant,
    customer: z.strictObject({
      customerId: uuid,
      accountNumber: z.string(),
      fullName: z.string(),
      email: z.string().meta({ description: 'Masked.', example: 'z***@example.com' }),
      timeZone: z.string(),
    }),
    subscription: z.strictObject({
      planCode: z.string(),
      planName: z.string(),
      price: money,
      interval,
      since: instant,
      cycle: z.strictObject({ start: plainDate, end: plainDate }),
    }),
    usage: z.array(
      z.strictObject({
        metric: z.string(),
        used: z.number(),
        allowance: z
          .number()
          .nullable()
          .meta({ description: 'Of the plan in force. null: without limit; 0: not included.' }),
        unit: z.string(),
      }),
    ),
    openPlanChangeId: uuid.nullable(),
  })
  .meta({ id: 'Identification' });

export const plansQuery = z.strictObject({ on: plainDate.optional() });

export const promotion = z
  .strictObject({
    promotionCode: z.string(),
    description: z.string(),
    validFrom: plainDate,
    validUntil: plainDate.meta({ description: 'First date on which it can no longer be used.' }),
  })
  .meta({ id: 'Promotion' });

export const plan = z
  .strictObject({
    planCode: z.string(),
    planName: z.string(),
    version: z.number().int(),
    price: money,
    interval,
    technology: z.enum(['none', 'dsl', 'fiber']).meta({ description: 'Of internet access.' }),
    features: z.array(z.string()),
    allowances: z
      .record(z.string(), z.strictObject({ amount: z.number().nullable(), unit: z.string() }))
      .meta({ description: 'Included in each month, by metric; amount null: without limit.' }),
    availableFrom: plainDate,
    availableUntil: plainDate.nullable().meta({ description: 'First date on which it can no longer start.' }),
    promotions: z.array(promotion),
  })
  .meta({ id: 'Plan' });

export const terms = z.strictObject({ version: z.string(), sha256: z.string(), text: z.string() }).meta({
  id: 'Terms',
  description: 'sha256 is that of the UTF-8 text.',
});

export const noteBody = z.strictObject({ body: text(5_000) }).meta({ id: 'NewNote' });

export const note = z
  .strictObject({
    noteId: uuid,
    sequence: z.number().int(),
    kind: z.string(),
    body: z.string(),
    author: z.strictObject({
      type: z.enum(['agent', 'customer', 'ops', 'system']),
      id: z.string().nullable(),
    }),
    planChangeId: uuid.nullable(),
    createdAt: instant,
    hash: z.string(),
  })
  .meta({ id: 'Note' });

export const notes = page(note)
  .extend({ chain: z.enum(['verified', 'broken']) })
  .meta({ id: 'Notes' });

export const pageQuery = z.strictObject({ cursor: cursor.optional(), limit: pageSize });

export const statement = z
  .strictObject({
    currency: z.string(),
    balance: money,
    lines: z.array(
      z.strictObject({
        date: plainDate,
        planChangeId: uuid.nullable(),
        kind: z.enum(['credit', 'charge', 'fee', 'reversal', 'to_balance', 'balance_used']),
        description: z.string(),
        amount: money,
        balanceAfter: money,
      }),
    ),
  })
  .meta({ id: 'Statement' });
