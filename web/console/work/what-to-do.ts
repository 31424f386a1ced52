import type { PlanChange } from '../api/types.ts';
import { MAIL_WORDS } from '../change/mail-words.ts';
import { durationText } from './time-words.ts';

type HoldReason = NonNullable<PlanChange['hold']>['reason'];

const QUOTE_AGAIN = 'Make a new quote and ask the customer again.';
const FIND_OUT = 'Find out what is stored, then quote again or cancel.';

const HELD: Readonly<Record<HoldReason, { readonly reason: string; readonly todo: string }>> = {
  price_changed: { reason: 'Price changed', todo: QUOTE_AGAIN },
  plan_version_changed: { reason: 'Plan changed', todo: QUOTE_AGAIN },
  plan_unavailable: { reason: 'Plan no longer sold', todo: 'Cancel, and offer another plan.' },
  promotion_unavailable: { reason: 'Promotion ended', todo: QUOTE_AGAIN },
  current_plan_changed: { reason: 'Current plan changed', todo: QUOTE_AGAIN },
  account_not_active: {
    reason: 'Account not active',
    todo: 'Once it is active again make a new quote, or cancel.',
  },
  quote_changed: { reason: 'Amounts changed', todo: QUOTE_AGAIN },
  activation_late: { reason: 'Not applied in time', todo: QUOTE_AGAIN },
  read_back_mismatch: { reason: 'Read-back differed', todo: FIND_OUT },
  plan_not_restored: { reason: 'Plan not restored', todo: FIND_OUT },
};

/** What a change waits for, and what somebody has to do about it, if anything. */
export function whatToDo(
  change: PlanChange,
  now: number,
): { readonly state?: string; readonly todo?: string } {
  const { status, quote, hold, email } = change;
  if (status === 'awaiting_consent' && quote !== null) {
    const left = (Date.parse(quote.expiresAt) - now) / 1_000;
    return left <= 0
      ? { state: 'The quote is over', todo: QUOTE_AGAIN }
      : { state: `Quote holds for ${durationText(left)}` };
  }
  if (status === 'held' && hold !== null) {
    const { reason, todo } = HELD[hold.reason];
    return { state: `${reason}; ends in ${durationText((Date.parse(hold.endsAt) - now) / 1_000)}`, todo };
  }
  if (status === 'scheduled') return { state: 'Agreed; starts by itself' };
  if (status !== 'activated' && status !== 'completed') return {};
  const mail = email === null ? undefined : MAIL_WORDS[email.status];
  if (change.confirmedAt !== null) return { state: 'Confirmed with the customer' };
  return {
    ...(mail && { state: `Mail: ${mail.text}` }),
    todo: 'Tell the customer by phone, and confirm it.',
  };
}
