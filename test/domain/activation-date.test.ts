import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  quoteWindows,
  resolveActivationDate,
  type ActivationDateInput,
  type QuoteWindowsInput,
} from '../../domain/activation-date.ts';
import { addDays, localDateOf, startOfLocalDate } from '../../domain/calendar.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const sample: ActivationDateInput = {
  ...{ requested: { when: 'immediately' }, now: '2026-11-16T18:00:00Z', timeZone: 'America/Chicago' },
  ...{ anchorDate: '2025-06-01', interval: 'month', furthestDateDays: 400 },
};
const on = (date: string): Partial<ActivationDateInput> => ({ requested: { when: 'on_date', date } });

describe('activation date', () => {
  const dates: [
    what: string,
    input: Partial<ActivationDateInput>,
    expected: [effectiveDate: string, activateAt: string | null] | undefined,
  ][] = [
    ['immediately is today', {}, ['2026-11-16', null]],
    ['immediately is the local day', { now: '2026-11-17T05:59:59Z' }, ['2026-11-16', null]],
    ['yesterday', on('2026-11-15'), undefined],
    ['today', on('2026-11-16'), undefined],
    ['tomorrow', on('2026-11-17'), ['2026-11-17', '2026-11-17T06:00:00Z']],
    [
      'what is tomorrow only by UTC',
      { ...on('2026-11-16'), now: '2026-11-16T05:59:59Z' },
      ['2026-11-16', '2026-11-16T06:00:00Z'],
    ],
    ['400 days ahead', on('2027-12-21'), ['2027-12-21', '2027-12-21T06:00:00Z']],
    ['401 days ahead', on('2027-12-22'), undefined],
    ['not a date', on('2026-11-31'), undefined],
    ['not written as a date', on('16 November 2027'), undefined],
    ['the end of a month', { requested: { when: 'end_of_cycle' } }, ['2026-12-01', '2026-12-01T06:00:00Z']],
    [
      'the end of the cycle that begins today',
      { requested: { when: 'end_of_cycle' }, now: '2026-12-01T18:00:00Z' },
      ['2027-01-01', '2027-01-01T06:00:00Z'],
    ],
    [
      'the end of a year',
      { requested: { when: 'end_of_cycle' }, interval: 'year' },
      ['2027-06-01', '2027-06-01T05:00:00Z'],
    ],
    [
      'the end of the month of an anchor on the 31st',
      { requested: { when: 'end_of_cycle' }, anchorDate: '2025-12-31', now: '2026-02-10T12:00:00Z' },
      ['2026-02-28', '2026-02-28T06:00:00Z'],
    ],
    [
      'a day whose midnight is skipped starts at one',
      { ...on('2026-09-06'), now: '2026-09-01T12:00:00Z', timeZone: 'America/Santiago' },
      ['2026-09-06', '2026-09-06T04:00:00Z'],
    ],
    [
      'a day whose midnight comes twice starts at the first',
      { ...on('2026-11-01'), now: '2026-10-20T12:00:00Z', timeZone: 'America/Havana' },
      ['2026-11-01', '2026-11-01T04:00:00Z'],
    ],
    [
      'a date that the zone skipped',
      { ...on('2011-12-30'), now: '2011-12-20T12:00:00Z', timeZone: 'Pacific/Apia' },
      undefined,
    ],
    [
      'the date after it',
      { ...on('2011-12-31'), now: '2011-12-20T12:00:00Z', timeZone: 'Pacific/Apia' },
      ['2011-12-31', '2011-12-30T10:00:00Z'],
    ],
    [
      'the end of a cycle on the date that the zone skipped',
      {
        ...{ requested: { when: 'end_of_cycle' }, anchorDate: '2011-10-30' },
        ...{ now: '2011-12-20T12:00:00Z', timeZone: 'Pacific/Apia' },
      },
      undefined,
    ],
  ];
  for (const [what, input, expected] of dates) {
    it(`${what}: ${expected?.[0] ?? 'refused'}`, () => {
      const date = resolveActivationDate({ ...sample, ...input });
      assert.deepEqual(date && [date.effectiveDate, date.activateAt], expected);
    });
  }

  it('starts no earlier than its local date, and within a day of it', () => {
    fc.assert(
      fc.property(fc.constantFrom(...ZONES), fc.integer({ min: 1, max: 400 }), ({ timeZone }, ahead) => {
        const date = addDays(localDateOf(sample.now, timeZone), ahead);
        const resolved = resolveActivationDate({ ...sample, ...on(date), timeZone });
        const at = Date.parse(resolved?.activateAt ?? '');
        assert.equal(localDateOf(new Date(at).toISOString(), timeZone), date);
        assert.equal(localDateOf(new Date(at - 1).toISOString(), timeZone), addDays(date, -1));
      }),
    );
  });
});

