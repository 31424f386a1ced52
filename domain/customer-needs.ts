import type { BillingInterval } from './billing-cycle.ts';
import { CAPACITIES, internetRank, type Capacity, type PlanInclusions } from './plan-inclusions.ts';

/** What a plan may add, each to be chosen by the customer within the plan's number of add-ons. */
export const ADD_ONS = [
  'online_security',
  'online_backup',
  'device_protection',
  'tech_support',
  'tv_streaming',
  'film_streaming',
] as const;
export type AddOn = (typeof ADD_ONS)[number];

/** What the customer says ("Understand the customer's needs"). Left out: as it is now. */
export interface CustomerNeeds {
  /** `none`: not needed; `any`: some internet access will do; `fast`: fiber. */
  readonly internet?: 'none' | 'any' | 'fast' | undefined;
  /** Phone lines needed; 0: none. */
  readonly lines?: number | undefined;
  /** The add-ons wanted, all of them. */
  readonly addOns?: readonly AddOn[] | undefined;
  readonly moreData?: boolean | undefined;
  readonly moreCalls?: boolean | undefined;
  /** How often the customer wants to be billed. */
  readonly billing?: BillingInterval | undefined;
  /** The most the customer wants to pay in a month, minor units. */
  readonly maxMonthlyMinor?: bigint | undefined;
  readonly lowerBill?: boolean | undefined;
}

/** Used so far in the running cycle, or in use now (lines, add-ons). */
export type Usage = Readonly<Record<Capacity, number>>;

/** Usage records by metric; what has no record is not used. */
export function usageOf(records: readonly { readonly metric: string; readonly used: number }[]): Usage {
  const usedOf = (name: Capacity): number => records.find(({ metric }) => metric === name)?.used ?? 0;
  return byCapacity(usedOf);
}

function byCapacity<T>(value: (name: Capacity) => T): Readonly<Record<Capacity, T>> {
  return Object.fromEntries(CAPACITIES.map((name) => [name, value(name)])) as Record<Capacity, T>;
}

/** What counts for one customer: the needs that were stated; for the rest, what the customer has and uses. */
export interface Yardstick {
  /** Least rank of internet access that was asked for; null: not stated. */
  readonly internet: number | null;
  readonly capacity: Readonly<Record<Capacity, CapacityYardstick>>;
}

export interface CapacityYardstick {
  /** Asked for, so at least this much is a condition; null: not stated. */
  readonly stated: number | null;
  /** More than now was asked for. */
  readonly wantsMore: boolean;
  readonly now: number;
  readonly used: number;
  /** Beyond this, more is of no use to this customer. */
  readonly useful: number;
}

const INTERNET_NEED = { none: 0, any: 1, fast: 2 } as const;

export function yardstickOf(needs: CustomerNeeds, current: PlanInclusions, usage: Usage): Yardstick {
  const capacity = (name: Capacity): CapacityYardstick => {
    const stated = statedCapacity(needs, name);
    const wantsMore =
      (name === 'data' && needs.moreData === true) || (name === 'voice' && needs.moreCalls === true);
    const now = current.capacity[name];
    const used = usage[name];
    return { stated, wantsMore, now, used, useful: wantsMore ? Infinity : (stated ?? Math.max(now, used)) };
  };
  return {
    internet: needs.internet === undefined ? null : INTERNET_NEED[needs.internet],
    capacity: byCapacity(capacity),
  };
}

/** Who needs no internet needs no data and none of its add-ons; who needs no phone line, no calls and texts. */
function statedCapacity(needs: CustomerNeeds, name: Capacity): number | null {
  switch (name) {
    case 'data':
      return needs.internet === 'none' ? 0 : null;
    case 'add_ons':
      return needs.addOns?.length ?? (needs.internet === 'none' ? 0 : null);
    case 'lines':
      return needs.lines ?? null;
    case 'voice':
    case 'texts':
      return needs.lines === 0 ? 0 : null;
  }
}

/** As much of what a plan includes as this customer has a use for. */
export function usefulPart(yardstick: Yardstick, current: PlanInclusions, plan: PlanInclusions): number[] {
  const internet = Math.min(
    internetRank(plan.technology),
    yardstick.internet ?? internetRank(current.technology),
  );
  return [
    internet,
    ...CAPACITIES.map((name) => Math.min(plan.capacity[name], yardstick.capacity[name].useful)),
  ];
}
