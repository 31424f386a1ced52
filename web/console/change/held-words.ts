import type { PlanChange } from '../api/types.ts';

/** `later`: a new quote is refused until somebody has put something else right. */
type WayOn = 'new_quote' | 'later' | 'other_plan';

interface HeldWords {
  /** For a row of a list. */
  readonly short: string;
  readonly why: string;
  readonly todo: string;
  readonly way: WayOn;
}

const AGAIN = { todo: 'Make a new quote, and ask the customer again.', way: 'new_quote' } as const;

/** Why a change is held, and how it goes on: the runbook's table of holds, for who is on the phone. */
export const HELD_WORDS: Readonly<Record<NonNullable<PlanChange['hold']>['reason'], HeldWords>> = {
  price_changed: {
    short: 'Price changed',
    why: 'The price of the new plan is no longer the one that was agreed.',
    ...AGAIN,
  },
  plan_version_changed: {
    short: 'Plan changed',
    why: 'The new plan itself has changed since it was agreed.',
    ...AGAIN,
  },
  plan_unavailable: {
    short: 'Plan no longer sold',
    why: 'The new plan is no longer on sale.',
    todo: 'Ask the customer for another plan, or cancel the change.',
    way: 'other_plan',
  },
  promotion_unavailable: {
    short: 'Promotion ended',
    why: 'The promotion in the quote no longer runs.',
    ...AGAIN,
  },
  current_plan_changed: {
    short: 'Current plan changed',
    why: 'The customer’s current plan is no longer the one of the quote.',
    ...AGAIN,
  },
  account_not_active: {
    short: 'Account not active',
    why: 'The account is not active.',
    todo: 'Once it is active again make a new quote and ask the customer again, or cancel the change.',
    way: 'later',
  },
  quote_changed: {
    short: 'Amounts changed',
    why: 'An amount of the quote would be another today.',
    ...AGAIN,
  },
  activation_late: {
    short: 'Not applied in time',
    why: 'The plan could not be applied in time for the quoted day.',
    ...AGAIN,
  },
  plan_not_restored: {
    short: 'Plan not restored',
    why: 'The plan that was taken back could not be restored.',
    todo: 'Operations puts it right first. Then make a new quote and ask the customer again, or cancel.',
    way: 'later',
  },
  read_back_mismatch: {
    short: 'Read-back differed',
    why: 'What was read back was not what was agreed; it was taken back.',
    todo: 'Tell operations, who look for the cause. Then make a new quote and ask the customer again.',
    way: 'new_quote',
  },
};
