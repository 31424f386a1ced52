import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { Mail } from './mail-store.ts';

const address = z.object({ email: z.email(), name: z.string().optional() });
const customArgs = z.record(z.string(), z.coerce.string()).optional();

const mailSend = z.object({
  personalizations: z
    .array(
      z.object({
        to: z.array(address).min(1).max(1_000),
        cc: z.array(address).optional(),
        bcc: z.array(address).optional(),
        subject: z.string().optional(),
        custom_args: customArgs,
      }),
    )
    .min(1)
    .max(1_000),
  from: address,
  subject: z.string().optional(),
  content: z.array(z.object({ type: z.string().min(1), value: z.string().min(1) })).min(1),
  custom_args: customArgs,
});

export interface SendGridError {
  readonly message: string;
  readonly field: string | null;
  readonly help: null;
}

/** Parses a body of `POST /v3/mail/send`: one mail for each personalization, or SendGrid's list of errors. */
export function parseMailSend(body: unknown): { mails: Mail[] } | { errors: SendGridError[] } {
  const parsed = mailSend.safeParse(body);
  if (!parsed.success) {
    return {
      errors: parsed.error.issues.map(({ message, path }) => ({
        message: `Bad Request: ${message}`,
        field: path.join('.') || null,
        help: null,
      })),
    };
  }
  const { personalizations, from, content, subject, custom_args: common } = parsed.data;
  const part = (type: string): string => content.find((each) => each.type.startsWith(type))?.value ?? '';
  const mails = personalizations.map((personal) => ({
    id: randomBytes(16).toString('base64url'),
    receivedAt: new Date().toISOString(),
    to: personal.to.map(({ email }) => email).join(', '),
    from: from.email,
    subject: personal.subject ?? subject ?? '',
    text: part('text/plain'),
    html: part('text/html'),
    customArgs: { ...common, ...personal.custom_args },
  }));
  const unnamed = mails.findIndex((mail) => mail.subject === '');
  if (unnamed < 0) return { mails };
  return {
    errors: [
      { message: 'The subject is required.', field: `personalizations.${unnamed}.subject`, help: null },
    ],
  };
}
