import type { EvidencePayload } from './payload.ts';

export type BundleNote = NonNullable<EvidencePayload['chain'][number]['note']>;

/** The notes about one change, in their order: of others on the account there are links without a note, or notes. */
export function notesOfChange({ chain }: Pick<EvidencePayload, 'chain'>, planChangeId: string): BundleNote[] {
  return chain.flatMap(({ note }) => (note?.planChangeId === planChangeId ? [note] : []));
}
