import { randomInt } from 'node:crypto';
import type { Knex } from 'knex';
import { accountKey } from '../../domain/account-key.ts';
import { parseDecimal } from '../../domain/money.ts';
import { insertAccounts, type NewAccount } from '../import/insert-accounts.ts';
import { planVersionOn } from './catalogue.ts';

/** Whatever a test cares about; the rest is an ordinary account. */
export interface AccountOverrides {
  readonly accountNumber?: string;
  readonly fullName?: string;
  readonly serviceAddress?: string;
  readonly email?: string;
  /** IANA name. */
  readonly timeZone?: string;
  /** First bill day, 'YYYY-MM-DD'; the plan begins on it unless `startDate` says otherwise. */
  readonly anchorDate?: string;
  /** Local date on which the plan began. */
  readonly startDate?: string;
  readonly planCode?: string;
  /** The newest one unless given. */
  readonly planVersion?: number;
  /** What the account pays per interval of its plan, in US cents; the list price unless given. */
  readonly priceMinor?: bigint;
  readonly usage?: NewAccount['usage'];
}

export interface TestAccount {
  readonly customerId: string;
  readonly subscriptionId: string;
  readonly accountNumber: string;
  readonly fullName: string;
  readonly serviceAddress: string;
  readonly email: string;
}

/**
 * Puts one account into a database that has the catalogue (`seedCatalogue`).
 * @param knex a connection of the migrator or the owner: the app may not make customers
 * @throws Error when the account number is taken
 */
export async function insertAccount(knex: Knex, overrides: AccountOverrides = {}): Promise<TestAccount> {
  const accountNumber = overrides.accountNumber ?? randomAccountNumber();
  const planCode = overrides.planCode ?? 'fiber-basic';
  const plan = planVersionOn(planCode, '9999-12-31');
  const anchorDate = overrides.anchorDate ?? '2024-01-15';
  const account: NewAccount = {
    accountNumber,
    accountKey: accountKey(accountNumber),
    fullName: overrides.fullName ?? "Zoë O'Brien",
    serviceAddress: overrides.serviceAddress ?? '12 North Main Street, Apt. 4, Springfield, IL 62704',
    email: overrides.email ?? `${accountKey(accountNumber).toLowerCase()}@example.com`,
    timeZone: overrides.timeZone ?? 'America/Chicago',
    anchorDate,
    startDate: overrides.startDate ?? anchorDate,
    planCode,
    planVersion: overrides.planVersion ?? plan.version,
    priceMinor: overrides.priceMinor ?? parseDecimal(plan.price, 'USD'),
    usage: overrides.usage ?? [{ metric: 'data', used: '120.5', allowance: 1000, unit: 'GB' }],
  };
  const [inserted] = await insertAccounts(knex, [account]);
  if (!inserted) throw new Error(`The account ${accountNumber} is there already`);
  const { fullName, serviceAddress, email } = account;
  return { ...inserted, fullName, serviceAddress, email };
}

function randomAccountNumber(): string {
  const letters = Array.from({ length: 5 }, () => String.fromCharCode(65 + randomInt(26)));
  return `${String(randomInt(10_000)).padStart(4, '0')}-${letters.join('')}`;
}
