import { useCallback, useLayoutEffect, useState } from 'preact/hooks';
import type { Quote } from '../api/types.ts';
import { localDateTime } from './recording-time.ts';

export type ConsentMethod = 'verbal' | 'link' | 'written';

/** What was typed about the consent to one quote. */
export interface ConsentDraft {
  /** The quote whose words were shown while it was typed. */
  readonly quote: Quote;
  readonly method: ConsentMethod;
  /** When its words were first shown, milliseconds since 1970. */
  readonly shownAt: number;
  readonly recordingId: string;
  /** Undefined: as long before `shownAt` as the recording is long. */
  readonly startedAt: string | undefined;
  readonly length: string;
  readonly isAnnounced: boolean;
  readonly document: { readonly name: string; readonly sha256: string } | undefined;
  readonly signedBy: string;
  readonly signedAt: string;
}

/** By plan change; in memory only. */
const kept = new Map<string, ConsentDraft>();

export function forgetConsentDrafts(): void {
  kept.clear();
}

/**
 * The draft of a change, kept while one goes to another step and back. It stays with the quote whose words are on
 * the screen: `renew` moves it to another, without what cannot be true of that one.
 */
export function useConsentDraft(
  planChangeId: string,
  quote: Quote,
  first: Pick<ConsentDraft, 'method' | 'signedBy'>,
) {
  const [draft, setDraft] = useState<ConsentDraft>(() => {
    const before = kept.get(planChangeId);
    if (before?.quote.hash === quote.hash) return before;
    return before ? renewed(before, quote) : fresh(quote, first);
  });
  useLayoutEffect(() => {
    kept.set(planChangeId, draft);
  }, [planChangeId, draft]);
  const edit = useCallback(
    (part: Partial<ConsentDraft>) => setDraft((before) => ({ ...before, ...part })),
    [],
  );
  const renew = useCallback((other: Quote) => setDraft((before) => renewed(before, other)), []);
  return { draft, edit, renew };
}

function fresh(quote: Quote, first: Pick<ConsentDraft, 'method' | 'signedBy'>): ConsentDraft {
  return {
    quote,
    shownAt: Date.now(),
    recordingId: '',
    startedAt: undefined,
    length: '',
    isAnnounced: false,
    document: undefined,
    method: first.method,
    signedBy: first.signedBy,
    signedAt: localDateTime(new Date()),
  };
}

/** A signature is under one quote; a recording of the whole call may well go on, and names and ids stay. */
function renewed(before: ConsentDraft, quote: Quote): ConsentDraft {
  const { recordingId, startedAt, length } = before;
  return { ...fresh(quote, before), recordingId, startedAt, length };
}
