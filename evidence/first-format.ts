import type { EvidencePayload } from './payload.ts';

/** Bundles of the first format stay as they were handed out: what came later is neither asked of them nor shown. */
export function isFirstFormat(format: EvidencePayload['format']): boolean {
  return format === 'plan-change-evidence/1';
}
