import { signal } from '@preact/signals';
import type { Needs, Recommendation } from '../api/types.ts';
import { forgetConsentDrafts } from './consent-draft.ts';

/** What was typed and chosen, kept while one goes to another screen and back. In memory only. */
export const NO_DETAILS = { accountNumber: '', fullName: '', serviceAddress: '' };
export const identityDraft = signal(NO_DETAILS);

export const needsDraft = signal<Needs>({});

/** The answer to the needs that were asked about last, for the identification it was made with. */
export const recommended = signal<{
  readonly identificationId: string;
  readonly items: readonly Recommendation[];
  /** Why there is none, to say aloud. */
  readonly none: string | undefined;
} | null>(null);

export function clearDrafts(): void {
  identityDraft.value = NO_DETAILS;
  needsDraft.value = {};
  recommended.value = null;
  forgetConsentDrafts();
}
