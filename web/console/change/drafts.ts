import { signal } from '@preact/signals';
import type { Needs, Recommendation } from '../api/types.ts';

/** What was typed and chosen, kept while one goes to another screen and back. In memory only. */
export const identityDraft = signal({ accountNumber: '', fullName: '', serviceAddress: '' });

export const needsDraft = signal<Needs>({});

/** The answer to the needs that were asked about last, for the identification it was made with. */
export const recommended = signal<{
  readonly identificationId: string;
  readonly items: readonly Recommendation[];
  /** Why there is none, to say aloud. */
  readonly none: string | undefined;
} | null>(null);

/** Quotes whose link was mailed from here, by hash: the API does not list links. */
export const linkedQuotes = signal<ReadonlySet<string>>(new Set());

export function clearDrafts(): void {
  identityDraft.value = { accountNumber: '', fullName: '', serviceAddress: '' };
  needsDraft.value = {};
  recommended.value = null;
}
