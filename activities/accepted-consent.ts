import { formatClockTime, isInstant } from '../domain/calendar.ts';
import type { AgreedChange, ConsentEvidence, NoteAuthor, StepTransaction } from './ports.ts';

export interface AcceptedConsent {
  readonly evidenceId: string;
  readonly quoteHash: string;
  readonly method: 'verbal' | 'written';
  readonly author: NoteAuthor;
  /** Workflow time at which the message was accepted, ISO instant. */
  readonly acceptedAt: string;
}

/**
 * "Record customer consent": binds the evidence to the quote, and notes which quote was agreed to, how, by which
 * recording, document or page, and when. Names stay in the evidence: notes are read by roles that see none.
 */
export async function acceptConsent(
  tx: StepTransaction,
  agreed: AgreedChange,
  consent: AcceptedConsent,
): Promise<void> {
  const { evidence, record } = await tx.attachConsent({ planChangeId: agreed.planChangeId, ...consent });
  await tx.appendNote({
    customerId: agreed.customerId,
    planChangeId: agreed.planChangeId,
    kind: 'consent_accepted',
    revision: agreed.quoteRevision,
    body:
      `The customer agreed ${wordsFor(evidence, agreed.timeZone)} to quote ${consent.quoteHash} under terms ${agreed.terms.version}. ` +
      `Accepted ${formatClockTime(consent.acceptedAt, agreed.timeZone)}, evidence ${consent.evidenceId}, record ${record}.`,
    author: consent.author,
  });
}

function wordsFor(evidence: ConsentEvidence, timeZone: string): string {
  if ('typedName' in evidence) return 'in writing (name typed on the page behind the link)';
  if ('signedBy' in evidence)
    return `in writing (document with SHA-256 ${evidence.sha256}, signed at ${asEntered(evidence.signedAt, timeZone)})`;
  return `on a recorded call (recording ${evidence.id} from ${asEntered(evidence.startedAt, timeZone)}, script ${evidence.scriptVersion})`;
}

/** A time that was typed in: it must not keep a consent from being accepted. */
function asEntered(time: string, timeZone: string): string {
  return isInstant(time) ? formatClockTime(time, timeZone) : time;
}
