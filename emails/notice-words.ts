import type { NoticeKind } from '../activities/ports.ts';
import { formatInstantForPeople } from '../domain/calendar.ts';
import type { PendingChange } from '../domain/pending-change.ts';
import { holdWords } from './hold-words.ts';
import { oneLine } from './plain-text.ts';

/** What a notice says besides the change itself. */
export interface NoticeWords {
  /** The news first: a long plan name is cut off at the end. */
  readonly subject: string;
  readonly heading: string;
  readonly opening: readonly string[];
  readonly changeHeading: string;
  /** Whether the customer is asked to agree: then the mail carries the whole quote and the link. */
  readonly asksForConsent: boolean;
  /** What can be done, where it is not the decision about the quote. */
  readonly next: readonly string[];
  readonly concern: string;
}

const NOTHING_YET = 'Nothing changes and nothing is charged unless you agree.';
const NOTHING_CHARGED = 'Nothing was charged, and your service stays as it is.';
const AGAIN =
  'You can ask for the change again at any time, subject to availability and to the promotions and prices of ' +
  'that day. There is no fee for changing.';
const NOT_MADE = {
  changeHeading: 'The change that was not made',
  asksForConsent: false,
  concern: 'If this is not what you expected, tell us at once and name the reference.',
} as const;
const OPEN = {
  changeHeading: 'The change you asked for',
  concern: 'If you did not ask for this change, do not agree to it, tell us at once and name the reference.',
} as const;

/** The plan is always named as the one that was asked for, never as one the customer has. */
export function noticeWords(kind: NoticeKind, pending: PendingChange): NoticeWords {
  const plan = oneLine(pending.to.planName);
  const asked = `You asked us to change your plan from ${oneLine(pending.from.planName)} to ${plan}.`;
  switch (kind) {
    case 'consent_request':
      return {
        ...OPEN,
        subject: `Please decide: your change to ${plan}`,
        heading: 'We need your agreement to change your plan',
        opening: [asked, `Please read the quote below, then agree to it or decline it. ${NOTHING_YET}`],
        asksForConsent: true,
        next: [],
      };
    case 'consent_reminder':
      return pending.quoteIsOpen ? openReminder(plan, asked) : lateReminder(plan, asked, pending);
    case 'held':
      return held(plan, pending);
    case 'expired':
      return {
        ...NOT_MADE,
        subject: `Not made: your change to ${plan}`,
        heading: 'Your plan was not changed',
        opening: [
          pending.holdReason === null
            ? `We did not make your change to ${plan}, because we did not have your agreement in time.`
            : `We did not make your change to ${plan}: it was on hold, and there was no new agreement in time.`,
          NOTHING_CHARGED,
        ],
        next: [AGAIN],
      };
    case 'replaced':
      return {
        ...NOT_MADE,
        subject: `Replaced: your change to ${plan}`,
        heading: 'Your plan change was replaced by another',
        opening: [
          `Your change to ${plan} will not be made: another change was asked for in its place.`,
          'Nothing was charged for it.',
        ],
        next: ['We ask for your agreement to the other change by itself: only what you agree to is made.'],
      };
    case 'failed':
      return {
        ...NOT_MADE,
        subject: `Not made: your change to ${plan}`,
        heading: 'We could not make your plan change',
        opening: [
          `We could not make your change to ${plan}: something went wrong on our side. We are sorry.`,
          NOTHING_CHARGED,
        ],
        next: [AGAIN],
      };
    case 'cancelled':
      return {
        ...NOT_MADE,
        subject: `Cancelled: your change to ${plan}`,
        heading: 'Your plan change was cancelled',
        opening: [`Your change to ${plan} was cancelled and will not be made.`, NOTHING_CHARGED],
        next: [AGAIN],
      };
  }
}

function openReminder(plan: string, asked: string): NoticeWords {
  return {
    ...OPEN,
    subject: `Reminder: please decide about your change to ${plan}`,
    heading: 'Your plan change waits for your decision',
    opening: [
      `${asked} You have not decided yet.`,
      `Please read the quote below, then agree to it or decline it. ${NOTHING_YET}`,
    ],
    asksForConsent: true,
    next: [],
  };
}

/** Half of the time for consent can be over after the quote: then there is nothing to agree to without a new one. */
function lateReminder(plan: string, asked: string, pending: PendingChange): NoticeWords {
  const { timeZone } = pending.customer;
  return {
    ...OPEN,
    subject: `Reminder: your change to ${plan} needs a new quote`,
    heading: 'Your plan change needs a new quote',
    opening: [
      `${asked} You could agree to our quote until ${formatInstantForPeople(pending.quoteExpiresAt, timeZone)}.`,
      'That time is over, so nothing was changed and nothing was charged.',
    ],
    asksForConsent: false,
    next: [
      `If you still want the change, contact us before ${formatInstantForPeople(pending.consentDeadlineAt, timeZone)}. ` +
        'We make a new quote with the prices and promotions of that day, and nothing happens until you agree to it.',
      'Without your agreement the change ends then by itself.',
    ],
  };
}

function held(plan: string, pending: PendingChange): NoticeWords {
  const { why, next } = holdWords(pending);
  const { holdEndsAt, customer } = pending;
  const end =
    holdEndsAt === null ? 'after a while' : `at ${formatInstantForPeople(holdEndsAt, customer.timeZone)}`;
  return {
    ...NOT_MADE,
    subject: `On hold: your change to ${plan}`,
    heading: 'Your plan change is on hold',
    opening: [`We did not make your change to ${plan}. ${why}`, NOTHING_CHARGED],
    next: [next, `If you do nothing, the change ends by itself ${end}.`],
  };
}
