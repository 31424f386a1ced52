import type { Knex } from 'knex';
import { inclusionProof } from '../../evidence/merkle-tree.ts';
import { leavesOf } from '../../evidence/note-anchor.ts';
import type { EvidencePayload } from '../../evidence/payload.ts';
import type { PublicKey } from '../../evidence/signing-key.ts';
import { AnchorRowError, headsAt, latestAnchor } from '../stores/note-anchors.ts';

type Proof = Pick<EvidencePayload, 'anchor' | 'anchorRefused'>;

/**
 * The latest anchor that holds the account's chain, and how its leaf leads to the root; null before the first. By a
 * newest row that is no anchor of the company nothing is proved, and the bundle tells it.
 * @param keys the company's
 */
export async function proveHead(knex: Knex, customerId: string, keys: readonly PublicKey[]): Promise<Proof> {
  try {
    const sealed = await latestAnchor(knex, keys);
    if (sealed === undefined) return { anchor: null };
    const heads = await headsAt(knex, sealed.anchor.number);
    const index = heads.findIndex((head) => head.customerId === customerId);
    const head = heads[index];
    return { anchor: head ? { sealed, head, proof: inclusionProof(leavesOf(heads), index) } : null };
  } catch (error) {
    if (!(error instanceof AnchorRowError)) throw error;
    return {
      anchor: null,
      anchorRefused: 'the newest anchor of the database is none that the company signed',
    };
  }
}
