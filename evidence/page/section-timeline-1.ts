import type { EvidencePayload } from '../payload.ts';
import type { Clock } from './clock.ts';
import { doubts } from './failed-checks.ts';
import { esc, section, table } from './html.ts';
import { mailWords, statusWords } from './words.ts';

/** Of the first format: without who did it. */
export function firstTimeline(payload: EvidencePayload, clock: Clock): string {
  const { change, identification, quotes, consents, mails, ledger } = payload;
  const [posted, takenBack] = [false, true].map((reversal) => [
    ...new Set(
      ledger.charges.filter((charge) => charge.reversal === reversal).map(({ postedAt }) => postedAt),
    ),
  ]);
  const events: TimelineEvent[] = [
    {
      at: identification.verifiedAt,
      what: 'The customer was identified by account number, name and address',
    },
    ...quotes.map((quote) => ({ at: quote.createdAt, what: `Quote ${quote.revision} was made` })),
    ...consents.map(({ acceptedAt, quoteRevision, evidence }) => ({
      at: acceptedAt,
      what: `The customer’s ${evidence.method} consent to quote ${quoteRevision} was accepted`,
    })),
    ...consents.flatMap(({ evidence: { link } }) =>
      link ? [{ at: link.createdAt, what: 'The consent link left with a mail' }] : [],
    ),
    ...(posted ?? []).map((at) => ({ at, what: 'The plan was applied and the lines were posted' })),
    ...(takenBack ?? []).map((at) => ({ at, what: 'The plan was taken back, and the lines with it' })),
    ...change.transitions.map(({ at, status }) => ({ at, what: `Status: ${statusWords(status)}` })),
    ...mails.flatMap(({ kind, acceptedAt, events: reported }) => [
      ...(acceptedAt === null
        ? []
        : [{ at: acceptedAt, what: `Mail accepted by the provider: ${mailWords(kind, payload.format)}` }]),
      ...reported.map(({ event, occurredAt }) => ({
        at: occurredAt,
        what: `Mail ${event}, says the provider: ${mailWords(kind, payload.format)}`,
        rank: event === 'processed' ? 1 : 2,
      })),
    ]),
    ...(change.confirmedAt === null
      ? []
      : [{ at: change.confirmedAt, what: 'The agent told the customer that the change is complete' }]),
  ];
  const rows = events.toSorted(inOrder).map(({ at, what }) => [clock(at), esc(what)]);
  return section(
    'timeline',
    '1. What happened, in order',
    doubts(payload, 'timeline') + table([{ head: 'When', kind: 'short' }, { head: 'What' }], rows),
  );
}

/** `rank`: of a report of the mail provider, whose clock has whole seconds: it comes after what is ours in its second. */
interface TimelineEvent {
  readonly at: string;
  readonly what: string;
  readonly rank?: number;
}

function inOrder(a: TimelineEvent, b: TimelineEvent): number {
  const time = ({ at, rank }: TimelineEvent): number => Date.parse(at) + (rank === undefined ? 0 : 999);
  return time(a) - time(b) || (a.rank ?? 0) - (b.rank ?? 0) || (a.at < b.at ? -1 : 1);
}
