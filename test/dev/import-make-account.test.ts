import assert from 'node:assert/strict';
import fc from 'fast-check';
import { accountKey, identityKey } from '../../domain/account-key.ts';
import { cycleContaining } from '../../domain/billing-cycle.ts';
import { isTimeZone, localDateOf } from '../../domain/calendar.ts';
import { anchorDateOf } from '../../dev/import/anchor-date.ts';
import type { ChurnRow } from '../../dev/import/churn-row.ts';
import { makeAccount } from '../../dev/import/make-account.ts';
import { mailboxName } from '../../dev/import/person-names.ts';
import { planVersionOn } from '../../dev/seed/catalogue.ts';

const NOW = '2026-11-24T08:30:00Z';

function row(id: number | string, change: Partial<ChurnRow> = {}): ChurnRow {
  const accountNumber = typeof id === 'string' ? id : `${String(id).padStart(4, '0')}-ABCDE`;
  return {
    accountNumber,
    accountKey: accountKey(accountNumber),
    gender: 'Female',
    tenureMonths: 12,
    internet: 'DSL',
    phone: true,
    multipleLines: false,
    addOns: 0,
    contract: 'One year',
    monthlyChargeMinor: 4715n,
    planCode: 'dsl-phone',
    ...change,
  };
}
const many = Array.from({ length: 2000 }, (_, at) => makeAccount(row(at), NOW));

