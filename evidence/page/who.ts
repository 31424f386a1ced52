import { NOTES_OF_TRANSITION } from '../../domain/note-kinds.ts';
import type { PlanChangeStatus } from '../../domain/plan-change-status.ts';
import { notesOfChange, type BundleNote } from '../notes-of-change.ts';
import type { EvidencePayload } from '../payload.ts';

export interface Author {
  readonly type: string;
  readonly id: string | null;
}

/** "dev-agent (agent)": somebody of the company, by the name it knows them by; an id is never cut short. */
export function agentWords({ agents }: Pick<EvidencePayload, 'agents'>, agentId: string): string {
  const found = agents.find((agent) => agent.agentId === agentId);
  return found ? `${found.handle} (${found.role})` : `agent ${agentId}`;
}

/** Who wrote a note, or did what it tells. */
export function whoWords(payload: Pick<EvidencePayload, 'agents'>, { type, id }: Author): string {
  if (type === 'customer') return 'the customer';
  if (type === 'system') return 'the system';
  return id === null ? 'operations' : agentWords(payload, id);
}

/** The notes of this change that are of these kinds: those of others are about something else. */
export function ownNotes(
  payload: Pick<EvidencePayload, 'chain' | 'change'>,
  kinds: readonly string[],
): BundleNote[] {
  return notesOfChange(payload, payload.change.planChangeId).filter(({ kind }) => kinds.includes(kind));
}

/** The one that was written nearest to an instant; undefined: there is none. */
export function noteAt(
  payload: Pick<EvidencePayload, 'chain' | 'change'>,
  kinds: readonly string[],
  at: string,
): BundleNote | undefined {
  const away = ({ createdAt }: BundleNote): number => Math.abs(Date.parse(createdAt) - Date.parse(at));
  return ownNotes(payload, kinds).toSorted((a, b) => away(a) - away(b))[0];
}

/** Who brought a change to a status: whoever the note says that goes with it. */
export function whoMoved(payload: EvidencePayload, to: { status: PlanChangeStatus; at: string }): string {
  const note = noteAt(payload, NOTES_OF_TRANSITION[to.status], to.at);
  return note ? whoWords(payload, note.author) : '';
}
