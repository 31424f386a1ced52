import { z } from 'zod';
import { bundleSignature, evidencePayload, PRESENT_FORMAT, type EvidencePayload } from './payload.ts';

/** Its page told what was charged without a look at its own checks, named nobody, and told nothing of later changes. */
const firstPayload = evidencePayload
  .omit({ checks: true, agents: true, links: true, laterChanges: true })
  .extend({ format: z.literal('plan-change-evidence/1') });

/** A bundle of any format there has been. */
export const storedBundle = z.strictObject({
  payload: z.discriminatedUnion('format', [firstPayload, evidencePayload]),
  signature: bundleSignature,
});
export type StoredBundle = z.output<typeof storedBundle>;

/** The record with what its format did not have yet. */
export function readable(payload: StoredBundle['payload']): EvidencePayload {
  return payload.format === PRESENT_FORMAT
    ? payload
    : { ...payload, checks: [], agents: [], links: [], laterChanges: [] };
}
