import { compareTimes } from '../compare-times.ts';
import { notesOfChange } from '../notes-of-change.ts';
import type { EvidencePayload } from '../payload.ts';
import { counted, type Check } from './check.ts';

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
    return { looked: counted(looked, 'comparison'), problems };
  },
};

function identificationOf({ identification, chain }: EvidencePayload) {
  const told = chain.find(({ note }) => note?.kind === 'identified' && note.planChangeId === null)?.note;
  return { identifiedAt: identification.verifiedAt, identificationNotedAt: told?.createdAt ?? null };
}
