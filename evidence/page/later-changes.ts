import type { EvidencePayload, LaterChange } from '../payload.ts';
import type { Clock } from './clock.ts';
import { isEstablished } from './failed-checks.ts';
import { code, esc } from './html.ts';
import { agentWords } from './who.ts';
import { statusWords } from './words.ts';

/** What is told of later changes, as far as the checks allow. Empty for the first format, which told of none. */
function known(payload: EvidencePayload): readonly LaterChange[] {
  return isEstablished(payload, 'later') ? payload.laterChanges : [];
}

/** The change that was applied later and took this one back. */
export function takenBackBy(payload: EvidencePayload): LaterChange | undefined {
  return known(payload).find(({ how, appliedAt }) => how === 'reverts' && appliedAt !== null);
}

export function replacedBy(payload: EvidencePayload): LaterChange | undefined {
  return known(payload).find(({ how }) => how === 'replaces');
}

/** Who did what to this change later, and when, in one sentence of HTML for each. */
export function laterSentences(payload: EvidencePayload, clock: Clock): string[] {
  return known(payload).map((later) => laterSentence(payload, later, clock));
}

function laterSentence(
  payload: EvidencePayload,
  { how, planChangeId, openedBy, openedAt, status, appliedAt }: LaterChange,
  clock: Clock,
): string {
  const name = `Plan change ${code(planChangeId)}`;
  const opened = `opened ${clock(openedAt)} by ${esc(agentWords(payload, openedBy))}`;
  if (how === 'replaces') return `${name}, ${opened}, took the place of this one.`;
  if (appliedAt !== null)
    return `It was taken back later: ${name.replace('P', 'p')}, ${opened}, was applied ${clock(appliedAt)}. Its charges and credits are its own, and in the proof of that change.`;
  return `${name}, ${opened}, was to take this one back. It was not applied when this file was made: it was ${statusWords(status)}.`;
}

export interface LaterEvent {
  readonly at: string;
  readonly what: string;
  readonly who: string;
}

export function laterEvents(payload: EvidencePayload): LaterEvent[] {
  return known(payload).flatMap(({ how, planChangeId, openedBy, openedAt, appliedAt }) => [
    {
      at: openedAt,
      what:
        how === 'replaces'
          ? `Plan change ${planChangeId} was opened and took the place of this one`
          : `Plan change ${planChangeId}, to take this one back, was opened`,
      who: agentWords(payload, openedBy),
    },
    ...(how === 'reverts' && appliedAt !== null
      ? [
          {
            at: appliedAt,
            what: `Plan change ${planChangeId} was applied: this one was taken back`,
            who: 'the system',
          },
        ]
      : []),
  ]);
}
