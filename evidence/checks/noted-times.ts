import { compareTimes } from '../compare-times.ts';
import { notesOfChange } from '../notes-of-change.ts';
import type { EvidencePayload } from '../payload.ts';
import { counted, type Check } from './check.ts';

/** For the clocks of the database, of the provider and of who made the file. */
const CLOCKS_MS = 3_600_000;

/** The order in which things happened is what the notes say, which are chained. */
export const notedTimes: Check = {
  title: 'Moments: as the notes of them were written, and in the order that the page tells',
  run: ({ payload }) => {
    const { looked, problems } = compareTimes({
      ...payload.change,
      ...identificationOf(payload),
      quotes: payload.quotes.flatMap(({ revision, createdAt, termsVersion }) => {
        const terms = payload.terms.find(({ version }) => version === termsVersion);
        return terms ? [{ revision, createdAt, termsPublishedAt: terms.publishedAt }] : [];
      }),
      consents: payload.consents.map(({ quoteRevision, evidence: { receivedAt } }) => ({
        quoteRevision,
        receivedAt,
      })),
      postings: [...payload.ledger.charges, ...payload.ledger.balance],
      mails: payload.mails.map(({ events, ...mail }) => ({
        ...mail,
        toldAt: events.map(({ receivedAt }) => receivedAt),
      })),
      notes: notesOfChange(payload, payload.change.planChangeId),
    });
    return { looked: counted(looked, 'comparison'), problems: [...problems, ...toCome(payload)] };
  },
};

function identificationOf({ identification, chain }: EvidencePayload) {
  const told = chain.find(({ note }) => note?.kind === 'identified' && note.planChangeId === null)?.note;
  return { identifiedAt: identification.verifiedAt, identificationNotedAt: told?.createdAt ?? null };
}

/** What has happened happened before the file was made. Workflows have a clock of their own, which notes tell of. */
function toCome({ generatedAt, identification, quotes, links, mails, ledger }: EvidencePayload): string[] {
  const latest = Date.parse(generatedAt) + CLOCKS_MS;
  const happened: readonly (readonly [string, string | null])[] = [
    ['the identification', identification.verifiedAt],
    ...quotes.map(({ revision, createdAt }) => [`quote ${revision}`, createdAt] as const),
    ...links.flatMap(({ createdAt, usedAt }) => [
      ['a link', createdAt] as const,
      ['the use of a link', usedAt] as const,
    ]),
    ...mails.flatMap(({ kind, createdAt, acceptedAt, events }) => [
      [`the ${kind} mail`, createdAt] as const,
      [`the acceptance of the ${kind} mail`, acceptedAt] as const,
      ...events.flatMap(({ event, occurredAt, receivedAt }) =>
        [occurredAt, receivedAt].map((at) => [`an event “${event}” of the ${kind} mail`, at] as const),
      ),
    ]),
    ...[...ledger.charges, ...ledger.balance].map(({ postedAt }) => ['a posting', postedAt] as const),
  ];
  return happened.flatMap(([what, at]) =>
    at !== null && Date.parse(at) > latest ? [`${what} is of a time after this file was made`] : [],
  );
}
