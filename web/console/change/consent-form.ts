import type { Consent, PlanChange, Quote } from '../api/types.ts';
import type { Message } from '../api/use-message.ts';
import type { ConsentDraft } from './consent-draft.ts';

/** What each way to agree is about. */
export interface ConsentForm {
  readonly change: PlanChange;
  /** The quote whose words are on the screen. */
  readonly quote: Quote;
  /** Whether there is a newer quote, whose words are not on the screen yet: nothing can be agreed to. */
  readonly isBehind: boolean;
  /** Shows where to get the newer words. */
  readonly pointToNew: () => void;
  readonly take: (change: PlanChange) => void;
  readonly draft: ConsentDraft;
  readonly edit: (part: Partial<ConsentDraft>) => void;
  readonly consent: Message<Consent>;
}
