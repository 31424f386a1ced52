import { currencyExponent, formatDecimal } from '../domain/money.ts';

export interface Money {
  readonly amount: string;
  readonly currency: string;
}

/** Minor units of a signed decimal; undefined when it is not one with exactly the currency's decimals. */
export function minorOf({ amount, currency }: Money): bigint | undefined {
  try {
    const exponent = currencyExponent(currency);
    const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(amount);
    if (!match || (match[3] ?? '').length !== exponent) return undefined;
    const minor = BigInt(`${match[2] ?? ''}${match[3] ?? ''}`);
    const signed = match[1] === '-' ? -minor : minor;
    return formatDecimal(signed, currency) === amount ? signed : undefined;
  } catch {
    return undefined;
  }
}

/** "Phone Basic, 20.65 USD a month" */
export function planPriceText(plan: {
  readonly planName: string;
  readonly price: Money;
  readonly interval: string;
}): string {
  return `${plan.planName}, ${moneyText(plan.price)} a ${plan.interval}`;
}

/** "1234.50 USD": as on record, without the words of a language. */
export function moneyText({ amount, currency }: Money): string {
  return `${amount} ${currency}`;
}
