import { NOTES_OF_QUOTES } from '../domain/note-kinds.ts';
import { recordNamedIn } from '../domain/noted-records.ts';
import { mailOutcomes, type MailOutcome } from './mail-outcomes.ts';

/** A change as its records are now, each with its hash (`domain/noted-records.ts`), and its notes in their order. */
export interface NotedFacts {
  readonly quotes: readonly { readonly revision: number; readonly record: string }[];
  readonly consents: readonly { readonly quoteRevision: number; readonly record: string }[];
  readonly mails: readonly NotedMail[];
  readonly notes: readonly NoteWords[];
}

export interface NotedMail extends MailOutcome {
  readonly record: string;
  readonly events: readonly { readonly event: string; readonly record: string }[];
}

export interface NoteWords {
  readonly kind: string;
  readonly revision: number;
  readonly body: string;
}

/** `unbound`: what is told by notes from before notes named records: it may be right, and nothing shows it. */
export interface ComparedWithNotes {
  readonly looked: number;
  readonly problems: readonly string[];
  readonly unbound: number;
}

/** Which note a mail is written with. */
const NOTE_OF_MAIL: Readonly<Record<string, string>> = {
  summary: 'verified',
  consent_request: 'consent_requested',
  consent_reminder: 'consent_reminder',
  held: 'held',
  expired: 'expired',
  cancelled: 'cancelled',
  replaced: 'replaced',
  failed: 'failed',
};

/** Which note, and which of the provider's events, a mail of this status has. */
const NOTE_OF_OUTCOME: Readonly<Record<string, { readonly note: string; readonly event: string }>> = {
  delivered: { note: 'email_delivered', event: 'delivered' },
  bounced: { note: 'email_undeliverable', event: 'bounce' },
  dropped: { note: 'email_undeliverable', event: 'dropped' },
};

/** Notes that always name a record; the others only where a mail goes with what they tell. */
const ALWAYS_NAME_ONE: ReadonlySet<string> = new Set([
  ...NOTES_OF_QUOTES,
  'consent_accepted',
  'consent_requested',
  'consent_reminder',
  'verified',
  'email_delivered',
  'email_undeliverable',
]);

/**
 * Compares what is on record now with the hashes that the notes of the change named when it was written. One place
 * for both who look: the audit, over the database, and the check of a proof bundle, over the file.
 */
export function compareWithNotes(facts: NotedFacts): ComparedWithNotes {
  const notes = readNotes(facts.notes);
  const parts = [
    ofQuotes(facts, notes),
    ofConsents(facts, notes),
    ...Object.keys(NOTE_OF_MAIL).map((kind) => ofMails(kind, facts, notes)),
    ofDeliveries(facts, notes),
    { ...mailOutcomes(facts.mails, notes), unbound: 0 },
  ];
  const sum = (name: 'looked' | 'unbound'): number => parts.reduce((total, part) => total + part[name], 0);
  return {
    looked: sum('looked'),
    problems: [...parts.flatMap(({ problems }) => problems), ...droppedRecords(notes)],
    unbound: sum('unbound'),
  };
}

interface Note extends NoteWords {
  readonly record: string | null;
  /** From before notes named records. */
  readonly isOld: boolean;
}

/** Once a note names its record all later ones do: one without is no old note, there was none or it was left out. */
function readNotes(words: readonly NoteWords[]): Note[] {
  const notes = words.map((note) => ({ ...note, record: recordNamedIn(note.body) }));
  const first = notes.findIndex(({ record }) => record !== null);
  return notes.map((note, index) => ({ ...note, isOld: first === -1 || index < first }));
}

function ofQuotes({ quotes }: NotedFacts, notes: readonly Note[]): ComparedWithNotes {
  return byRevision(
    quotes.map(({ revision, record }) => ({ revision, record, name: `quote ${revision}` })),
    notes.filter(({ kind }) => NOTES_OF_QUOTES.includes(kind)),
  );
}

