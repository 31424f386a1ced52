import { z } from 'zod';
import { ADD_ONS } from '../../domain/customer-needs.ts';
import { NO_RECOMMENDATION_REASONS } from '../../domain/no-recommendation.ts';
import { promotion } from './accounts.ts';
import { interval, money, page, uuid } from './common.ts';

/** Bounded, so that every price compares; the currency must be the account's. */
const limit = money
  .extend({
    amount: z
      .string()
      .regex(/^\d{1,9}(\.\d{1,3})?$/, 'must be an amount such as 60.00, without a currency sign'),
    currency: z.string().regex(/^[A-Z]{3}$/, 'must be a currency code such as "USD"'),
  })
  .meta({ id: 'MonthlyLimit', description: "In the account's currency." });

/** Every choice is one click; what is left out stays as it is now. */
const needs = z
  .strictObject({
    internet: z.enum(['none', 'any', 'fast']).optional().meta({
      description: 'none: not needed; any: some internet access will do; fast: fiber. Left out: as now.',
    }),
    lines: z.int().min(0).max(2).optional().meta({ description: 'Phone lines needed. Left out: as now.' }),
    addOns: z
      .array(z.enum(ADD_ONS))
      .max(ADD_ONS.length)
      .refine((names) => new Set(names).size === names.length, 'must name each add-on once')
      .optional()
      .meta({ description: 'All add-ons wanted; a plan has room for so many. Left out: as many as now.' }),
    moreData: z.boolean().optional().meta({ description: 'More data than the plan of now includes.' }),
    moreCalls: z
      .boolean()
      .optional()
      .meta({ description: 'More minutes of calls than the plan of now includes.' }),
    billing: interval.optional().meta({
      description:
        'How often to be billed. Left out: as now; a year in advance only for lowerBill or maxMonthly, named as a loss.',
    }),
    maxMonthly: limit
      .optional()
      .meta({ description: 'The most to pay in a month; a yearly price by its twelfth.' }),
    lowerBill: z.boolean().optional().meta({ description: 'Only what costs less a month than now.' }),
  })
  .meta({
    id: 'CustomerNeeds',
    description:
      'What the customer says. What is stated is a condition, never traded against anything. What is left out stays as it is now: less of it is recommended only to customers who want less of a service (as far as it covers their use) or want to pay less, and named as a loss.',
  });

export const recommendationsBody = z
  .strictObject({ identificationId: uuid, needs })
  .meta({ id: 'RecommendationRequest' });

export type NeedsJson = z.output<typeof needs>;

export const recommendation = z
  .strictObject({
    planCode: z.string(),
    planName: z.string(),
    price: money.meta({ description: 'With the promotion taken off.' }),
    interval,
    promotion: promotion.nullable().meta({
      description: 'Running today and in the price: send its code with POST /v1/plan-changes to get it.',
    }),
    reasons: z.array(z.string()).meta({ description: 'Sentences to say aloud; at least one.' }),
    losses: z.array(z.string()).meta({
      description: 'Everything the plan of now gives and this one does not, whatever was asked for.',
    }),
    monthlyDifference: money.meta({
      description: 'Signed: what changes in a month; yearly prices by the twelfth.',
    }),
    dueNow: money.meta({ description: 'For a change today; the function that quotes it computes it.' }),
    toBalance: money,
    interruptions: z.array(z.string()),
  })
  .meta({ id: 'Recommendation' });

export const recommendations = page(recommendation).extend({
  none: z
    .strictObject({ reason: z.enum(NO_RECOMMENDATION_REASONS), explanation: z.string() })
    .nullable()
    .meta({ id: 'NoRecommendation', description: 'Why the list is empty; null where it is not.' }),
});
