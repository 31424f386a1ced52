import { CLOCKS_MS, endOfRecording, shortestReadingSeconds } from '../../domain/recording-times.ts';
import type { BundleConsent, BundleQuote, EvidencePayload } from '../payload.ts';
import { counted, problemsOf, type Check } from './check.ts';

/** The agent's clock is held against the API's, and what is in the file is the database's. */
const TOLERANCE_MS = CLOCKS_MS + 60_000;

/**
 * What agents enter of recordings and documents can at least be: the same that the API asks. It is entered once the
 * customer has answered, during the call or after it, so a recording may end before that, and goes on no later.
 */
export const recordings: Check = {
  title: 'Entries: recordings and signatures whose times can be',
  run: ({ payload }) => {
    const entered = payload.consents.flatMap((consent) => {
      const quote = payload.quotes.find(({ hash }) => hash === consent.quoteHash);
      return quote && consent.evidence.agentId !== null ? [{ consent, quote }] : [];
    });
    return {
      looked: counted(entered.length, 'entry', 'entries'),
      problems: entered.flatMap(({ consent, quote }) => problemsOfEntry(consent, quote, payload)),
    };
  },
};

function problemsOfEntry(
  { evidence, quoteRevision, customer }: BundleConsent,
  quote: BundleQuote,
  { generatedAt }: EvidencePayload,
): string[] {
  const { method, details, receivedAt } = evidence;
  const latest = Math.min(Date.parse(receivedAt), Date.parse(generatedAt)) + TOLERANCE_MS;
  const earliest = Date.parse(quote.createdAt) - TOLERANCE_MS;
  const name = `the consent to quote ${quoteRevision}`;
  if (method === 'written') {
    const signed = Date.parse(String(details['signedAt']));
    return problemsOf([
      !(signed >= earliest && signed <= latest),
      `the document of ${name} was signed before its quote was made, or after it came in`,
    ]);
  }
  const durationSeconds = Number(details['durationSeconds']);
  const startedAt = String(details['startedAt']);
  const end = endOfRecording({ startedAt, durationSeconds });
  return problemsOf(
    [!(Date.parse(startedAt) <= latest), `the recording of ${name} began after it came in`],
    [!(end >= earliest), `the recording of ${name} ended before its quote was made`],
    [!(end <= latest), `the recording of ${name} ends after it came in, or after this file was made`],
    [
      // From before the customer was kept with a consent the API took any length.
      Boolean(customer) && !(durationSeconds >= shortestReadingSeconds(quote.script.text)),
      `the script of ${name} cannot be read out within its recording`,
    ],
  );
}
