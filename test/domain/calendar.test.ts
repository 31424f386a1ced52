import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  addDays,
  daysBetween,
  formatDateForPeople,
  formatInstantForPeople,
  isInstant,
  isPlainDate,
  isTimeZone,
  localDateOf,
  startOfLocalDate,
} from '../../domain/calendar.ts';
import { DomainError, type DomainErrorCode } from '../../domain/domain-error.ts';

const hasCode = (code: DomainErrorCode) => (error: unknown) =>
  error instanceof DomainError && error.code === code;

function acceptance(what: string, accepts: (text: string) => boolean, good: string[], bad: string[]): void {
  describe(what, () => {
    for (const text of good) it(`accepts ${text}`, () => assert.equal(accepts(text), true));
    for (const text of bad) it(`refuses ${JSON.stringify(text)}`, () => assert.equal(accepts(text), false));
  });
}

acceptance(
  'a time zone',
  isTimeZone,
  [
    'UTC',
    'Europe/Berlin',
    'America/Argentina/Buenos_Aires',
    'Asia/Calcutta',
    'Asia/Kolkata',
    'Etc/GMT+5',
    'EST5EDT',
  ],
  [
    '',
    'Mars/Phobos',
    '+02:00',
    '+05',
    'Z',
    'PST',
    'GMT+5',
    '2020-01-01T00:00Z',
    '[UTC]',
    'UTC\n',
    'Europe/Berlin ',
  ],
);
acceptance(
  'a plain date',
  isPlainDate,
  ['2024-02-29', '0000-01-01', '9999-12-31', '2011-12-30'],
  [
    '',
    '2023-02-29',
    '2024-13-01',
    '2024-00-10',
    '2024-04-31',
    '20240401',
    '2024-4-1',
    '+002024-04-01',
    '-000001-01-01',
  ],
);
acceptance(
  'an instant',
  isInstant,
  [
    '2024-03-12T12:12:00Z',
    '2024-03-12T12:12Z',
    '2024-03-12T12:12:00.123456789+05:45',
    '2024-03-12t12:12:00z',
  ],
  [
    '2024-03-12',
    '2024-03-12T12:12:00',
    '2024-02-30T00:00:00Z',
    '2024-03-12T24:00:00Z',
    '2024-03-12T12:12:00+02:00[UTC]',
  ],
);

