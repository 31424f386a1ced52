import { quoteWindows, resolveActivationDate } from '../../../domain/activation-date.ts';
import { cycleContaining } from '../../../domain/billing-cycle.ts';
import { localDateOf, startOfLocalDate } from '../../../domain/calendar.ts';
import { DEFAULT_POLICY } from '../../../domain/policy.ts';
import { prorate } from '../../../domain/proration.ts';
import type { FamilyOptions, FamilyResult } from '../family.ts';
import { dateIn, daysAfter, expectedFigures } from '../oracle.ts';
import type { Random } from '../random.ts';
import { createRecord } from '../record.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const FROM = Date.UTC(2026, 0, 1);
const TO = Date.UTC(2029, 11, 31);

interface Case {
  readonly zone: string;
  readonly date: string;
  readonly random: Random;
  readonly wrong: (what: string) => void;
}

/**
 * The rules of dates against an oracle that knows no calendar arithmetic: it asks the runtime's own zones minute by
 * minute and walks the days one by one. Days on which clocks change, leap days, ends of months, a year ahead.
 */
export function clock({ random, n }: Pick<FamilyOptions, 'random' | 'n'>): FamilyResult {
  const record = createRecord();
  const zones = Intl.supportedValuesOf('timeZone');
  const kinds = [startOfDate, billDays, windows, datedActivation, figures] as const;
  const hard = { clockChanges: 0 };
  const judged = { cases: 0, answers: 0 };
  for (let number = 0; number < n; number += 1) {
    const own = random.fork(`clock ${number}`);
    const zone = own.pick(zones);
    const date = pickDate(zone, own, hard);
    const wrong = (what: string): void => record.violate('oracle', `${zone}, ${date}: ${what}`);
    const test = kinds[number % kinds.length] ?? startOfDate;
    try {
      const answers = test({ zone, date, random: own, wrong });
      judged.answers += answers;
      if (answers > 0) judged.cases += 1;
    } catch (error) {
      wrong(error instanceof Error ? error.message : String(error));
    }
  }
  return {
    family: 'clock',
    unit: 'cases',
    n: judged.cases,
    faults: 0,
    violations: record.violations,
    p99RecoveryMs: null,
    slowestMs: 0,
    details: {
      'answers compared': judged.answers,
      'on days of a clock change': hard.clockChanges,
      zones: zones.length,
    },
  };
}

/** Half of the days are hard ones. */
function pickDate(zone: string, random: Random, hard: { clockChanges: number }): string {
  const any = new Date(random.int(FROM / DAY, TO / DAY) * DAY).toISOString().slice(0, 10);
  switch (random.int(0, 5)) {
    case 0:
    case 1: {
      const changed = clockChangeAfter(zone, Date.parse(any));
      if (changed === undefined) return any;
      hard.clockChanges += 1;
      return changed;
    }
    case 2:
      return '2028-02-29';
    case 3:
      return new Date(Date.UTC(Number(any.slice(0, 4)), Number(any.slice(5, 7)), 0))
        .toISOString()
        .slice(0, 10);
    default:
      return any;
  }
}