/** A zone with a day of 23 hours and one of 25, or with days of 24 hours only. */
const ZONES: { timeZone: string; days: [date: string, hours: number][] }[] = [
  {
    timeZone: 'America/Chicago',
    days: [
      ['2026-03-08', 23],
      ['2026-11-01', 25],
    ],
  },
  {
    timeZone: 'Europe/Berlin',
    days: [
      ['2026-03-29', 23],
      ['2026-10-25', 25],
    ],
  },
  {
    timeZone: 'Australia/Lord_Howe',
    days: [
      ['2026-10-04', 23.5],
      ['2026-04-05', 24.5],
    ],
  },
  { timeZone: 'Asia/Kolkata', days: [['2026-03-08', 24]] },
  { timeZone: 'Pacific/Kiritimati', days: [['2026-11-01', 24]] },
];

describe('windows of a quote', () => {
  const windowsAt = (now: string, input: Partial<QuoteWindowsInput> = {}) =>
    quoteWindows({
      ...{ effectiveDate: '2026-11-16', activateAt: null, now, timeZone: 'America/Chicago' },
      ...{ quoteMs: DAY, consentMs: 7 * DAY },
      ...input,
    });
  const rows: [
    what: string,
    quoted: { now: string } & Partial<QuoteWindowsInput>,
    expiresAt: string,
    consentDeadlineAt: string,
  ][] = [
    [
      'an immediate quote ends with its local day, the change a week later',
      { now: '2026-11-16T18:00:00Z' },
      '2026-11-17T06:00:00.000Z',
      '2026-11-23T18:00:00.000Z',
    ],
    [
      'an immediate quote of the last second',
      { now: '2026-11-17T05:59:59Z' },
      '2026-11-17T06:00:00.000Z',
      '2026-11-24T05:59:59.000Z',
    ],
    [
      'a short quote ends before its day',
      { now: '2026-11-16T18:00:00Z', quoteMs: HOUR },
      '2026-11-16T19:00:00.000Z',
      '2026-11-23T18:00:00.000Z',
    ],
    [
      'a quote for a far date lasts a day, the change a week',
      { now: '2026-11-16T18:00:00Z', activateAt: '2027-01-10T06:00:00Z' },
      '2026-11-17T18:00:00.000Z',
      '2026-11-23T18:00:00.000Z',
    ],
    [
      'neither outlives a near date',
      { now: '2026-11-16T18:00:00Z', activateAt: '2026-11-17T06:00:00Z' },
      '2026-11-17T06:00:00.000Z',
      '2026-11-17T06:00:00.000Z',
    ],
    [
      'the day before a skipped date ends where the zone skips it',
      { now: '2011-12-29T20:00:00Z', timeZone: 'Pacific/Apia' },
      '2011-12-30T10:00:00.000Z',
      '2012-01-05T20:00:00.000Z',
    ],
  ];
  for (const [what, { now, ...input }, expiresAt, consentDeadlineAt] of rows) {
    it(what, () => {
      const windows = windowsAt(now, input);
      assert.deepEqual([windows.expiresAt, windows.consentDeadlineAt], [expiresAt, consentDeadlineAt]);
    });
  }

  for (const { timeZone, days } of ZONES) {
    for (const [date, hours] of days) {
      it(`in ${timeZone} a quote of ${date} ends at midnight, ${hours} hours after the last`, () => {
        const start = startOfLocalDate(date, timeZone);
        const end = new Date(Date.parse(start) + hours * HOUR).toISOString();
        // A window of two days, so that only midnight ends it.
        const { expiresAt } = windowsAt(start, { timeZone, effectiveDate: date, quoteMs: 2 * DAY });
        assert.equal(expiresAt, end);
        assert.equal(localDateOf(end, timeZone), addDays(date, 1));
      });
    }
  }

  it('are never past local midnight for an immediate change, nor past the date of a dated one', () => {
    const instants = fc.integer({ min: Date.parse('2025-01-01'), max: Date.parse('2029-01-01') });
    const input = fc.record({
      at: instants,
      zone: fc.constantFrom(...ZONES),
      ahead: fc.option(fc.integer({ min: 1, max: 400 })),
      quoteMs: fc.integer({ min: 1, max: 3 * DAY }),
      consentMs: fc.integer({ min: 1, max: 30 * DAY }),
    });
    fc.assert(
      fc.property(input, ({ at, zone: { timeZone }, ahead, quoteMs, consentMs }) => {
        const now = new Date(at).toISOString();
        const today = localDateOf(now, timeZone);
        const effectiveDate = addDays(today, ahead ?? 0);
        const activateAt = ahead === null ? null : startOfLocalDate(effectiveDate, timeZone);
        const windows = windowsAt(now, { effectiveDate, activateAt, timeZone, quoteMs, consentMs });
        const end = Date.parse(startOfLocalDate(addDays(effectiveDate, ahead === null ? 1 : 0), timeZone));
        const [expires, deadline] = [Date.parse(windows.expiresAt), Date.parse(windows.consentDeadlineAt)];
        assert.ok(expires > at && expires <= end && expires <= at + quoteMs);
        assert.ok(deadline > at && deadline <= at + consentMs);
        assert.ok(activateAt === null || deadline <= end);
      }),
    );
  });
});
