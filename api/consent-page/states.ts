import type { CustomerOffer } from '../../db/read-models/customer-offer.ts';
import { formatDateForPeople } from '../../domain/calendar.ts';
import type { PlanChangeStatus } from '../../domain/plan-change-status.ts';
import type { HttpProblem } from '../http-errors.ts';
import { instantOf } from './offer-view.ts';

/** What a page without a question says. */
export interface State {
  readonly title: string;
  readonly tone: 'done' | 'plain';
  readonly sentences: readonly string[];
  /** Heading over the quote, which stays visible; null where it no longer counts. */
  readonly offerHeading: string | null;
}

const NOTHING_CHARGED = 'Nothing was charged, and your plan stays as it is.';
const NOTHING_TO_DO = 'You need not do anything.';
const NEWER_LINK = 'We have sent you a newer link for this offer. Please use the one in our latest email.';
const ASK_AGAIN = 'If you still want the change, call us.';

/** What has come of the answer to the quote of a link, as far as the change is now. */
export function recordedState(offer: CustomerOffer): State {
  const { status, usedAt, isCurrent } = offer;
  // An agreement that could not be carried out leaves no consent behind, only the answered link.
  const agreedAt = offer.agreedAt ?? (status === 'declined' ? null : usedAt);
  if (agreedAt === null) {
    const recorded = usedAt === null ? [] : [`We recorded your answer at ${instantOf(offer, usedAt)}.`];
    return plain('You declined the change', [...recorded, NOTHING_CHARGED, NOTHING_TO_DO]);
  }
  const recorded = `We recorded your agreement at ${instantOf(offer, agreedAt)}.`;
  if (!isCurrent) {
    return plain('There is a newer offer', [
      recorded,
      'It no longer counts, because a newer offer has taken its place. Nothing changes until you agree to that one.',
    ]);
  }
  const { title, tone, sentences } = agreedWords(offer);
  return { title, tone, sentences: [recorded, ...sentences], offerHeading: 'What you agreed to' };
}

function agreedWords(offer: CustomerOffer): Omit<State, 'offerHeading'> {
  const plan = offer.to.planName;
  switch (offer.status) {
    case 'activated':
    case 'completed':
      return {
        title: `Your plan was changed to ${plan}`,
        tone: 'done',
        sentences: ['We send you a summary by email.', NOTHING_TO_DO],
      };
    case 'scheduled':
      return {
        title: `You agreed: ${plan} starts on ${formatDateForPeople(offer.effectiveDate)}`,
        tone: 'done',
        sentences: [
          'Until then your plan stays as it is. We send you a summary by email once it has changed.',
        ],
      };
    case 'held':
      return plain('Your agreement is recorded, but the change is on hold', [
        `Something has changed since we made you the offer. ${NOTHING_CHARGED} We will contact you.`,
      ]);
    case 'failed':
      return plain('Your agreement is recorded, but we could not make the change', [
        `${NOTHING_CHARGED} Please call us, so that we can make the change again.`,
      ]);
    case 'cancelled':
      return plain('The change you agreed to was cancelled', [`${NOTHING_CHARGED} ${ASK_AGAIN}`]);
    case 'expired':
      return plain('The change you agreed to was not made', [
        `It was on hold, and there was no new agreement in time. ${NOTHING_CHARGED} ${ASK_AGAIN}`,
      ]);
    default:
      return {
        title: `You agreed to change to ${plan}`,
        tone: 'done',
        sentences: ['We are changing your plan now. We send you a summary by email when it is done.'],
      };
  }
}

/** The state of a link that takes no answer. `offer` is null where nothing is known of it. */
export function stateOf(problem: HttpProblem, offer: CustomerOffer | null): State {
  if (offer === null) return plain(problem.title, [problem.message]);
  switch (problem.code) {
    case 'link-used':
      return recordedState(offer);
    case 'link-expired':
      return expired();
    case 'link-voided':
      return voidedState(offer);
    default:
      return plain(problem.title, [problem.message]);
  }
}

const VOIDED: Partial<Record<PlanChangeStatus, State>> = {
  declined: plain('This change was declined', [NOTHING_CHARGED, ASK_AGAIN]),
  cancelled: plain('This change was cancelled', [NOTHING_CHARGED, ASK_AGAIN]),
  expired: expired(),
  failed: plain('This change was not made', [NOTHING_CHARGED, ASK_AGAIN]),
};

function voidedState(offer: CustomerOffer): State {
  const { status, isCurrent, agreedAt, usedAt } = offer;
  const needsAnswer = status === 'awaiting_consent' || status === 'held';
  if (needsAnswer && (agreedAt ?? usedAt) !== null) return recordedState(offer);
  if (isCurrent && status === 'awaiting_consent') return plain('There is a newer link', [NEWER_LINK]);
  const newer = plain('There is a newer offer', [
    'This one no longer counts, and nothing was changed by it.',
    'If no email with the new one has come, call us: nothing changes unless you agree to it.',
  ]);
  return isCurrent ? (VOIDED[status] ?? newer) : newer;
}

function expired(): State {
  return plain('This offer has expired', [
    NOTHING_CHARGED,
    'If you still want the change, call us for a new offer.',
  ]);
}

function plain(title: string, sentences: readonly string[]): State {
  return { title, tone: 'plain', sentences, offerHeading: null };
}
