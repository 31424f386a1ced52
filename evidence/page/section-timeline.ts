import { NOTES_OF_QUOTES } from '../../domain/note-kinds.ts';
import { isFirstFormat } from '../first-format.ts';
import type { EvidencePayload } from '../payload.ts';
import type { Clock } from './clock.ts';
import { doubts } from './failed-checks.ts';
import { code, esc, section, table } from './html.ts';
import { laterEvents } from './later-changes.ts';
import { firstTimeline } from './section-timeline-1.ts';
import { agentWords, noteAt, ownNotes, whoMoved, whoWords } from './who.ts';
import { mailEventWords, mailWords, statusWords } from './words.ts';

const SYSTEM = 'the system';
const PROVIDER = 'the mail provider';

interface TimelineEvent {
  readonly at: string;
  readonly what: string;
  readonly who: string;
  /** When it stands in the order, in ms; else at its instant. */
  readonly order?: number;
}

/** Everything that has an instant, in order, with who did it. */
export function timeline(payload: EvidencePayload, clock: Clock): string {
  if (isFirstFormat(payload.format)) return firstTimeline(payload, clock);
  const events: TimelineEvent[] = [
    ...offers(payload),
    ...answers(payload),
    ...effects(payload),
    ...mails(payload),
    ...laterEvents(payload),
  ];
  const rows = events.toSorted(inOrder).map(({ at, what, who }) => [clock(at), esc(what), esc(who)]);
  const columns = [{ head: 'When', kind: 'short' }, { head: 'What' }, { head: 'Who' }] as const;
  return section(
    'timeline',
    '1. What happened, in order',
    doubts(payload, 'timeline') + table(columns, rows) + clocks(payload) + named(payload),
  );
}

function offers(payload: EvidencePayload): TimelineEvent[] {
  const { identification, quotes } = payload;
  const whoQuoted = (revision: number): string => {
    const note = ownNotes(payload, NOTES_OF_QUOTES).find((one) => one.revision === revision);
    return note ? whoWords(payload, note.author) : '';
  };
  return [
    {
      at: identification.verifiedAt,
      what: 'The customer was identified by account number, name and address',
      who: agentWords(payload, identification.agentId),
    },
    ...quotes.map(({ createdAt, revision }) => ({
      at: createdAt,
      what: `Quote ${revision} was made`,
      who: whoQuoted(revision),
    })),
  ];
}

function answers(payload: EvidencePayload): TimelineEvent[] {
  const { consents, links, quotes } = payload;
  return [
    ...links.flatMap(({ createdAt, usedAt, quoteHash }) => {
      const quote = `quote ${quotes.find(({ hash }) => hash === quoteHash)?.revision ?? ''}`;
      const asked = noteAt(payload, ['consent_requested', 'consent_reminder'], createdAt);
      return [
        {
          at: createdAt,
          what: `A mail left with a consent link for ${quote}`,
          who: asked ? whoWords(payload, asked.author) : '',
        },
        ...(usedAt === null
          ? []
          : [{ at: usedAt, what: `The consent link for ${quote} was marked as used`, who: SYSTEM }]),
      ];
    }),
    ...consents.map(({ acceptedAt, quoteRevision, evidence }) => ({
      at: acceptedAt,
      what: `The customer’s ${evidence.method} consent to quote ${quoteRevision} was accepted`,
      who:
        evidence.agentId === null
          ? 'the customer'
          : `the customer; recorded by ${agentWords(payload, evidence.agentId)}`,
    })),
  ];
}

function effects(payload: EvidencePayload): TimelineEvent[] {
  const { change, ledger } = payload;
  const instants = (reversal: boolean): string[] => [
    ...new Set(
      ledger.charges.filter((charge) => charge.reversal === reversal).map(({ postedAt }) => postedAt),
    ),
  ];
  const confirmed = change.confirmedAt && noteAt(payload, ['confirmed'], change.confirmedAt);
  return [
    ...instants(false).map((at) => ({
      at,
      what: 'The plan was applied and the lines were posted',
      who: SYSTEM,
    })),
    ...instants(true).map((at) => ({
      at,
      what: 'The plan was taken back, and the lines with it',
      who: SYSTEM,
    })),
    ...change.transitions.map((transition) => ({
      at: transition.at,
      what: `Status: ${statusWords(transition.status)}`,
      who: whoMoved(payload, transition),
    })),
    ...(change.confirmedAt === null
      ? []
      : [
          {
            at: change.confirmedAt,
            what: 'Noted: the customer was told that the change is complete',
            who: confirmed ? whoWords(payload, confirmed.author) : '',
          },
        ]),
  ];
}

function mails({ mails: sent, format }: EvidencePayload): TimelineEvent[] {
  return sent.flatMap(({ kind, acceptedAt, events }) => [
    ...(acceptedAt === null
      ? []
      : [{ at: acceptedAt, what: `Mail handed to the provider: ${mailWords(kind, format)}`, who: SYSTEM }]),
    ...events.map(({ event, occurredAt, receivedAt }) => ({
      at: occurredAt,
      what: `Mail ${mailEventWords(event, format)}: ${mailWords(kind, format)}`,
      who: PROVIDER,
      order: latest(occurredAt, receivedAt, event === 'processed' ? 998 : 999),
    })),
  ]);
}

/** The provider's clock has whole seconds: in its second an event comes last, but not after the report of it came. */
function latest(occurredAt: string, receivedAt: string, withinMs: number): number {
  const second = Date.parse(occurredAt);
  const received = Date.parse(receivedAt);
  return received < second ? second : Math.min(second + withinMs, received);
}

function inOrder(a: TimelineEvent, b: TimelineEvent): number {
  const time = ({ at, order }: TimelineEvent): number => order ?? Date.parse(at);
  return time(a) - time(b) || (a.at < b.at ? -1 : a.at > b.at ? 1 : 0);
}

function clocks({ mails: sent }: EvidencePayload): string {
  return sent.some(({ events }) => events.length > 0)
    ? '<p class="note">The mail provider’s clock has whole seconds: of what it reports only the second is known, and it stands here where it can have happened at the latest.</p>\n'
    : '';
}

/** Who the names are: an id is the same in every file and in the signed record, a name and a role may change. */
function named({ agents, company }: EvidencePayload): string {
  const rows = agents.map(({ handle, role, agentId }) => [esc(handle), esc(role), code(agentId)]);
  return `<p>Who acted for ${esc(company.name)}, by the name and role that each had when this file was made; no two have the same name:</p>
${table([{ head: 'Name' }, { head: 'Role' }, { head: 'Id' }], rows)}`;
}
