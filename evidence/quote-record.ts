import {
  customerRecord,
  recordNamedIn,
  type CustomerRecord,
  type QuoteRecord,
} from '../domain/noted-records.ts';
import { NOTES_OF_QUOTES } from '../domain/note-kinds.ts';
import { minorOf } from './money.ts';
import type { BundleCustomer, BundleQuote, EvidencePayload } from './payload.ts';

/** A quote as its note's hash is over it. */
export function quoteRecordOf(
  quote: BundleQuote,
  { change, copy }: Pick<EvidencePayload, 'change' | 'copy'>,
): QuoteRecord {
  const { revision, hash, createdAt, expiresAt, activateAt, termsVersion, nextBill, script } = quote;
  return {
    planChangeId: change.planChangeId,
    revision,
    hash,
    createdAt,
    expiresAt,
    activateAt: activateAt ?? null,
    termsVersion,
    nextBillDate: nextBill.date,
    nextBillMinor: String(minorOf(nextBill.amount)),
    scriptVersion: script.version,
    scriptText: script.text,
    interruptions: quote.interruptions,
    basis: quote.basis ?? null,
    customer: customerRecordOf(quote.customer, copy),
  };
}

/** A masked copy has the hash of the name; the full copy makes it of the name itself. */
export function customerRecordOf(
  customer: BundleCustomer | null | undefined,
  copy: EvidencePayload['copy'],
): CustomerRecord | null {
  if (!customer) return null;
  const { timeZone, personal } = customer;
  return copy === 'full' ? customerRecord(customer) : { timeZone, personal };
}

/** The note that a quote was written with, and the hash that it names; undefined: none, or one that names no record. */
export function noteOfQuote(
  { chain, change }: Pick<EvidencePayload, 'chain' | 'change'>,
  { revision }: Pick<BundleQuote, 'revision'>,
): { readonly sequence: number; readonly record: string } | undefined {
  for (const { sequence, note } of chain) {
    const isOfQuote =
      note?.planChangeId === change.planChangeId &&
      note.revision === revision &&
      NOTES_OF_QUOTES.includes(note.kind);
    const record = isOfQuote ? recordNamedIn(note.body) : null;
    if (record !== null) return { sequence, record };
  }
  return undefined;
}
