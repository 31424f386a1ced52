import type { BundleCharge, EvidencePayload } from './payload.ts';

/** Charges that were not taken back: what the customer pays or is given. */
export function standingCharges({ ledger }: Pick<EvidencePayload, 'ledger'>): BundleCharge[] {
  const key = ({ quoteRevision, lineNo }: BundleCharge): string => `${quoteRevision} ${lineNo}`;
  const reversed = new Set(ledger.charges.filter(({ reversal }) => reversal).map(key));
  return ledger.charges.filter((charge) => !charge.reversal && !reversed.has(key(charge)));
}
