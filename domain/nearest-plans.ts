import type { BillingInterval } from './billing-cycle.ts';
import type { Technology } from './plan-change-terms.ts';
import { perYear } from './recommendation-candidate.ts';

/** A plan as far as nearness is judged. */
export interface ComparablePlan {
  readonly planCode: string;
  readonly technology: Technology;
  readonly priceMinor: bigint;
  readonly interval: BillingInterval;
}

const MOST = 3;

/**
 * The plans to offer in place of one that cannot be ordered ("back to the old plan, subject to availability"):
 * those over the same line first, then by distance of price over a year, then by code.
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
    .map((plan) => ({ plan, isOther: plan.technology !== wanted.technology, distance: distanceOf(plan) }))
    .sort(
      (one, other) =>
        Number(one.isOther) - Number(other.isOther) ||
        compare(one.distance, other.distance) ||
        compare(one.plan.planCode, other.plan.planCode),
    )
    .slice(0, MOST)
    .map(({ plan }) => plan);
}

function compare<T extends bigint | string>(one: T, other: T): number {
  return one === other ? 0 : one < other ? -1 : 1;
}
