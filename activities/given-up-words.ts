import type { EmailStatus } from '../domain/email-status.ts';
import type { MailKind } from './ports.ts';

/** Why a mail is given up. One whose last attempt has no outcome may have arrived all the same. */
export function givenUpWords(kind: MailKind, status: EmailStatus, cause: string): string {
  return status === 'sending'
    ? `Whether the ${kind} mail arrived is not known (${cause}).`
    : `The ${kind} mail could not be sent (${cause}).`;
}
