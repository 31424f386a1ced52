import type { Identification, Money, PlanChange } from '../api/types.ts';

/** A time on one plan. */
export interface PlanPeriod {
  readonly planName: string;
  readonly price: Money;
  readonly interval: 'month' | 'year';
  /** ISO instant; null: before what is on record here. */
  readonly from: string | null;
  /** Null: it runs. */
  readonly until: string | null;
  /** The change that began it. */
  readonly planChangeId: string | null;
  readonly isPlanned: boolean;
}

/** The plans of an account, oldest first, as its changes tell them; without any, the plan it has. */
export function planPeriods(
  changes: readonly PlanChange[],
  subscription: Identification['subscription'] | undefined,
): PlanPeriod[] {
  const applied = changes
    .filter(({ status }) => status === 'activated' || status === 'completed')
    .flatMap((change) => periodOf(change, false))
    .toSorted((a, b) => startOf(a) - startOf(b));
  const planned = changes
    .filter(({ status }) => status === 'scheduled')
    .flatMap((change) => periodOf(change, true));
  const first = firstPeriod(changes, subscription);
  const periods = [...(first ? [first] : []), ...applied, ...planned];
  return periods.map((period, index) => ({ ...period, until: periods[index + 1]?.from ?? null }));
}

/** The plan before the first applied change: what that change was from. */
function firstPeriod(
  changes: readonly PlanChange[],
  subscription: Identification['subscription'] | undefined,
): PlanPeriod | undefined {
  const earliest = changes
    .filter(({ status }) => status === 'activated' || status === 'completed')
    .toSorted((a, b) => Date.parse(a.activation.at ?? '') - Date.parse(b.activation.at ?? ''))[0];
  const origin = earliest?.from ?? changes[0]?.from ?? subscription;
  if (origin === undefined) return undefined;
  const { planName, price, interval } = origin;
  const from = earliest === undefined ? (subscription?.since ?? null) : null;
  return { planName, price, interval, from, until: null, planChangeId: null, isPlanned: false };
}

function periodOf({ to, activation, planChangeId }: PlanChange, isPlanned: boolean): PlanPeriod[] {
  if (to === null || activation.at === null) return [];
  const { planName, price, interval } = to;
  return [{ planName, price, interval, from: activation.at, until: null, planChangeId, isPlanned }];
}

function startOf({ from }: PlanPeriod): number {
  return from === null ? 0 : Date.parse(from);
}

/** For a plot only: what a month costs, as a float. */
export function monthly({ price, interval }: PlanPeriod): number {
  return Number(price.amount) / (interval === 'year' ? 12 : 1);
}
