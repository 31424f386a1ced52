import {
  EMAIL_STATUS_RANK,
  EMAIL_STATUSES,
  STATUS_OF_EVENT,
  type EmailStatus,
} from '../domain/email-status.ts';
import { KINDS_IN_NOTES, mailBeginning, mailInNotes } from '../domain/note-words.ts';

/** What became of a mail, as its row says. */
export interface MailOutcome {
  readonly kind: string;
  readonly status: string;
  readonly providerMessageId: string | null;
  /** When the provider took it, by its answer or its first event; null: it is not known to have. */
  readonly acceptedAt: string | null;
  readonly events: readonly { readonly event: string }[];
}

interface Note {
  readonly kind: string;
  readonly body: string;
}

/**
 * Whether the notes and the provider's events of a change can have left its mails as their rows say. What a note told
 * and an event overtook meanwhile is no contradiction; neither is an event that came before the step that awaited it.
 * That a notice was accepted, the receipt of its step tells, which only the audit sees.
 */
export function mailOutcomes(
  mails: readonly MailOutcome[],
  notes: readonly Note[],
): { readonly looked: number; readonly problems: readonly string[] } {
  const problems = [
    ...mails.flatMap(besideItself),
    ...mails.filter(({ kind }) => kind === 'summary').flatMap((summary) => ofSummary(summary, notes)),
    ...ENDS.flatMap((end) => ofEnd(end, mails, notes)),
  ];
  return { looked: notes.some(({ kind }) => kind === 'completed') ? 1 : 0, problems };
}

const NEVER_TAKEN: readonly string[] = ['queued', 'sending', 'given_up', 'superseded'];
const TAKEN: readonly string[] = ['accepted', 'delivered', 'bounced', 'dropped'];

const rankOf = (status: string): number =>
  EMAIL_STATUS_RANK[EMAIL_STATUSES.find((one) => one === status) ?? 'queued'];

/** What the events of a mail say of it; of events that say nothing of it, nothing. */
function toldByProvider({ events }: MailOutcome): EmailStatus[] {
  const known: Readonly<Record<string, EmailStatus>> = STATUS_OF_EVENT;
  return events.flatMap(({ event }) => known[event] ?? []);
}

/** The columns of a mail against one another and against its events. */
function besideItself(mail: MailOutcome): string[] {
  const { kind, status, acceptedAt, providerMessageId } = mail;
  const told = toldByProvider(mail).filter((one) => rankOf(one) > rankOf(status));
  return [
    ...[...new Set(told)].map(
      (one) => `the ${kind} mail is ${status}, and by an event of the provider it is ${one}`,
    ),
    ...(NEVER_TAKEN.includes(status) && (acceptedAt !== null || providerMessageId !== null)
      ? [`the ${kind} mail is ${status}, and yet the provider has accepted it`]
      : []),
    ...(acceptedAt === null && (TAKEN.includes(status) || providerMessageId !== null)
      ? [`the ${kind} mail is ${status}, and when the provider accepted it is not told`]
      : []),
  ];
}

/** What an applied change ends with: its note has the id by which the provider took the summary, or that there was none. */
function ofSummary(summary: MailOutcome, notes: readonly Note[]): string[] {
  const { status, providerMessageId } = summary;
  const completed = notes.find(({ kind }) => kind === 'completed');
  if (completed === undefined)
    return [
      ...(providerMessageId === null
        ? []
        : ['the summary has an id of the provider, and no note tells that it was accepted']),
      ...(status === 'accepted' && toldByProvider(summary).length === 0
        ? ['the summary is accepted, and neither a note nor the provider tells of it']
        : []),
    ];
  return [
    ...(TAKEN.includes(status)
      ? []
      : [`the summary is ${status}, and a note tells that the provider accepted it`]),
    ...(namesId(completed.body, providerMessageId)
      ? []
      : ['the note of the accepted summary names another id of the provider']),
  ];
}

function namesId(body: string, id: string | null): boolean {
  const named = /^The mail provider accepted the summary \((.*)\)\. The plan change is complete\./.exec(
    body,
  )?.[1];
  // In a masked copy its words may be left out.
  if (named === undefined) return id === null || body.includes(id);
  return named === (id ?? 'no id');
}

/** A status that a step leaves with a note, and how that note calls the mail. */
interface End {
  readonly status: EmailStatus;
  readonly noteOf: (kind: string) => readonly string[];
  readonly begins: (kind: string) => readonly string[];
}

const mayHaveArrived = (kind: string): string => `Whether ${mailInNotes(kind)} arrived by email is not known`;

const ENDS: readonly End[] = [
  {
    status: 'given_up',
    // Notices had the note of the summary before they had their own.
    noteOf: (kind) => (kind === 'summary' ? ['email_given_up'] : ['notice_given_up', 'email_given_up']),
    begins: (kind) => [`${mailBeginning(kind)} could not be sent`, mayHaveArrived(kind)],
  },
  {
    status: 'superseded',
    noteOf: () => ['notice_superseded'],
    begins: (kind) => [`${mailBeginning(kind)} was not sent`],
  },
  { status: 'unknown', noteOf: () => ['notice_superseded'], begins: (kind) => [mayHaveArrived(kind)] },
];

/** As many mails of a kind ended so as notes tell; fewer where the provider told of one since. */
function ofEnd(
  { status, noteOf, begins }: End,
  mails: readonly MailOutcome[],
  notes: readonly Note[],
): string[] {
  const kinds = [...new Set([...KINDS_IN_NOTES, ...mails.map(({ kind }) => kind)])];
  const tells = (note: Note, kind: string): boolean =>
    noteOf(kind).includes(note.kind) && begins(kind).some((words) => note.body.startsWith(words));
  const own = notes.filter((note) => kinds.some((kind) => noteOf(kind).includes(note.kind)));
  // Of which mail they are is told in words of an earlier release, or left out of a masked copy.
  let loose = own.filter(
    (note) => !ENDS.some((end) => kinds.some((kind) => namesMail(end, note, kind))),
  ).length;
  return kinds.flatMap((kind) => {
    const those = mails.filter((mail) => mail.kind === kind);
    const ended = those.filter((mail) => mail.status === status).length;
    const overtaken = those.filter(
      (mail) => TAKEN.includes(mail.status) && toldByProvider(mail).length > 0,
    ).length;
    const told = own.filter((note) => tells(note, kind)).length;
    const untold = Math.max(ended - told, 0);
    const covered = Math.min(untold, loose);
    loose -= covered;
    return [
      ...Array.from(
        { length: untold - covered },
        () => `the ${kind} mail is ${status}, and no note tells of it`,
      ),
      ...(told > ended + overtaken
        ? [`a note tells that the ${kind} mail was ${status}, and it is not`]
        : []),
    ];
  });
}

function namesMail({ begins }: End, { body }: Note, kind: string): boolean {
  return begins(kind).some((words) => body.startsWith(words));
}
