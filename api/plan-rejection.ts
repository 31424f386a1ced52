import { accountOverview } from '../db/read-models/account-overview.ts';
import { findPlan, plansOnSale } from '../db/read-models/catalogue.ts';
import { resolveActivationDate } from '../domain/activation-date.ts';
import type { RejectionCode } from '../domain/failures.ts';
import { toMoneyJson } from '../domain/money.ts';
import { nearestPlans } from '../domain/nearest-plans.ts';
import type { PlanChangeInput } from '../workflows/contract.ts';
import type { ApiDeps } from './deps.ts';
import { rejected, type HttpProblem } from './http-errors.ts';

type WantedChange = Pick<PlanChangeInput, 'customerId' | 'planCode' | 'activation'>;

/** A rejection of the first step or of a new quote; where the plan cannot be ordered, with those that can and are nearest to it. */
export async function planRejection(
  deps: ApiDeps,
  wanted: WantedChange,
  code: RejectionCode,
  openPlanChangeId: string | null,
): Promise<HttpProblem> {
  if (code !== 'plan-not-available') return rejected(code, openPlanChangeId);
  return rejected(code, openPlanChangeId, { nearestPlans: await nearestTo(deps, wanted) });
}

async function nearestTo(deps: ApiDeps, change: WantedChange) {
  const [wanted, account] = await Promise.all([
    findPlan(deps.knex, change.planCode),
    accountOverview(deps.knex, change.customerId),
  ]);
  const date = resolveActivationDate({
    ...account,
    requested: change.activation,
    now: account.now,
    furthestDateDays: deps.policy.furthestDateDays,
  });
  if (wanted === undefined || date === undefined) return [];
  const available = (await plansOnSale(deps.knex, date.effectiveDate)).filter(
    ({ planCode, currency }) => currency === account.currency && planCode !== account.planCode,
  );
  return nearestPlans(wanted, available).map(({ planCode, planName, priceMinor, currency, interval }) => ({
    planCode,
    planName,
    price: toMoneyJson(priceMinor, currency),
    interval,
  }));
}
