import { z } from 'zod';
import type { BundleQuote } from './payload.ts';

const money = z.strictObject({ amount: z.string(), currency: z.string() });

/** What the hash of a quote is of (`hashQuote`). */
const quoteContent = z.strictObject({
  planChangeId: z.string(),
  quoteRevision: z.number().int(),
  planVersion: z.strictObject({ planCode: z.string(), version: z.number().int() }),
  promotion: z.string().nullable(),
  effectiveDate: z.string(),
  termsSha256: z.string(),
  lines: z.array(
    z.strictObject({
      kind: z.enum(['credit', 'charge', 'fee']),
      description: z.string(),
      start: z.string(),
      end: z.string(),
      days: z.number().int(),
      ofDays: z.number().int(),
      amount: money,
    }),
  ),
  net: money,
});
export type QuoteContent = z.output<typeof quoteContent>;

/** The figures of a quote, read from the very text that was hashed; undefined when that text is something else. */
export function contentOf({ canonicalJson }: Pick<BundleQuote, 'canonicalJson'>): QuoteContent | undefined {
  try {
    return quoteContent.safeParse(JSON.parse(canonicalJson)).data;
  } catch {
    return undefined;
  }
}
