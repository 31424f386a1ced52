import { createHash } from 'node:crypto';
import { Faker, base, en, en_US } from '@faker-js/faker';
import { addDays, localDateOf } from '../../domain/calendar.ts';
import { anchorDateOf } from './anchor-date.ts';
import type { ChurnRow } from './churn-row.ts';
import type { NewAccount } from './insert-accounts.ts';
import { LOCALITIES } from './localities.ts';
import { mailboxName, personName } from './person-names.ts';
import { planVersionOn, type CataloguePlan } from '../seed/catalogue.ts';

/** Real streets of Puerto Rico are in Spanish; faker's American ones would look wrong there. */
const SPANISH_STREETS = [
  'Calle San Sebastián',
  'Avenida Ponce de León',
  'Calle Méndez Vigo',
  'Calle Peñuelas',
];

const faker = new Faker({ locale: [en_US, en, base] });

/**
 * Makes an account from a row. The file has no names, addresses, zones or usage: they are made from the
 * customer id alone, so that every import makes the same ones. Only the dates follow the day of the import:
 * the account is as old as its tenure on that day.
 * @param now ISO instant of the import
 */
export function makeAccount(row: ChurnRow, now: string): NewAccount {
  const seed = createHash('sha256').update(row.accountKey).digest();
  faker.seed(seed.readUInt32BE(0));

  const fullName = personName(faker, row.gender);
  const locality = faker.helpers.arrayElement(LOCALITIES);
  const today = localDateOf(now, locality.zone);
  const anchorDate = anchorDateOf({
    billDay: (seed.readUInt32BE(4) % 31) + 1,
    notAfter: lastStart(row.planCode, today),
    tenureMonths: row.tenureMonths,
  });
  const plan = planVersionOn(row.planCode, anchorDate);
  return {
    accountNumber: row.accountNumber,
    accountKey: row.accountKey,
    fullName,
    serviceAddress: [
      `${faker.location.buildingNumber()} ${street(locality.state)}${unit()}`,
      locality.city,
      `${locality.state} ${locality.zip}${faker.string.numeric(2)}`,
    ].join(', '),
    email: `${mailboxName(fullName)}.${row.accountKey.toLowerCase()}@example.${faker.helpers.arrayElement(['com', 'net', 'org'])}`,
    timeZone: locality.zone,
    anchorDate,
    startDate: anchorDate,
    planCode: plan.planCode,
    planVersion: plan.version,
    priceMinor: row.monthlyChargeMinor * (plan.interval === 'year' ? 12n : 1n),
    usage: usageOf(plan, row),
  };
}

/** A retired plan could not start after its last day of sale, however young the account is in the file. */
function lastStart(planCode: string, today: string): string {
  const { availableUntil } = planVersionOn(planCode, today);
  return availableUntil !== null && availableUntil <= today ? addDays(availableUntil, -1) : today;
}

function street(state: string): string {
  return state === 'PR' ? faker.helpers.arrayElement(SPANISH_STREETS) : faker.location.street();
}

function unit(): string {
  return faker.datatype.boolean({ probability: 0.3 }) ? `, ${faker.location.secondaryAddress()}` : '';
}

/**
 * Lines and add-ons in use are the row's own. What is metered is made up, so far in the running cycle: most
 * accounts use some half of what they may, a few go over it.
 */
function usageOf(plan: CataloguePlan, row: ChurnRow): NewAccount['usage'] {
  const lines = row.phone ? (row.multipleLines ? 2 : 1) : 0;
  const inUse: Readonly<Record<string, number>> = { lines, add_ons: row.addOns };
  return Object.entries(plan.allowances).map(([metric, { amount, unit: unitName }]) => ({
    metric,
    used: inUse[metric]?.toFixed(0) ?? meteredUse(metric, amount),
    allowance: amount,
    unit: unitName,
  }));
}

function meteredUse(metric: string, allowance: number | null): string {
  const share = faker.number.float({ min: 0.02, max: 1.05 });
  return ((allowance ?? 1500) * share).toFixed(metric === 'data' ? 1 : 0);
}
