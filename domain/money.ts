import { DomainError, quoted } from './domain-error.ts';

/** An ISO 4217 code in upper case. */
export type CurrencyCode = string;

/** An amount on the wire: a decimal with exactly the currency's decimals, signed where a line is. */
export interface MoneyJson {
  amount: string;
  currency: CurrencyCode;
}

/**
 * ISO 4217 list one (active codes), as published on 2026-01-01, by number of decimals. Codes with four
 * decimals (CLF, UYW) and those without any (metals, XDR, XTS, XXX …) are not supported, so unknown here.
 */
const CODES_BY_EXPONENT: Readonly<Record<0 | 2 | 3, string>> = {
  0: 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF',
  2:
    'AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF ' +
    'CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL ' +
    'HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU ' +
    'MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR ' +
    'SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED ' +
    'VES WST XAD XCD XCG YER ZAR ZMW ZWG',
  3: 'BHD IQD JOD KWD LYD OMR TND',
};

const EXPONENTS: ReadonlyMap<string, 0 | 2 | 3> = new Map(
  ([0, 2, 3] as const).flatMap((exponent) =>
    CODES_BY_EXPONENT[exponent].split(' ').map((code) => [code, exponent] as const),
  ),
);

/**
 * Decimals of a currency (docs/ARCHITECTURE.md, money rule 1: the scale comes from the currency).
 * @throws DomainError UNKNOWN_CURRENCY for anything but an upper-case code of the table above
 */
export function currencyExponent(code: string): 0 | 2 | 3 {
  const exponent = EXPONENTS.get(code);
  if (exponent === undefined) {
    throw new DomainError('UNKNOWN_CURRENCY', `${quoted(code)} is not a supported ISO 4217 currency code`);
  }
  return exponent;
}

/**
 * Minor units of a plain decimal ≥ 0: "12", "12.3" and "12.34" for USD. A missing decimal is a zero, a
 * surplus one is refused, because dropping it would be a rounding nobody agreed to (money rule 2).
 * @throws DomainError UNKNOWN_CURRENCY, BAD_AMOUNT (sign, exponent, blanks, surplus decimals, no digits)
 */
export function parseDecimal(text: string, currency: string): bigint {
  const exponent = currencyExponent(currency);
  const match = /^(\d+)(?:\.(\d+))?$/.exec(text);
  if (!match) {
    throw new DomainError(
      'BAD_AMOUNT',
      `${quoted(text)} is not a plain decimal of zero or more, such as "12.34"`,
    );
  }
  const [, whole = '', decimals = ''] = match;
  if (decimals.length > exponent) {
    throw new DomainError(
      'BAD_AMOUNT',
      `${quoted(text)} has more than the ${exponent} decimals of ${currency}`,
    );
  }
  return BigInt(whole + decimals.padEnd(exponent, '0'));
}

/**
 * A decimal with exactly the currency's decimals: "-15.00", "1234" for JPY, "0.000" for KWD; never "-0.00".
 * @param minor minor units, of either sign
 * @throws DomainError UNKNOWN_CURRENCY
 */
export function formatDecimal(minor: bigint, currency: string): string {
  const exponent = currencyExponent(currency);
  const sign = minor < 0n ? '-' : '';
  const digits = (minor < 0n ? -minor : minor).toString().padStart(exponent + 1, '0');
  const point = digits.length - exponent;
  return exponent === 0 ? sign + digits : `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}

/** The wire form of `minor` minor units. @throws DomainError UNKNOWN_CURRENCY */
export function toMoneyJson(minor: bigint, currency: string): MoneyJson {
  return { amount: formatDecimal(minor, currency), currency };
}

/**
 * Money as people read it in scripts and mails: "$10.00", "-$15.00", "¥1,234" (en-US).
 * @throws DomainError UNKNOWN_CURRENCY
 */
export function formatMoneyForPeople(minor: bigint, currency: string): string {
  const exact = formatDecimal(minor, currency) as `${number}`;
  return peopleFormat(currency).format(exact).replaceAll('\u00a0', ' ');
}

/** Kept, because making one takes a hundred times as long as using it. */
const peopleFormats = new Map<CurrencyCode, Intl.NumberFormat>();

function peopleFormat(currency: CurrencyCode): Intl.NumberFormat {
  const known = peopleFormats.get(currency);
  if (known) return known;
  // Intl chooses symbol and grouping only. The decimals are ours: its own table is not ISO 4217's.
  const digits = currencyExponent(currency);
  const format = new Intl.NumberFormat('en-US', {
    style: 'currency',
    currency,
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  peopleFormats.set(currency, format);
  return format;
}

/**
 * The one rounding rule (docs/ARCHITECTURE.md, money rule 2): to the nearest whole minor unit, a half goes
 * away from zero. Each line is rounded once with it; a day rate never is.
 * @throws RangeError for a denominator of zero
 */
export function divideHalfAwayFromZero(numerator: bigint, denominator: bigint): bigint {
  const quotient = numerator / denominator;
  const remainder = numerator % denominator;
  if (2n * absolute(remainder) < absolute(denominator)) return quotient;
  return numerator < 0n === denominator < 0n ? quotient + 1n : quotient - 1n;
}

function absolute(value: bigint): bigint {
  return value < 0n ? -value : value;
}
