import { instantNamedIn, type NotedInstant } from '../domain/noted-instants.ts';
import { NOTES_OF_TRANSITION } from '../domain/note-kinds.ts';
import type { PlanChangeStatus } from '../domain/plan-change-status.ts';

/** The instants of a change, ISO with Z, and its notes in their order, each with the time at which it was written. */
export interface TimedFacts {
  readonly openedAt: string;
  readonly appliedAt: string | null;
  readonly confirmedAt: string | null;
  readonly closedAt: string | null;
  readonly status: PlanChangeStatus;
  readonly identifiedAt: string;
  /** When the note of the identification was written; null: there is none. */
  readonly identificationNotedAt: string | null;
  readonly transitions: readonly { readonly status: PlanChangeStatus; readonly at: string }[];
  readonly quotes: readonly {
    readonly revision: number;
    readonly createdAt: string;
    readonly termsPublishedAt: string;
  }[];
  readonly consents: readonly { readonly quoteRevision: number; readonly receivedAt: string }[];
  /** Charges and entries of the balance. */
  readonly postings: readonly {
    readonly quoteRevision: number;
    readonly reversal: boolean;
    readonly postedAt: string;
  }[];
  readonly mails: readonly {
    readonly kind: string;
    readonly createdAt: string;
    readonly acceptedAt: string | null;
    /** When the provider's events came in. */
    readonly toldAt: readonly string[];
  }[];
  readonly notes: readonly {
    readonly kind: string;
    readonly revision: number;
    readonly body: string;
    readonly createdAt: string;
  }[];
}

/**
 * What the database dates it dates with the start of the transaction, and the note in it with the moment of writing: one
 * clock, apart by no more than a transaction lasts. A statement ends after 10 s and one that sits idle after 30 s
 * (`db/knex.ts`), so two minutes are more than a step can take, and less than a false time would be worth.
 */
const TRANSACTION_MS = 120_000;

/**
 * Compares every instant with the note that was written with it, or with its neighbour. One place for both who look: the
 * audit, over the database, and the check of a proof bundle, over the file. Instants of the workflow's clock are compared
 * with what notes name, never with the database's clock: see `noted-instants.ts`.
 */
export function compareTimes(facts: TimedFacts): { readonly looked: number; readonly problems: string[] } {
  const found = [
    ...ofTransitions(facts),
    ...ofIdentification(facts),
    ...ofWorkflow(facts),
    ...ofQuotes(facts),
    ...ofPostings(facts),
    ...ofMails(facts),
    ...ofConfirmation(facts),
  ];
  return { looked: found.length, problems: found.flatMap((problem) => problem ?? []) };
}

/** One comparison: what is wrong with it, or null. */
type Compared = string | null;

const compared = (isRight: boolean, problem: string): Compared => (isRight ? null : problem);

function isTogether(a: string, b: string): boolean {
  return Math.abs(Date.parse(a) - Date.parse(b)) <= TRANSACTION_MS;
}

/** To the microsecond, as both are from the same clock. */
function isBefore(a: string, b: string): boolean {
  return Date.parse(a) < Date.parse(b) || (Date.parse(a) === Date.parse(b) && a < b);
}

function ofTransitions({ transitions, notes }: TimedFacts): Compared[] {
  return transitions.flatMap(({ status, at }) => {
    const kinds: readonly string[] = NOTES_OF_TRANSITION[status];
    const own = notes.filter(({ kind }) => kinds.includes(kind));
    // That there is a note is asked elsewhere.
    return own.length === 0
      ? []
      : [
          compared(
            own.some(({ createdAt }) => isTogether(at, createdAt)),
            `the change did not become ${status} when its note was written`,
          ),
        ];
  });
}

function ofIdentification({ identifiedAt, identificationNotedAt }: TimedFacts): Compared[] {
  return [
    compared(
      identificationNotedAt !== null && isTogether(identifiedAt, identificationNotedAt),
      'the customer was not identified when a note says so',
    ),
  ];
}

function ofWorkflow({ openedAt, appliedAt, closedAt, status, notes }: TimedFacts): Compared[] {
  const closing: readonly string[] = NOTES_OF_TRANSITION[status];
  return [
    ...asNoted(openedAt, 'Opened', notes.find(({ kind }) => kind === 'quoted' || kind === 'rejected')?.body),
    ...asNoted(appliedAt, 'Applied', notes.findLast(({ kind }) => kind === 'plan_applied')?.body),
    ...asNoted(closedAt, 'Closed', notes.findLast(({ kind }) => closing.includes(kind))?.body),
  ];
}

function asNoted(at: string | null, what: NotedInstant, body = ''): Compared[] {
  const named = instantNamedIn(body, what);
  return at === null || named === null
    ? []
    : [compared(Date.parse(at) === named, `the change was not ${what.toLowerCase()} when its note says`)];
}

/** A step takes the terms that were out when its transaction began, which is when its quote is dated. */
function ofQuotes({ quotes }: TimedFacts): Compared[] {
  return quotes.map(({ revision, createdAt, termsPublishedAt }) =>
    compared(
      !isBefore(createdAt, termsPublishedAt),
      `the terms of quote ${revision} were published after it was made`,
    ),
  );
}

function ofPostings({ postings, consents, notes }: TimedFacts): Compared[] {
  return postings.flatMap(({ quoteRevision, reversal, postedAt }) => {
    const what = reversal ? 'taken back' : 'posted';
    const kind = reversal ? 'compensated' : 'plan_applied';
    const own = notes.filter((note) => note.kind === kind && note.revision === quoteRevision);
    const consent = consents.find((one) => one.quoteRevision === quoteRevision);
    return [
      compared(
        own.some(({ createdAt }) => isTogether(postedAt, createdAt)),
        `what was ${what} under quote ${quoteRevision} was not ${what} when a note says so`,
      ),
      compared(
        consent !== undefined && isBefore(consent.receivedAt, postedAt),
        `what was ${what} under quote ${quoteRevision} was ${what} before the consent to it came in`,
      ),
    ];
  });
}

/** The summary is accepted with the note that ends the change, or by an event of the provider that came first. */
function ofMails({ mails, notes }: TimedFacts): Compared[] {
  return mails.flatMap(({ kind, createdAt, acceptedAt, toldAt }) => {
    if (acceptedAt === null) return [];
    const ends = notes.filter((note) => note.kind === 'completed').map((note) => note.createdAt);
    return [
      compared(!isBefore(acceptedAt, createdAt), `the ${kind} mail was accepted before it was written`),
      ...(kind === 'summary'
        ? [
            compared(
              [...ends, ...toldAt].some((at) => isTogether(acceptedAt, at)),
              'the summary was not accepted when a note or the provider says so',
            ),
          ]
        : []),
    ];
  });
}

function ofConfirmation({ confirmedAt, notes }: TimedFacts): Compared[] {
  const told = notes.find(({ kind }) => kind === 'confirmed');
  if (confirmedAt === null && told === undefined) return [];
  return [
    compared(
      confirmedAt !== null && told !== undefined && isTogether(confirmedAt, told.createdAt),
      'the customer was not told that the change is complete when a note says so',
    ),
  ];
}
