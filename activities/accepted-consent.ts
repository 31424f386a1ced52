import type { AgreedChange, NoteAuthor, StepTransaction } from './ports.ts';

export interface AcceptedConsent {
  readonly evidenceId: string;
  readonly quoteHash: string;
  readonly method: 'verbal' | 'written';
  readonly author: NoteAuthor;
  /** Workflow time at which the message was accepted, ISO instant. */
  readonly acceptedAt: string;
}

/** "Record customer consent": the note that says which quote was agreed to, how and when. */
export function noteConsent(
  tx: StepTransaction,
  agreed: AgreedChange,
  consent: AcceptedConsent,
): Promise<void> {
  return tx.appendNote({
    customerId: agreed.customerId,
    planChangeId: agreed.planChangeId,
    kind: 'consent_accepted',
    revision: agreed.quoteRevision,
    body:
      `The customer agreed (${consent.method}) to quote ${consent.quoteHash} under terms ${agreed.terms.version}. ` +
      `Accepted ${consent.acceptedAt}, evidence ${consent.evidenceId}.`,
    author: consent.author,
  });
}
