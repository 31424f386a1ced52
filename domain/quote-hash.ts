import { canonicalJson, sha256Hex } from './canonical-json.ts';
import { toMoneyJson } from './money.ts';
import type { QuoteLine } from './quote.ts';

export interface QuoteHashInput {
  planChangeId: string;
  quoteRevision: number;
  planCode: string;
  planVersion: number;
  promotionCode: string | null;
  effectiveDate: string;
  termsSha256: string;
  currency: string;
  lines: readonly QuoteLine[];
  netMinor: bigint;
}

/**
 * What an approval is bound to: the lower-case hex SHA-256 of the UTF-8 bytes of the RFC 8785 canonical JSON
 * (docs/ARCHITECTURE.md, money rule 12). An auditor recomputes it from exactly these members:
 *
 * - `planChangeId`: string
 * - `quoteRevision`: number, 1 for the first quote of a change: a new quote has a new hash even at equal figures
 * - `planVersion`: `{planCode, version}` of the new plan, version a number
 * - `promotion`: the promotion's code, or null
 * - `effectiveDate`: 'YYYY-MM-DD'
 * - `termsSha256`: lower-case hex of the terms' text
 * - `lines`: credit, charge, fee, each `{kind, description, start, end, days, ofDays, amount}`
 * - `net`: `{amount, currency}`; every amount is `{amount, currency}` with a signed decimal string
 *
 * `canonicalJson` is stored beside the hash.
 * @throws DomainError UNKNOWN_CURRENCY
 */
export function hashQuote(input: QuoteHashInput): { canonicalJson: string; hash: string } {
  const json = canonicalJson({
    planChangeId: input.planChangeId,
    quoteRevision: input.quoteRevision,
    planVersion: { planCode: input.planCode, version: input.planVersion },
    promotion: input.promotionCode,
    effectiveDate: input.effectiveDate,
    termsSha256: input.termsSha256,
    lines: input.lines.map(({ kind, description, start, end, days, ofDays, amountMinor }) => {
      return {
        kind,
        description,
        start,
        end,
        days,
        ofDays,
        amount: toMoneyJson(amountMinor, input.currency),
      };
    }),
    net: toMoneyJson(input.netMinor, input.currency),
  });
  return { canonicalJson: json, hash: sha256Hex(json) };
}
