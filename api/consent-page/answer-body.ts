import { z } from 'zod';
import type { InputProblem } from '../http-errors.ts';
import { sha256Hex, text } from '../schemas/common.ts';

const acceptance = z.object({
  decision: z.literal('accept'),
  typedName: text(200),
  accountNumberLast4: z.string().trim().length(4),
  /** What the form was shown with; a program need not say. */
  shown: sha256Hex.optional(),
});
const refusal = z.object({
  decision: z.literal('decline'),
  reason: z.string().max(2_000).optional(),
  /** Of a form: the hash of the quote that is declined, as the page that asks once more has it. */
  confirm: z.string().optional(),
});

export const answerBody = z.discriminatedUnion('decision', [acceptance, refusal]);

/** What the customer said on the page. */
export type CustomerAnswer = z.output<typeof answerBody>;
export type Acceptance = z.output<typeof acceptance>;
export type Refusal = z.output<typeof refusal>;

const WANTED: Readonly<Record<string, string>> = {
  typedName: 'Type your full name',
  accountNumberLast4: 'Type the last four characters of your account number',
  reason: 'Shorten your reason to 2,000 characters',
};

/** What is missing, a sentence for each field. */
export function missingIn(error: z.ZodError): InputProblem[] {
  const fields = new Set(error.issues.map(({ path }) => String(path[0])));
  return [...fields].flatMap((field) => {
    const detail = WANTED[field];
    return detail === undefined ? [] : [{ pointer: `/${field}`, detail }];
  });
}
