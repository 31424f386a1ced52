import { formatDateForPeople } from '../domain/calendar.ts';
import { formatMoneyForPeople } from '../domain/money.ts';
import type { QuotedTerms } from '../domain/plan-change-terms.ts';

/** One sentence on a quote for the account notes. `record`: the hash of its record. */
export function describeTerms(terms: QuotedTerms, currency: string, record: string): string {
  const { quote } = terms;
  const money = (minor: bigint): string => formatMoneyForPeople(minor, currency);
  return (
    `${terms.from.planName} (${money(terms.from.priceMinor)}) to ${terms.to.planName} (${money(terms.to.priceMinor)}) ` +
    `from ${formatDateForPeople(quote.effectiveDate)}: net ${money(quote.netMinor)}, due on that date ${money(quote.dueNowMinor)}, ` +
    `to balance ${money(quote.toBalanceMinor)}, next bill ${money(quote.nextBill.amountMinor)} on ` +
    `${formatDateForPeople(quote.nextBill.date)}. Quote ${quote.hash}, record ${record}.`
  );
}
