/**
 * What a change must cost, worked out from the answers alone and with none of the product's code: fractions of
 * cents over calendar days counted in UTC.
 */
export interface ExpectedFigures {
  /** In cents, signed as the quote's lines are. */
  readonly credit: bigint;
  readonly charge: bigint;
  readonly net: bigint;
  readonly dueNow: bigint;
  readonly toBalance: bigint;
  readonly days: number;
  readonly ofDays: number;
}

/** Both plans are billed in the same cycle; `on` is the first day of the new one (design.md, money and dates). */
export function expectedFigures(change: {
  readonly oldPrice: string;
  readonly newPrice: string;
  readonly cycle: { readonly start: string; readonly end: string };
  readonly on: string;
}): ExpectedFigures {
  const ofDays = daysBetween(change.cycle.start, change.cycle.end);
  const days = daysBetween(change.on, change.cycle.end);
  const credit = -share(cents(change.oldPrice), days, ofDays);
  const charge = share(cents(change.newPrice), days, ofDays);
  const net = credit + charge;
  return { credit, charge, net, dueNow: net > 0n ? net : 0n, toBalance: net < 0n ? -net : 0n, days, ofDays };
}

export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / 86_400_000);
}

/** Of a plain decimal with two places, also with a sign. */
export function cents(amount: string): bigint {
  return BigInt(amount.replace('.', ''));
}

/** Half a cent goes up: nothing here is negative. */
function share(price: bigint, days: number, ofDays: number): bigint {
  return (2n * price * BigInt(days) + BigInt(ofDays)) / (2n * BigInt(ofDays));
}

/** The calendar date in a zone by the runtime's own data, 'YYYY-MM-DD'. */
export function dateIn(timeZone: string, at = Date.now()): string {
  const parts = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  }).formatToParts(at);
  const part = (type: string): string => parts.find((one) => one.type === type)?.value ?? '';
  return `${part('year')}-${part('month')}-${part('day')}`;
}

export function daysAfter(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}
