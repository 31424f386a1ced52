import type { EvidencePayload } from './payload.ts';

type Acts = Pick<
  EvidencePayload,
  'change' | 'identification' | 'consents' | 'notAccepted' | 'chain' | 'laterChanges'
>;

/** The ids of all who acted for the company by what is on record: who is named must be all of these. */
export function mentionedAgents(record: Acts): string[] {
  const { change, identification, consents, notAccepted, chain, laterChanges } = record;
  const evidence = [...consents.map((consent) => consent.evidence), ...notAccepted];
  const ids = [
    change.openedBy,
    identification.agentId,
    ...laterChanges.map(({ openedBy }) => openedBy),
    ...evidence.flatMap(({ agentId }) => (agentId === null ? [] : [agentId])),
    ...chain.flatMap(({ note }) =>
      note && note.author.id !== null && (note.author.type === 'agent' || note.author.type === 'ops')
        ? [note.author.id]
        : [],
    ),
  ];
  return [...new Set(ids)];
}
