import type { PlanChangeView } from '../db/read-models/plan-changes.ts';
import { identityKey } from '../domain/account-key.ts';
import { CLOCKS_MS, endOfRecording, shortestReadingSeconds } from '../domain/recording-times.ts';
import { invalidInput } from './http-errors.ts';
import type { ConsentBody } from './schemas/plan-changes.ts';

const MINUTE_MS = 60_000;
const RECORDING_AGE_MS = 24 * 60 * MINUTE_MS;

/** PostgreSQL takes fewer offsets and shorter fractions than ISO 8601. */
function canonicalInstant(instant: string): string {
  return new Date(instant).toISOString();
}

/** A recording is of the whole call: it may start before the quote, but not days ago, and not reach into the future. */
export function refuseImplausible(body: ConsentBody): void {
  const [at, pointer] =
    body.method === 'verbal'
      ? [body.recording.startedAt, '/recording/startedAt']
      : [body.signedAt, '/signedAt'];
  const aheadMs = Date.parse(at) - Date.now();
  if (aheadMs > CLOCKS_MS) {
    throw invalidInput([{ pointer, detail: 'must not be more than 5 minutes in the future' }]);
  }
  if (body.method === 'verbal' && -aheadMs > RECORDING_AGE_MS) {
    throw invalidInput([{ pointer, detail: 'must not be more than 24 hours ago' }]);
  }
  if (body.method === 'verbal' && endOfRecording(body.recording) - Date.now() > CLOCKS_MS) {
    const detail = 'must not reach into the future: of a call that goes on, give the length so far';
    throw invalidInput([{ pointer: '/recording/durationSeconds', detail }]);
  }
}

/**
 * What cannot be consent to this quote: a document signed, or a recording that ended, before the quote was made, words
 * that are not those of its script, or a recording in which they cannot have been read out. Consent that names another
 * quote is left to the workflow, which refuses it as superseded.
 * @throws HttpProblem 422 with what to do instead
 */
export function refuseOfAnotherQuote(body: ConsentBody, { quote }: PlanChangeView): void {
  if (quote === null || quote.hash !== body.quoteHash) return;
  if (body.method === 'verbal' && body.recording.scriptVersion !== quote.scriptVersion) {
    const detail = `must be ${quote.scriptVersion}: read quote.script.text of the change to the customer, and send its version`;
    throw invalidInput([{ pointer: '/recording/scriptVersion', detail }]);
  }
  const madeAt = Date.parse(quote.createdAt) - CLOCKS_MS;
  if (body.method === 'verbal' && endOfRecording(body.recording) < madeAt) {
    const detail = `must reach to when the quote was made (${quote.createdAt}): the words are read out after that; give the recording in which they are`;
    throw invalidInput([{ pointer: '/recording/durationSeconds', detail }]);
  }
  const shortest = shortestReadingSeconds(quote.scriptText);
  if (body.method === 'verbal' && body.recording.durationSeconds < shortest) {
    const detail = `must be at least ${shortest}: the script cannot be read out in less; read it to the customer, and give the length of the whole recording`;
    throw invalidInput([{ pointer: '/recording/durationSeconds', detail }]);
  }
  if (body.method === 'written' && Date.parse(body.signedAt) < madeAt) {
    const detail = `must not be before the quote was made (${quote.createdAt}): have the customer sign this quote, or send a consent link`;
    throw invalidInput([{ pointer: '/signedAt', detail }]);
  }
}

/** A document counts when the customer signed it, as a link does when the customer's name is typed. */
export function refuseOfAnotherSigner(body: ConsentBody, fullName: string): void {
  if (body.method !== 'written' || identityKey(body.signedBy) === identityKey(fullName)) return;
  const detail =
    'must be the name of the customer as on the account: have the customer sign, or send a consent link';
  throw invalidInput([{ pointer: '/signedBy', detail }]);
}

/**
 * When the customer agreed to this quote. A recording is of the whole call and may begin before the quote, so
 * its start is not it, nor is a signature by a clock that is a little behind: then it is the time of this request.
 */
export function consentGivenAt(body: ConsentBody, view: PlanChangeView): string {
  const now = new Date().toISOString();
  if (body.method === 'verbal') return now;
  const signedAt = canonicalInstant(body.signedAt);
  const isOfThisQuote = view.quote !== null && Date.parse(signedAt) >= Date.parse(view.quote.createdAt);
  return isOfThisQuote && Date.parse(signedAt) <= Date.parse(now) ? signedAt : now;
}
