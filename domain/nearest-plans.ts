import type { BillingInterval } from './billing-cycle.ts';
import type { Technology } from './plan-change-terms.ts';
import { planInclusionsOf, internetRank, type Allowances } from './plan-inclusions.ts';
import { perYear } from './recommendation-candidate.ts';

/** A plan as far as nearness is judged. */
export interface ComparablePlan {
  readonly planCode: string;
  readonly technology: Technology;
  readonly allowances: Allowances;
  readonly priceMinor: bigint;
  readonly interval: BillingInterval;
}

const MOST = 3;

/**
 * The plans to offer in place of one that cannot be ordered ("back to the old plan, subject to availability"):
 * those that give as much of what it gives (internet, phone lines, add-ons, the interval of its bills) first, of these those over the same
 * line, then by distance of price over a year, then by code.
 * @param available plans that can be ordered; the wanted one among them is left out
 */
export function nearestPlans<Plan extends ComparablePlan>(
  wanted: ComparablePlan,
  available: readonly Plan[],
): Plan[] {
  const distanceOf = (plan: ComparablePlan): bigint => {
    const difference = perYear(plan.priceMinor, plan.interval) - perYear(wanted.priceMinor, wanted.interval);
    return difference < 0n ? -difference : difference;
  };
  return available
    .filter(({ planCode }) => planCode !== wanted.planCode)
    .map((plan) => ({
      plan,
      missing: missingFrom(plan, wanted),
      isOther: plan.technology !== wanted.technology,
      distance: distanceOf(plan),
    }))
    .sort(
      (one, other) =>
        one.missing - other.missing ||
        Number(one.isOther) - Number(other.isOther) ||
        compare(one.distance, other.distance) ||
        compare(one.plan.planCode, other.plan.planCode),
    )
    .slice(0, MOST)
    .map(({ plan }) => plan);
}

/** In how many ways the plan gives less than the wanted one, or is billed otherwise. */
function missingFrom(plan: ComparablePlan, wanted: ComparablePlan): number {
  const [given, asked] = [planInclusionsOf(plan), planInclusionsOf(wanted)];
  const less = [
    internetRank(given.technology) < internetRank(asked.technology),
    given.capacity.lines < asked.capacity.lines,
    given.capacity.add_ons < asked.capacity.add_ons,
    plan.interval !== wanted.interval,
  ];
  return less.filter(Boolean).length;
}

function compare<T extends bigint | string>(one: T, other: T): number {
  return one === other ? 0 : one < other ? -1 : 1;
}
