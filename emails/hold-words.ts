import type { PendingChange } from '../domain/pending-change.ts';
import { priceOf } from './change-figures.ts';
import { oneLine } from './plain-text.ts';

const NEW_QUOTE =
  'If you still want the change, contact us: we make a new quote, and nothing happens until you agree to it.';

/** Why a change was held, and what the customer can do, in words without the system's own terms. */
export function holdWords(pending: PendingChange): { why: string; next: string } {
  const plan = oneLine(pending.to.planName);
  switch (pending.holdReason) {
    case 'price_changed':
      return {
        why: `The price of ${plan} is no longer the ${priceOf(pending.to, pending.currency)} in your quote.`,
        next: NEW_QUOTE,
      };
    case 'plan_version_changed':
      return { why: `What ${plan} includes is no longer what it was in your quote.`, next: NEW_QUOTE };
    case 'plan_unavailable':
      return {
        why: `${plan} can no longer be ordered for the date of your change.`,
        next: 'Contact us to choose another plan; nothing happens until you agree to a new quote.',
      };
    case 'promotion_unavailable':
      return { why: 'The promotion in your quote is no longer available for your change.', next: NEW_QUOTE };
    case 'current_plan_changed':
      return {
        why: 'Your present plan has changed since the quote, so the amounts in it are no longer right.',
        next: NEW_QUOTE,
      };
    case 'account_not_active':
      return {
        why: 'Your account is not active at the moment, and plans can be changed on active accounts only.',
        next: 'Contact us to have your account reactivated; then we can make a new quote for the change.',
      };
    case 'quote_changed':
      return {
        why: 'The amounts worked out for the change are no longer those in your quote.',
        next: NEW_QUOTE,
      };
    case 'activation_late':
      return {
        why: 'We could not make it in time, so the amounts in your quote are no longer those of the day.',
        next: NEW_QUOTE,
      };
    case 'read_back_mismatch':
      return {
        why:
          'Our check found that the new plan was not set up as agreed, so we took it back at once, with every ' +
          'charge and credit.',
        next: NEW_QUOTE,
      };
    case 'plan_not_restored':
      return {
        why: 'Your plan was changed by something else at the same moment, and our staff have to look at it.',
        next: 'Contact us and we sort it out with you; nothing happens until you agree to a new quote.',
      };
    case null:
      return { why: 'Something in it is no longer as it was in your quote.', next: NEW_QUOTE };
  }
}