describe('makeAccount', () => {
  it('makes the same account from the same id, in any order and on any day', () => {
    makeAccount(row('0000-OTHER'), NOW);
    const again = makeAccount(row(7), NOW);
    assert.deepEqual(again, many[7]);
    const later = makeAccount(row(7), '2027-03-01T00:00:00Z');
    assert.deepEqual(
      { ...later, anchorDate: '', startDate: '' },
      { ...again, anchorDate: '', startDate: '' },
    );
    assert.notEqual(later.anchorDate, again.anchorDate);
  });

  it('keeps the charge of the row, twelve times of it for a year', () => {
    assert.equal(makeAccount(row(1), NOW).priceMinor, 4715n);
    assert.equal(
      makeAccount(row(1, { planCode: 'phone-basic-yearly', monthlyChargeMinor: 1990n }), NOW).priceMinor,
      23880n,
    );
  });

  it('gives every account a cycle that contains today, and every bill day', () => {
    const billDays = new Set<string>();
    for (const account of many) {
      const today = localDateOf(NOW, account.timeZone);
      const cycle = cycleContaining(account.anchorDate, 'month', today);
      assert.ok(account.startDate <= cycle.start && cycle.start <= today && today < cycle.end);
      billDays.add(account.anchorDate.slice(8));
    }
    assert.equal(billDays.size, 31);
  });

  it('uses real zones, several of them without daylight saving', () => {
    const zones = new Set(many.map(({ timeZone }) => timeZone));
    assert.ok([...zones].every(isTimeZone));
    for (const zone of ['America/New_York', 'America/Phoenix', 'Pacific/Honolulu', 'America/Puerto_Rico'])
      assert.ok(zones.has(zone));
  });

  it('writes nobody: every mail address is of a reserved domain, and its own', () => {
    for (const { email } of many) assert.match(email, /^[a-z0-9.]+@example\.(com|net|org)$/);
    assert.equal(new Set(many.map(({ email }) => email)).size, many.length);
  });

  it('has the names that real files have', () => {
    const names = many.map(({ fullName }) => fullName).join('\n');
    for (const kind of [/[^\u0020-\u007e\n]/, /['’]/, /-/]) assert.match(names, kind);
    for (const { fullName, serviceAddress } of many) {
      assert.notEqual(identityKey(fullName), '');
      assert.match(serviceAddress, /^\d+ .+, [A-Z]{2} \d{5}$/);
    }
  });

  it('starts an account of a retired plan while the plan was on sale', () => {
    for (let id = 0; id < 200; id += 1) {
      const account = makeAccount(row(id, { planCode: 'dsl-two-lines', tenureMonths: id % 72 }), NOW);
      assert.ok(account.startDate < '2023-07-01');
    }
  });

  it('takes the version of the plan that was on sale at the start', () => {
    const versionAfter = (tenureMonths: number) =>
      makeAccount(row(1, { planCode: 'fiber-plus', tenureMonths }), NOW).planVersion;
    assert.equal(versionAfter(0), 2);
    assert.equal(versionAfter(70), 1);
  });

  it('records usage against the allowances of the plan', () => {
    const services: Partial<ChurnRow> = { planCode: 'fiber-complete', multipleLines: false, addOns: 5 };
    const { usage } = makeAccount(row(1, services), NOW);
    const { allowances } = planVersionOn('fiber-complete', '2026-01-01');
    assert.deepEqual(
      usage.map(({ metric, allowance, unit }) => [metric, { amount: allowance, unit }]),
      Object.entries(allowances),
    );
    for (const { used } of usage) assert.match(used, /^\d+(\.\d)?$/);
  });

  it('takes lines and add-ons in use from the row', () => {
    const used = (change: Partial<ChurnRow>) =>
      Object.fromEntries(makeAccount(row(1, change), NOW).usage.map(({ metric, used }) => [metric, used]));
    const two = used({ planCode: 'dsl-phone-plus', multipleLines: true, addOns: 3 });
    assert.deepEqual([two['lines'], two['add_ons']], ['2', '3']);
    const none = used({ planCode: 'dsl-internet', phone: false, addOns: 0 });
    assert.deepEqual([none['lines'], none['add_ons']], [undefined, '0']);
  });
});

describe('anchorDateOf', () => {
  it('is on the bill day, at least the tenure ago, at most two months more', () => {
    const date = fc.date({ min: new Date('2000-01-01'), max: new Date('2100-01-01'), noInvalidDate: true });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 31 }),
        date,
        fc.integer({ min: 0, max: 80 }),
        (billDay, day, tenureMonths) => {
          const notAfter = day.toISOString().slice(0, 10);
          const anchor = anchorDateOf({ billDay, notAfter, tenureMonths });
          assert.equal(Number(anchor.slice(8)), billDay);
          const months = (text: string) => Number(text.slice(0, 4)) * 12 + Number(text.slice(5, 7));
          const age = months(notAfter) - months(anchor);
          assert.ok(anchor <= notAfter && age >= tenureMonths && age <= tenureMonths + 2);
        },
      ),
    );
  });

  const table: [number, string, number, string][] = [
    [31, '2026-03-31', 0, '2026-03-31'],
    [31, '2026-03-30', 0, '2026-01-31'],
    [30, '2026-03-29', 0, '2026-01-30'],
    [29, '2024-03-01', 0, '2024-02-29'],
    [31, '2026-03-31', 1, '2026-01-31'],
    [1, '2026-11-24', 72, '2020-11-01'],
  ];
  for (const [billDay, notAfter, tenureMonths, anchor] of table) {
    it(`day ${billDay}, ${tenureMonths} months before ${notAfter}: ${anchor}`, () => {
      assert.equal(anchorDateOf({ billDay, notAfter, tenureMonths }), anchor);
    });
  }
});

describe('mailboxName', () => {
  for (const [name, mailbox] of [
    ["Zoë O'Brien", 'zoe.obrien'],
    ['Eliza O’Shea-Müller', 'eliza.oshea.muller'],
    ['Łukasz Straße', 'lukasz.strasse'],
    ['Đức Nguyễn', 'duc.nguyen'],
    ['Søren Ångström', 'soren.angstrom'],
    ['María José Peña', 'maria.jose.pena'],
  ] as const) {
    it(`${name} is ${mailbox}`, () => {
      assert.equal(mailboxName(name), mailbox);
    });
  }
});
