import { Temporal } from 'temporal-polyfill/implementation';
import { DomainError, quoted } from './domain-error.ts';
import { zoneForPeople } from './zone-for-people.ts';

// Dates are 'YYYY-MM-DD' strings, instants ISO strings; Temporal's objects stay inside domain/.
// Only the polyfill is used: native Temporal follows the time-zone data and the bugs of each Node release.

const PLAIN_DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}(?::?\d{2})?)$/i;

/** True for an IANA time zone name ("Europe/Berlin", "UTC", any case); a bare offset such as "+02:00" is none. */
export function isTimeZone(zone: string): boolean {
  if (!/^[a-z]/i.test(zone)) return false;
  return attempt(() => new Temporal.ZonedDateTime(0n, zone)) !== undefined;
}

/** True for a strict YYYY-MM-DD that is a date of the calendar ("2023-02-29" is not). */
export function isPlainDate(text: string): boolean {
  return parsePlainDate(text) !== undefined;
}

/** True for an ISO 8601 instant with Z or an offset, to the minute or finer, without a [zone] annotation. */
export function isInstant(text: string): boolean {
  return parseInstant(text) !== undefined;
}

/**
 * The calendar date in `zone` at an instant.
 * @throws DomainError BAD_INSTANT, UNKNOWN_TIME_ZONE
 */
export function localDateOf(instantIso: string, zone: string): string {
  const instant = parseInstant(instantIso);
  if (!instant) {
    throw new DomainError('BAD_INSTANT', `${quoted(instantIso)} is not an instant with Z or an offset`);
  }
  requireTimeZone(zone);
  return dateText(instant.toZonedDateTimeISO(zone).toPlainDate());
}

/**
 * The first instant of a local date, as ISO with Z. Where daylight saving skips midnight this is 01:00
 * (docs/ARCHITECTURE.md, money rule 3: a local date starts at its first instant).
 * @throws DomainError BAD_DATE, UNKNOWN_TIME_ZONE, SKIPPED_DATE when the zone had no such date at all
 *   (Pacific/Apia, 2011-12-30)
 */
export function startOfLocalDate(date: string, zone: string): string {
  requireTimeZone(zone);
  const wanted = plainDate(date);
  const start = wanted.toZonedDateTime(zone);
  if (!start.toPlainDate().equals(wanted)) {
    throw new DomainError('SKIPPED_DATE', `${zone} skipped the whole of ${date}`);
  }
  return start.toInstant().toString();
}

/** The date `days` calendar days later (earlier when negative). @throws DomainError BAD_DATE */
export function addDays(date: string, days: number): string {
  return dateText(plainDate(date).add({ days }));
}

/**
 * Calendar days from `start` to `end`, end exclusive (money rule 3): a day of 23 or 25 hours is one, and so
 * is a date that the zone skipped. Negative when `end` is earlier.
 * @throws DomainError BAD_DATE
 */
export function daysBetween(start: string, end: string): number {
  return plainDate(start).until(plainDate(end), { largestUnit: 'day' }).days;
}

const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
const MONTHS = [
  ...['January', 'February', 'March', 'April', 'May', 'June'],
  ...['July', 'August', 'September', 'October', 'November', 'December'],
];

/** "Tuesday, 1 December 2026". @throws DomainError BAD_DATE */
export function formatDateForPeople(date: string): string {
  const { dayOfWeek, day, month, year } = plainDate(date);
  return `${WEEKDAYS[dayOfWeek - 1] ?? ''}, ${day} ${MONTHS[month - 1] ?? ''} ${year}`;
}

/**
 * "15:04 on Tuesday, 24 November 2026, Chicago time (UTC-06:00)"; where a date begins,
 * "the start of Wednesday, 25 November 2026, …", because 00:00 is read as either end of a day. Seconds are
 * dropped: a deadline told to people is never later than the real one. The offset tells apart the two hours of
 * the same name when clocks go back. The words are ours: Intl's change with its data.
 * @throws DomainError BAD_INSTANT, UNKNOWN_TIME_ZONE, BAD_DATE
 */
export function formatInstantForPeople(instantIso: string, zone: string): string {
  const date = localDateOf(instantIso, zone);
  const local = Temporal.Instant.from(instantIso).toZonedDateTimeISO(zone).round({
    smallestUnit: 'minute',
    roundingMode: 'floor',
  });
  const isStartOfDate = local.equals(local.startOfDay());
  const clock = isStartOfDate ? 'the start of' : `${twoDigits(local.hour)}:${twoDigits(local.minute)} on`;
  return `${clock} ${formatDateForPeople(date)}, ${zoneForPeople(local.timeZoneId)} (UTC${local.offset})`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}

/** Temporal's date of a strict 'YYYY-MM-DD'; for domain/ only. @throws DomainError BAD_DATE */
export function plainDate(text: string): Temporal.PlainDate {
  const date = parsePlainDate(text);
  if (!date) throw new DomainError('BAD_DATE', `${quoted(text)} is not a date as YYYY-MM-DD`);
  return date;
}

/**
 * 'YYYY-MM-DD' of Temporal's date; for domain/ only. Dates are compared as strings everywhere, which holds
 * only while every year has four digits.
 * @throws DomainError BAD_DATE outside the years 0 to 9999
 */
export function dateText(date: Temporal.PlainDate): string {
  const text = date.toString();
  if (!PLAIN_DATE.test(text)) throw new DomainError('BAD_DATE', `${text} is outside the years 0000 to 9999`);
  return text;
}

function requireTimeZone(zone: string): void {
  if (!isTimeZone(zone)) {
    throw new DomainError('UNKNOWN_TIME_ZONE', `${quoted(zone)} is not an IANA time zone name`);
  }
}

function parsePlainDate(text: string): Temporal.PlainDate | undefined {
  const match = PLAIN_DATE.exec(text);
  return match
    ? attempt(() => new Temporal.PlainDate(Number(match[1]), Number(match[2]), Number(match[3])))
    : undefined;
}

function parseInstant(text: string): Temporal.Instant | undefined {
  return INSTANT.test(text) ? attempt(() => Temporal.Instant.from(text)) : undefined;
}

/** What `construct` makes, or undefined where Temporal refuses the value. */
function attempt<T>(construct: () => T): T | undefined {
  try {
    return construct();
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/**
 * "24 November 2026, 09:04:12.025 (UTC-06:00)": an instant as the clocks of `zone` show it, cut off at milliseconds;
 * a whole second has none.
 * @throws DomainError BAD_INSTANT, UNKNOWN_TIME_ZONE
 */
export function formatClockTime(instantIso: string, zone: string): string {
  const date = plainDate(localDateOf(instantIso, zone));
  const { hour, minute, second, millisecond, offset } =
    Temporal.Instant.from(instantIso).toZonedDateTimeISO(zone);
  const clock = [hour, minute, second].map(twoDigits).join(':');
  const fraction = millisecond === 0 ? '' : `.${String(millisecond).padStart(3, '0')}`;
  return `${date.day} ${MONTHS[date.month - 1] ?? ''} ${date.year}, ${clock}${fraction} (UTC${offset})`;
}