describe('local dates', () => {
  const starts: [string, string, string][] = [
    ['2026-12-01', 'UTC', '2026-12-01T00:00:00Z'],
    ['2026-07-01', 'America/New_York', '2026-07-01T04:00:00Z'],
    // Midnight is skipped: the date starts at 01:00.
    ['2026-09-06', 'America/Santiago', '2026-09-06T04:00:00Z'],
    ['2026-04-24', 'Africa/Cairo', '2026-04-23T22:00:00Z'],
    ['2026-03-29', 'Asia/Beirut', '2026-03-28T22:00:00Z'],
    // Midnight comes twice: the date starts at the first.
    ['2026-11-01', 'America/Havana', '2026-11-01T04:00:00Z'],
    ['2011-12-31', 'Pacific/Apia', '2011-12-30T10:00:00Z'],
  ];
  for (const [date, zone, instant] of starts) {
    it(`${date} in ${zone} starts at ${instant}`, () => {
      assert.equal(startOfLocalDate(date, zone), instant);
      assert.equal(localDateOf(instant, zone), date);
      assert.equal(localDateOf(new Date(Date.parse(instant) - 1).toISOString(), zone) < date, true);
    });
  }

  it('a date that its zone skipped has no start, and still counts as a day', () => {
    assert.throws(() => startOfLocalDate('2011-12-30', 'Pacific/Apia'), hasCode('SKIPPED_DATE'));
    assert.equal(daysBetween('2011-12-29', '2011-12-31'), 2);
  });

  const uneven: [string, string, number][] = [
    ['2026-03-29', 'Europe/Berlin', 23],
    ['2026-10-25', 'Europe/Berlin', 25],
    ['2026-09-06', 'America/Santiago', 23],
    ['2026-04-04', 'America/Santiago', 25],
    ['2026-10-04', 'Australia/Lord_Howe', 23.5],
  ];
  for (const [date, zone, hours] of uneven) {
    it(`${date} in ${zone} has ${hours} hours and counts as one day`, () => {
      const [start, end] = [startOfLocalDate(date, zone), startOfLocalDate(addDays(date, 1), zone)];
      assert.equal((Date.parse(end) - Date.parse(start)) / 3_600_000, hours);
      assert.equal(daysBetween(localDateOf(start, zone), localDateOf(end, zone)), 1);
    });
  }

  it('agrees with Intl about the local date at any instant', () => {
    const zone = fc.constantFrom(
      'Europe/Berlin',
      'America/Santiago',
      'Asia/Kathmandu',
      'Pacific/Kiritimati',
      'UTC',
    );
    const moment = fc.date({
      min: new Date('1990-01-01Z'),
      max: new Date('2035-01-01Z'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(moment, zone, (date, timeZone) => {
        const expected = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' }).format(date);
        assert.equal(localDateOf(date.toISOString(), timeZone), expected);
      }),
    );
  });

  const refusals: [string, () => unknown, DomainErrorCode][] = [
    ['an instant without an offset', () => localDateOf('2024-03-12T12:12:00', 'UTC'), 'BAD_INSTANT'],
    ['an unknown zone', () => localDateOf('2024-03-12T12:12:00Z', 'Mars/Phobos'), 'UNKNOWN_TIME_ZONE'],
    ['an unknown zone of a date', () => startOfLocalDate('2024-03-12', '+02:00'), 'UNKNOWN_TIME_ZONE'],
    ['a bad date', () => daysBetween('2024-02-30', '2024-03-01'), 'BAD_DATE'],
    ['a date past the year 9999', () => addDays('9999-12-31', 1), 'BAD_DATE'],
  ];
  for (const [what, act, code] of refusals) {
    it(`refuses ${what}`, () => {
      assert.throws(act, hasCode(code));
    });
  }

  it('reads well', () => {
    assert.equal(formatDateForPeople('2026-12-01'), 'Tuesday, 1 December 2026');
    assert.equal(formatDateForPeople('2024-02-29'), 'Thursday, 29 February 2024');
  });

  const told: [string, string, string][] = [
    [
      '2026-11-24T21:04:37.999999Z',
      'America/Chicago',
      '15:04 on Tuesday, 24 November 2026, Chicago time (UTC-06:00)',
    ],
    [
      '2026-11-24T21:04:00+05:30',
      'Asia/Kathmandu',
      '21:19 on Tuesday, 24 November 2026, Kathmandu time (UTC+05:45)',
    ],
    ['2026-11-24T09:05:00Z', 'UTC', '09:05 on Tuesday, 24 November 2026, the time zone UTC (UTC+00:00)'],
    // The same clock time twice, told apart by the offset.
    [
      '2026-11-01T05:30:00Z',
      'America/New_York',
      '01:30 on Sunday, 1 November 2026, New York time (UTC-04:00)',
    ],
    [
      '2026-11-01T06:30:00Z',
      'America/New_York',
      '01:30 on Sunday, 1 November 2026, New York time (UTC-05:00)',
    ],
    // Midnight, and the first instant of a date whose midnight is skipped.
    [
      '2026-11-25T06:00:00Z',
      'America/Chicago',
      'the start of Wednesday, 25 November 2026, Chicago time (UTC-06:00)',
    ],
    [
      '2026-09-06T04:00:30Z',
      'America/Santiago',
      'the start of Sunday, 6 September 2026, Santiago time (UTC-03:00)',
    ],
  ];
  for (const [instant, zone, words] of told) {
    it(`tells ${instant} in ${zone}`, () => {
      assert.equal(formatInstantForPeople(instant, zone), words);
    });
  }

  it('tells nothing of an instant or a zone that is none', () => {
    assert.throws(() => formatInstantForPeople('2026-11-24', 'UTC'), hasCode('BAD_INSTANT'));
    assert.throws(
      () => formatInstantForPeople('2026-11-24T00:00:00Z', 'Mars/Phobos'),
      hasCode('UNKNOWN_TIME_ZONE'),
    );
  });
});
