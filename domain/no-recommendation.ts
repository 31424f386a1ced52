import type { CustomerNeeds } from './customer-needs.ts';
import { formatMoneyForPeople } from './money.ts';
import { listWords } from './plan-words.ts';
import type { Candidate } from './recommendation-candidate.ts';
import { unmetConditions, type ConditionName } from './recommendation-conditions.ts';

/** Why there is no plan to recommend; the words are for the agent. */
export interface NoRecommendation {
  readonly reason: (typeof NO_RECOMMENDATION_REASONS)[number];
  readonly explanation: string;
}

export const NO_RECOMMENDATION_REASONS = [
  'nothing-to-order',
  'needs-not-met',
  'less-than-now',
  'present-plan-best',
] as const;

/** The conditions that come from what was stated, in words for "without …"; the others keep what there is now. */
const STATED: Partial<Record<ConditionName, (needs: CustomerNeeds, currency: string) => string>> = {
  hasTheInternetAskedFor: () => 'the internet access asked for',
  includesWhatWasAskedFor: () => 'the lines and add-ons asked for',
  includesMoreWhereMoreWasAskedFor: () => 'the wish for more data or calls',
  isBilledAsAskedFor: ({ billing }) => `the wish to be billed once a ${billing ?? 'month'}`,
  staysWithinTheLimit: ({ maxMonthlyMinor = 0n }, currency) =>
    `the limit of ${formatMoneyForPeople(maxMonthlyMinor, currency)} a month`,
  lowersTheBillWhereAskedFor: () => 'the wish for a lower bill',
  sellsNothingUnneeded: () => 'the wish for no internet access or no phone line',
};

/**
 * Says which of the rules left nothing: the first that applies, from no plan at all to plans that suit and do no
 * better than the one of now. Of needs that no plan meets together it names those that could be given up alone.
 * @param candidates every plan that may start today, before any rule
 */
export function whyNone(
  candidates: readonly Candidate[],
  needs: CustomerNeeds,
  currency: string,
): NoRecommendation {
  if (candidates.length === 0) return NOTHING_TO_ORDER;
  const unmet = candidates.map(unmetConditions);
  const stated = unmet.map((names) => names.filter((name) => STATED[name] !== undefined));
  if (stated.every((names) => names.length > 0)) {
    const alone = new Set(stated.flatMap((names) => (names.length === 1 ? names : [])));
    const without = [...alone].flatMap((name) => STATED[name]?.(needs, currency) ?? []);
    const hint = without.length === 0 ? '' : ` There are plans without ${listWords(without, 'or')}.`;
    return {
      reason: 'needs-not-met',
      explanation: `No plan on sale meets everything that was asked for.${hint}`,
    };
  }
  if (unmet.every((names) => names.length > 0)) {
    return {
      reason: 'less-than-now',
      explanation:
        'The plans that meet what was asked for give less than the customer has or uses now. Say that a lower bill, or a limit, is what counts to see them with what would be lost.',
    };
  }
  return { reason: 'present-plan-best', explanation: 'No plan does better than the present one.' };
}

/** Plans are there, and the rules of a quote refuse every one. */
export const NOTHING_TO_ORDER: NoRecommendation = {
  reason: 'nothing-to-order',
  explanation: 'No other plan can be ordered for this account today.',
};