/** The next date on which a day has not 24 hours; undefined where clocks are never changed. */
function clockChangeAfter(zone: string, from: number): string | undefined {
  const offsetAt = (at: number): number => Date.parse(`${wallClock(zone, at)}Z`) - at;
  for (let at = from; at < from + 366 * DAY; at += DAY) {
    if (offsetAt(at) !== offsetAt(at + DAY)) {
      let changed = at;
      while (offsetAt(changed) === offsetAt(at)) changed += HOUR / 2;
      return dateIn(zone, changed);
    }
  }
  return undefined;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function wallClock(zone: string, at: number): string {
  const format =
    formats.get(zone) ??
    new Intl.DateTimeFormat('sv', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' });
  formats.set(zone, format);
  return format.format(at).replace(' ', 'T');
}

/** The first minute that has the date. */
function firstMinuteOf(date: string, zone: string): number {
  const has = (at: number): boolean => wallClock(zone, at).startsWith(date);
  let at = Date.parse(date) - 15 * HOUR;
  while (!has(at)) at += HOUR / 4;
  while (has(at - MINUTE)) at -= MINUTE;
  return at;
}

function startOfDate({ zone, date, random, wrong }: Case): number {
  const right = firstMinuteOf(date, zone);
  const answer = Date.parse(startOfLocalDate(date, zone));
  if (answer !== right)
    wrong(`begins at ${new Date(answer).toISOString()}, not ${new Date(right).toISOString()}`);
  const instants = [right - 1, right, right + random.int(0, 22 * HOUR)];
  for (const at of instants) {
    const local = localDateOf(new Date(at).toISOString(), zone);
    if (local !== wallClock(zone, at).slice(0, 10))
      wrong(`${new Date(at).toISOString()} is told as ${local}`);
  }
  return 1 + instants.length;
}

/** A bill day is one that has the anchor's number, or ends a month that has no such number. */
function isBillDay(day: string, anchor: string, interval: 'month' | 'year'): boolean {
  if (interval === 'year' && day.slice(5, 7) !== anchor.slice(5, 7)) return false;
  const endsMonth = daysAfter(day, 1).slice(8) === '01';
  return day.slice(8) === anchor.slice(8) || (endsMonth && day.slice(8) < anchor.slice(8));
}

function cycleByWalking(
  anchor: string,
  interval: 'month' | 'year',
  date: string,
): { start: string; end: string } {
  let start = date;
  while (!isBillDay(start, anchor, interval)) start = daysAfter(start, -1);
  let end = daysAfter(date, 1);
  while (!isBillDay(end, anchor, interval)) end = daysAfter(end, 1);
  return { start, end };
}

function anchorOf(random: Random): string {
  const days = ['2024-01-31', '2024-02-29', '2023-12-30', '2024-03-29', '2024-05-01'];
  return random.chance(0.5)
    ? random.pick(days)
    : `2024-0${random.int(1, 9)}-${String(random.int(1, 28)).padStart(2, '0')}`;
}

function billDays({ date, random, wrong }: Case): number {
  const anchor = anchorOf(random);
  const interval = random.pick(['month', 'month', 'year'] as const);
  const right = cycleByWalking(anchor, interval, date);
  const answer = cycleContaining(anchor, interval, date);
  if (answer.start !== right.start || answer.end !== right.end)
    wrong(
      `the ${interval} of ${anchor} is ${answer.start} to ${answer.end}, not ${right.start} to ${right.end}`,
    );
  return 1;
}

/** A quote for now ends after 24 hours, and with the local day. */
function windows({ zone, date, random, wrong }: Case): number {
  const start = firstMinuteOf(date, zone);
  const now = start + random.int(0, 20 * HOUR);
  let midnight = now - (now % MINUTE);
  const today = wallClock(zone, now).slice(0, 10);
  while (wallClock(zone, midnight).startsWith(today)) midnight += 15 * MINUTE;
  while (!wallClock(zone, midnight - MINUTE).startsWith(today)) midnight -= MINUTE;
  const { quoteMs, consentMs } = DEFAULT_POLICY;
  const answer = quoteWindows({
    now: new Date(now).toISOString(),
    timeZone: zone,
    quoteMs,
    consentMs,
    effectiveDate: today,
    activateAt: null,
  });
  const right = Math.min(now + 24 * HOUR, midnight);
  if (Date.parse(answer.expiresAt) !== right)
    wrong(
      `a quote of ${new Date(now).toISOString()} ends at ${answer.expiresAt}, not ${new Date(right).toISOString()}`,
    );
  if (Date.parse(answer.consentDeadlineAt) !== now + 7 * DAY)
    wrong(`consent is awaited until ${answer.consentDeadlineAt}`);
  return 2;
}

/** From tomorrow to 400 days ahead, at the first instant of the date. */
function datedActivation({ zone, date, random, wrong }: Case): number {
  const now = firstMinuteOf(date, zone) + random.int(0, 20 * HOUR);
  const today = wallClock(zone, now).slice(0, 10);
  const ahead = random.pick([-1, 0, 1, 365, 366, 400, 401, random.int(2, 399)]);
  const wanted = daysAfter(today, ahead);
  const answer = resolveActivationDate({
    ...{ requested: { when: 'on_date', date: wanted }, now: new Date(now).toISOString(), timeZone: zone },
    ...{ anchorDate: '2024-01-31', interval: 'month', furthestDateDays: 400 },
  });
  const isAllowed = ahead >= 1 && ahead <= 400;
  if (!isAllowed) {
    if (answer !== undefined) wrong(`${ahead} days ahead are taken`);
    return 1;
  }
  const right = firstMinuteOf(wanted, zone);
  if (Date.parse(answer?.activateAt ?? '') !== right)
    wrong(`${wanted} begins at ${answer?.activateAt ?? 'never'}, not ${new Date(right).toISOString()}`);
  return 1;
}

function figures({ date, random, wrong }: Case): number {
  const cycle = cycleByWalking(anchorOf(random), random.pick(['month', 'year'] as const), date);
  const price = (): string => `${random.int(0, 400)}.${String(random.int(0, 99)).padStart(2, '0')}`;
  const [oldPrice, newPrice] = [price(), price()];
  const right = expectedFigures({ oldPrice, newPrice, cycle, on: date });
  const answer = prorate({
    ...{ oldPriceMinor: BigInt(oldPrice.replace('.', '')), newPriceMinor: BigInt(newPrice.replace('.', '')) },
    ...{ oldCycle: cycle, newCycle: cycle, changeDate: date },
  });
  if (
    -answer.creditMinor !== right.credit ||
    answer.chargeMinor !== right.charge ||
    answer.netMinor !== right.net
  )
    wrong(
      `${oldPrice} to ${newPrice} in ${cycle.start} to ${cycle.end} is ${answer.creditMinor} and ${answer.chargeMinor}, not ${right.credit} and ${right.charge}`,
    );
  return 1;
}
