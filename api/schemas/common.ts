import { z } from 'zod';

/** The members every part of the contract shares. One schema serves validation and the OpenAPI document. */

/** Free text from people: bounded, not blank, and only what PostgreSQL can hold: no NUL, no half of a pair. */
export function text(maximum: number) {
  return z
    .string()
    .max(maximum)
    .refine((value) => !value.includes('\0'), 'must not contain the NUL character')
    .refine((value) => !/\p{Surrogate}/u.test(value), 'must be well-formed Unicode')
    .refine((value) => value.trim() !== '', 'must not be empty');
}

export const uuid = z.uuid().meta({ example: '019b1f6e-7c1a-7b5e-9a53-2f5f4f1d8c11' });

export const sha256Hex = z
  .string()
  .regex(/^[0-9a-f]{64}$/, 'must be 64 lower-case hexadecimal digits')
  .meta({ example: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08' });

export const plainDate = z.iso
  .date()
  .refine(hasYear, 'must be in the years 1 to 9999')
  .meta({ example: '2026-12-01' });

export const instant = z.iso
  .datetime({ offset: true })
  .refine(hasYear, 'must be in the years 1 to 9999')
  .meta({ example: '2026-11-24T15:04:05Z' });

/** ISO 8601 has a year 0, PostgreSQL has none; an offset may carry an instant over either end. */
function hasYear(value: string): boolean {
  const year = new Date(value).getUTCFullYear();
  return !(year < 1 || year > 9999);
}

export const money = z
  .strictObject({
    amount: z.string().meta({ example: '12.34' }),
    currency: z.string().meta({ example: 'USD' }),
  })
  .meta({ id: 'Money', description: 'A decimal with exactly the decimals of its currency. No floats.' });

export const interval = z.enum(['month', 'year']);

export const planCode = text(100).meta({ example: 'fiber-plus' });

export const promotionCode = text(100).meta({ example: 'FIBER-10' });

export const cursor = z.string().max(500).meta({ description: 'nextCursor of the page before' });

export const pageSize = z.coerce.number().int().min(1).max(100).default(20);

export function page<T extends z.ZodType>(item: T) {
  return z.strictObject({ items: z.array(item), nextCursor: z.string().nullable() });
}

export const problem = z
  .looseObject({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    detail: z.string(),
    code: z.string().meta({ description: 'Stable name of the problem; programs act on this.' }),
    requestId: z.string(),
    errors: z.array(z.strictObject({ pointer: z.string(), detail: z.string() })).optional(),
  })
  .meta({ id: 'Problem', description: 'RFC 9457 problem details.' });
