import type { QuoteLine } from '../../domain/quote.ts';

/** A quote line as JSON in the database: the amount is text, so it never passes through a float. */
export interface StoredLine extends Omit<QuoteLine, 'amountMinor'> {
  readonly amountMinor: string;
}

export function toStoredLines(lines: readonly QuoteLine[]): StoredLine[] {
  return lines.map((line) => ({ ...line, amountMinor: line.amountMinor.toString() }));
}

export function fromStoredLines(lines: readonly StoredLine[]): QuoteLine[] {
  return lines.map((line) => ({ ...line, amountMinor: BigInt(line.amountMinor) }));
}
