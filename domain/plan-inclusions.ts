import type { Technology } from './plan-change-terms.ts';

/** What a version of a plan includes, by metric, as the catalogue has it; `amount` null: without limit. */
export type Allowances = Readonly<
  Record<string, { readonly amount: number | null; readonly unit: string } | undefined>
>;

/** What is counted, in the order in which people are told about it. */
export const CAPACITIES = ['data', 'lines', 'voice', 'texts', 'add_ons'] as const;
export type Capacity = (typeof CAPACITIES)[number];

/** What a plan includes, as numbers that can be compared: 0 is none, Infinity without limit. */
export interface PlanInclusions {
  readonly technology: Technology;
  readonly capacity: Readonly<Record<Capacity, number>>;
}

/**
 * The one place where a plan of the catalogue becomes comparable: from technology and allowances, never from the
 * words of its features. A catalogue that does not count lines has one wherever calls are included.
 */
export function planInclusionsOf(plan: {
  readonly technology: Technology;
  readonly allowances: Allowances;
}): PlanInclusions {
  const amountOf = (metric: string): number => {
    const allowance = plan.allowances[metric];
    return allowance === undefined ? 0 : (allowance.amount ?? Infinity);
  };
  return {
    technology: plan.technology,
    capacity: {
      data: amountOf('data'),
      lines: plan.allowances['lines'] === undefined && amountOf('voice') > 0 ? 1 : amountOf('lines'),
      voice: amountOf('voice'),
      texts: amountOf('texts'),
      add_ons: amountOf('add_ons'),
    },
  };
}

const RANK: Readonly<Record<Technology, number>> = { none: 0, dsl: 1, fiber: 2 };

/** The faster, the higher. */
export function internetRank(technology: Technology): number {
  return RANK[technology];
}
