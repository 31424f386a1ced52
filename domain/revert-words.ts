import type { BillingInterval } from './billing-cycle.ts';
import { formatMoneyForPeople } from './money.ts';

export interface RevertPrices {
  readonly planName: string;
  readonly interval: BillingInterval;
  readonly currency: string;
  /** What the account paid for the plan before it left it, and what it will pay; minor units. */
  readonly thenMinor: bigint;
  readonly nowMinor: bigint;
  readonly promotionThen: {
    readonly promotionCode: string;
    readonly description: string;
    readonly runsNow: boolean;
  } | null;
  /** In the price of now. */
  readonly promotionNow: string | null;
}

/**
 * The difference in price to say before a customer agrees to go back (brief: "Back to the old plan? Yes, subject to
 * availability and to current promotions or price changes").
 * @throws DomainError UNKNOWN_CURRENCY
 */
export function revertWords(prices: RevertPrices): string {
  const { planName, interval, thenMinor, nowMinor, promotionThen } = prices;
  const money = (minor: bigint): string => formatMoneyForPeople(minor, prices.currency);
  const difference = nowMinor - thenMinor;
  const change =
    difference === 0n
      ? 'the same'
      : difference > 0n
        ? `${money(difference)} more`
        : `${money(-difference)} less`;
  const words = `Going back to ${planName}: it was ${money(thenMinor)} a ${interval} and is ${money(nowMinor)} now, ${change}.`;
  if (promotionThen === null || promotionThen.promotionCode === prices.promotionNow) return words;
  const { promotionCode, description, runsNow } = promotionThen;
  return runsNow
    ? `${words} The promotion ${promotionCode} of then (${description}) still runs and is not in this quote: cancel this change and revert with promotionCode ${promotionCode} to have it.`
    : `${words} The promotion ${promotionCode} of then (${description}) is over.`;
}
