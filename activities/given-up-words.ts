import type { EmailStatus } from '../domain/email-status.ts';
import { mailBeginning, mailInNotes } from '../domain/note-words.ts';
import type { MailKind } from './ports.ts';

/** Why a mail is given up. One whose last attempt has no outcome may have arrived all the same. */
export function givenUpWords(kind: MailKind, status: EmailStatus, cause: string): string {
  return status === 'sending'
    ? `Whether ${mailInNotes(kind)} arrived by email is not known (${cause}).`
    : `${mailBeginning(kind)} could not be sent by email (${cause}).`;
}
