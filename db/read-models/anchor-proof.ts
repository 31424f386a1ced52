import type { Knex } from 'knex';
import { inclusionProof } from '../../evidence/merkle-tree.ts';
import { leavesOf } from '../../evidence/note-anchor.ts';
import type { EvidencePayload } from '../../evidence/payload.ts';
import { headsAt, latestAnchor } from '../stores/note-anchors.ts';

/** The latest anchor that holds the account's chain, and how its leaf leads to the root; null before the first. */
export async function proveHead(knex: Knex, customerId: string): Promise<EvidencePayload['anchor']> {
  const sealed = await latestAnchor(knex);
  if (sealed === undefined) return null;
  const heads = await headsAt(knex, sealed.anchor.number);
  const index = heads.findIndex((head) => head.customerId === customerId);
  const head = heads[index];
  return head ? { sealed, head, proof: inclusionProof(leavesOf(heads), index) } : null;
}
