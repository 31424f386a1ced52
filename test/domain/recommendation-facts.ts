import { parseChurnRow, type ChurnRow } from '../../dev/import/churn-row.ts';
import type { NewAccount } from '../../dev/import/insert-accounts.ts';
import { makeAccount } from '../../dev/import/make-account.ts';
import { readRows } from '../../dev/import/read-rows.ts';
import { PLAN_VERSIONS, planVersionOn, PROMOTIONS, type CataloguePlan } from '../../dev/seed/catalogue.ts';
import { ACCOUNTS_FILE } from '../../dev/seed/seed-demo.ts';
import { startOfLocalDate } from '../../domain/calendar.ts';
import { usageOf } from '../../domain/customer-needs.ts';
import { parseDecimal } from '../../domain/money.ts';
import type { PlanOffer, RecommendationFacts } from '../../domain/recommendation-candidate.ts';

export const NOW = '2026-11-24T15:04:05Z';

/** The newest version of every plan of the development catalogue, with its promotions. */
export const OFFERS: readonly PlanOffer[] = [...new Set(PLAN_VERSIONS.map(({ planCode }) => planCode))].map(
  (planCode) => offerOf(planVersionOn(planCode, '9999-12-31')),
);

function offerOf(plan: CataloguePlan): PlanOffer {
  return {
    ...plan,
    priceMinor: parseDecimal(plan.price, 'USD'),
    currency: 'USD',
    promotions: PROMOTIONS.filter(({ planCode }) => planCode === plan.planCode).map((promotion) => ({
      ...promotion,
      percentOff: 'percent' in promotion.off ? promotion.off.percent : null,
      amountOffMinor: 'amount' in promotion.off ? parseDecimal(promotion.off.amount, 'USD') : null,
      withdrawn: false,
    })),
  };
}

/** What the read model finds for an account that was imported and never changed since. */
export function factsOf(account: NewAccount, offers: readonly PlanOffer[] = OFFERS): RecommendationFacts {
  const plan = PLAN_VERSIONS.find(
    ({ planCode, version }) => planCode === account.planCode && version === account.planVersion,
  );
  if (!plan) throw new Error(`The catalogue has no version ${account.planVersion} of ${account.planCode}`);
  const validFrom = startOfLocalDate(account.startDate, account.timeZone);
  const { priceMinor } = account;
  return {
    account: {
      customerId: '01938a5e-0000-7000-8000-000000000002',
      subscriptionId: '01938a5e-0000-7000-8000-000000000003',
      accountStatus: 'active',
      currency: 'USD',
      timeZone: account.timeZone,
      anchorDate: account.anchorDate,
      current: { ...plan, priceMinor, validFrom, openingCharge: null, soldUntil: null },
      terms: { version: '2025-02', sha256: '0'.repeat(64) },
      periods: [
        { from: validFrom, until: null, priceMinor, interval: plan.interval, openedImmediately: false },
      ],
      balanceEntries: [],
      openPlanChangeId: null,
    },
    allowances: plan.allowances,
    usage: usageOf(account.usage.map(({ metric, used }) => ({ metric, used: Number(used) }))),
    offers,
  };
}

/** An account of the catalogue's plan at its list price; usage is what the test cares about. */
export function factsWith(
  planCode: string,
  used: Readonly<Record<string, number>> = {},
  change: Partial<NewAccount> = {},
): RecommendationFacts {
  const plan = planVersionOn(planCode, '9999-12-31');
  return factsOf({
    accountNumber: '7590-VHVEG',
    accountKey: '7590VHVEG',
    fullName: "Zoë O'Brien",
    serviceAddress: '12 North Main Street, Springfield, IL 62704',
    email: 'zoe@example.com',
    timeZone: 'America/Chicago',
    anchorDate: '2024-01-09',
    startDate: '2024-01-09',
    planCode,
    planVersion: plan.version,
    priceMinor: parseDecimal(plan.price, 'USD'),
    usage: Object.entries(used).map(([metric, amount]) => ({
      metric,
      used: String(amount),
      allowance: null,
      unit: '',
    })),
    ...change,
  });
}

export interface RealAccount {
  readonly row: ChurnRow;
  readonly facts: RecommendationFacts;
}

/** The 7,043 accounts of the file, made as the import makes them. */
export async function realAccounts(): Promise<RealAccount[]> {
  const accounts: RealAccount[] = [];
  for await (const item of readRows(ACCOUNTS_FILE)) {
    if (!('record' in item)) throw new Error(`line ${item.line} ${item.problem}`);
    const row = parseChurnRow(item.record);
    accounts.push({ row, facts: factsOf(makeAccount(row, NOW)) });
  }
  return accounts;
}
