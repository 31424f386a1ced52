/** Calendars of time zones by the runtime's own data: a second opinion on the dates that the product works out. */

const QUARTER_MS = 15 * 60_000;
const HOUR_MS = 4 * QUARTER_MS;
const DAY_MS = 24 * HOUR_MS;

/** The local date at an instant of milliseconds, 'YYYY-MM-DD'. */
export function dateIn(timeZone: string, at: number = Date.now()): string {
  return localTime(timeZone, at).slice(0, 10);
}

/** The calendar date `days` after another. */
export function daysAfter(date: string, days: number): string {
  return new Date(Date.parse(date) + days * DAY_MS).toISOString().slice(0, 10);
}

/** The date `days` after today's in a zone. */
export function inDays(timeZone: string, days: number): string {
  return daysAfter(dateIn(timeZone), days);
}

/** The instant at which a date begins in a zone, milliseconds. */
export function firstInstantOf(date: string, timeZone: string): number {
  // No zone is more than 14 hours ahead of UTC, and none changes its clock but on a quarter of an hour.
  const from = Date.parse(date) - 15 * HOUR_MS;
  for (let at = from; at < from + 2 * DAY_MS; at += QUARTER_MS) {
    if (dateIn(timeZone, at) === date) return at;
  }
  throw new Error(`${timeZone} has no ${date}`);
}

/** The coming dates on which the clocks of a zone are changed and that a change may be ordered for, in order. */
export function comingClockChanges(timeZone: string): string[] {
  const dates: string[] = [];
  const start = Math.ceil(Date.now() / HOUR_MS) * HOUR_MS + 2 * DAY_MS;
  for (let at = start; at < start + 395 * DAY_MS; at += HOUR_MS) {
    if (offsetOf(timeZone, at) !== offsetOf(timeZone, at - HOUR_MS)) dates.push(dateIn(timeZone, at));
  }
  return dates;
}

/** The last days of the next February to come, and of the months on both sides of it that are to come. */
export function monthEndsAroundFebruary(timeZone: string): string[] {
  const tomorrow = inDays(timeZone, 1);
  const lastDays = (year: number) =>
    [1, 2, 3].map((month) => new Date(Date.UTC(year, month, 0)).toISOString().slice(0, 10));
  const year = Number(tomorrow.slice(0, 4));
  const [, february = ''] = lastDays(year);
  return lastDays(february > tomorrow ? year : year + 1).filter((date) => date > tomorrow);
}

function offsetOf(timeZone: string, at: number): number {
  return Date.parse(`${localTime(timeZone, at)}Z`) - at;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** 'YYYY-MM-DDTHH:MM:SS' on the clocks of a zone. */
function localTime(timeZone: string, at: number): string {
  const format =
    formats.get(timeZone) ??
    new Intl.DateTimeFormat('sv', { timeZone, dateStyle: 'short', timeStyle: 'medium' });
  formats.set(timeZone, format);
  return format.format(at).replace(' ', 'T');
}