function ofConsents({ consents }: NotedFacts, notes: readonly Note[]): ComparedWithNotes {
  const told = notes.filter(({ kind }) => kind === 'consent_accepted');
  const compared = byRevision(
    consents.map(({ quoteRevision: revision, record }) => ({
      revision,
      record,
      name: `the consent to quote ${revision}`,
    })),
    told,
  );
  const gone = told.filter(
    ({ revision }) => !consents.some(({ quoteRevision }) => quoteRevision === revision),
  );
  return {
    ...compared,
    problems: [
      ...compared.problems,
      ...gone.map(({ revision }) => `the consent to quote ${revision}, of which a note tells, is missing`),
    ],
  };
}

/** Each against the note of its revision; that there is such a note is asked elsewhere. */
function byRevision(
  records: readonly { readonly revision: number; readonly record: string; readonly name: string }[],
  notes: readonly Note[],
): ComparedWithNotes {
  const found = records.map((one) => ({
    ...one,
    note: notes.find(({ revision }) => revision === one.revision),
  }));
  return {
    looked: records.length,
    problems: found
      .filter(({ note, record }) => note && note.record !== null && note.record !== record)
      .map(({ name }) => `${name} is not as it was when its note was written`),
    unbound: found.filter(({ note }) => note?.isOld).length,
  };
}

/** Mails of one kind against the notes that they were written with, whichever is whose. */
function ofMails(kind: string, facts: NotedFacts, notes: readonly Note[]): ComparedWithNotes {
  const mails = facts.mails.filter((mail) => mail.kind === kind);
  const own = notes.filter((note) => note.kind === NOTE_OF_MAIL[kind]);
  const strange = mails.filter(({ record }) => !own.some((note) => note.record === record));
  const open = own.filter(({ record }) => record !== null && !mails.some((mail) => mail.record === record));
  const old = own.filter(({ isOld }) => isOld).length;
  const unbound = Math.min(Math.max(strange.length - open.length, 0), old);
  const name = `the ${kind} mail`;
  return {
    looked: mails.length,
    problems: [
      ...Array.from(
        { length: strange.length - unbound },
        () => `${name}, its words or its recipient, is not as it was when its note was written`,
      ),
      ...open.slice(strange.length).map(() => `${name}, of which a note tells, is missing`),
    ],
    unbound,
  };
}

/** That a mail was delivered, or could not be, is told by the provider's event, and noted with it. */
function ofDeliveries({ mails }: NotedFacts, notes: readonly Note[]): ComparedWithNotes {
  const told = notes.filter(({ kind }) => kind === 'email_delivered' || kind === 'email_undeliverable');
  const events = mails.flatMap((mail) => mail.events);
  const outcomes = mails.flatMap((mail) => {
    const outcome = NOTE_OF_OUTCOME[mail.status];
    return outcome ? [{ mail, ...outcome }] : [];
  });
  const untold = outcomes.filter(({ mail, note, event }) => {
    const records = mail.events.filter((one) => one.event === event).map(({ record }) => record);
    return !told.some(({ kind, record }) => kind === note && record !== null && records.includes(record));
  });
  const unbound = Math.min(untold.length, told.filter(({ isOld }) => isOld).length);
  const gone = told.filter(
    ({ record }) => record !== null && !events.some((event) => event.record === record),
  );
  return {
    looked: outcomes.length,
    problems: [
      ...untold
        .slice(unbound)
        .map(({ mail }) => `the ${mail.kind} mail is ${mail.status}, and no note tells of that event`),
      ...gone.map(() => 'an event of a mail, of which a note tells, is missing or was altered'),
    ],
    unbound,
  };
}

function droppedRecords(notes: readonly Note[]): string[] {
  return notes
    .filter(({ kind, record, isOld }) => ALWAYS_NAME_ONE.has(kind) && record === null && !isOld)
    .map(({ kind, revision }) => `the note “${kind}” ${revision} names no record, and an earlier one does`);
}
