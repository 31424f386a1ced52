import type { PlanChange } from '../api/types.ts';
import { HELD_WORDS } from '../change/held-words.ts';
import { MAIL_WORDS } from '../change/mail-words.ts';
import { durationText } from './time-words.ts';

/** What a change waits for, and what somebody has to do about it, if anything. */
export function whatToDo(
  change: PlanChange,
  now: number,
): { readonly state?: string; readonly todo?: string } {
  const { status, quote, hold, email } = change;
  if (status === 'awaiting_consent' && quote !== null) {
    const left = (Date.parse(quote.expiresAt) - now) / 1_000;
    return left <= 0
      ? { state: 'The quote is over', todo: 'Make a new quote, and ask the customer again.' }
      : { state: `Quote holds for ${durationText(left)}` };
  }
  if (status === 'held' && hold !== null) {
    const { short, todo } = HELD_WORDS[hold.reason];
    return { state: `${short}; ends in ${durationText((Date.parse(hold.endsAt) - now) / 1_000)}`, todo };
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
