import type { Money } from '../api/types.ts';

const LOCALE = 'en-US';

/** `$12.34`; exact, from the decimal text of the API. */
export function moneyText({ amount, currency }: Money, sign: 'auto' | 'always' = 'auto'): string {
  const format = new Intl.NumberFormat(LOCALE, {
    style: 'currency',
    currency,
    signDisplay: sign === 'always' ? 'exceptZero' : 'auto',
  });
  return format.format(amount as `${number}`).replace('-', '−');
}

export function isZero({ amount }: Money): boolean {
  return !/[1-9]/.test(amount);
}

export function isNegative({ amount }: Money): boolean {
  return amount.startsWith('-');
}

/** `Tue, 1 Dec 2026` of a local date: a date has no time zone. */
export function dateText(date: string): string {
  return new Intl.DateTimeFormat('en-GB', {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    timeZone: 'UTC',
  }).format(new Date(`${date}T00:00:00Z`));
}

/** `1 Dec 2026`, for tables. */
export function shortDateText(date: string): string {
  return new Intl.DateTimeFormat('en-GB', {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    timeZone: 'UTC',
  }).format(new Date(`${date}T00:00:00Z`));
}

/** `1 Dec 2026, 14:05` where the agent is, or in the time zone that is given. */
export function instantText(instant: string, timeZone?: string): string {
  return new Intl.DateTimeFormat('en-GB', {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    ...(timeZone !== undefined && { timeZone }),
  }).format(new Date(instant));
}

export function numberText(value: number): string {
  return new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 1 }).format(value);
}

/** `14:05`, what the clocks there say now. */
export function clockText(timeZone: string): string {
  return new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', timeZone }).format(
    new Date(),
  );
}

/** The local date in a time zone, plus some days: `2026-12-01`. */
export function localDate(timeZone: string, plusDays = 0): string {
  const today = new Intl.DateTimeFormat('en-CA', { timeZone }).format(new Date());
  const date = new Date(`${today}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() + plusDays);
  return date.toISOString().slice(0, 10);
}
