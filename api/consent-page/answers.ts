import { HttpProblem, type InputProblem } from '../http-errors.ts';

const CALL_US = 'Call us if you have a question.';

const NOT_VALID =
  'This link does not lead to an offer: there may be a newer one, the change may be closed, or the address is not whole. Open it from the email again, or call us.';
const GONE = {
  expired: 'The offer has expired, and nothing was changed. Ask us for a new one.',
  voided: NOT_VALID,
  answer_voided:
    'You have answered before, but that answer no longer counts: something in the offer has changed. Nothing is ' +
    'changed or charged until you agree to a new offer.',
  newer_link: 'We have sent you a newer link since: please use the one in our latest email.',
  unknown: NOT_VALID,
} as const;

/** What a customer's link can lead to besides the quote: the same outcomes for the page and for JSON. */
export const gone = (state: keyof typeof GONE): HttpProblem =>
  new HttpProblem(
    410,
    state === 'answer_voided' || state === 'newer_link' ? 'link-voided' : `link-${state}`,
    'This link can no longer be used',
    `${GONE[state]} ${CALL_US}`,
  );

export const alreadyUsed = (): HttpProblem =>
  new HttpProblem(
    409,
    'link-used',
    'Your answer is already recorded',
    `You have answered before; nothing more is needed. ${CALL_US}`,
  );

export const tooManyTries = (): HttpProblem =>
  new HttpProblem(
    429,
    'too-many-tries',
    'This link is closed',
    'The details did not match too many times, so this link is closed for good. Nothing was changed. Call us for a new one.',
  );

export const detailsDoNotMatch = (triesLeft: number): HttpProblem =>
  new HttpProblem(
    422,
    'details-do-not-match',
    'These details do not match',
    triesLeft > 0
      ? `The name and the number do not match your account. Check both, as on your bill, and try again: you have ${triesLeft === 1 ? 'one more try' : `${triesLeft} more tries`}.`
      : 'The details did not match too many times, so this link is closed for good. Nothing was changed. Call us for a new one.',
    triesLeft > 0
      ? {
          errors: [
            { pointer: '/typedName', detail: 'Check your full name' },
            { pointer: '/accountNumberLast4', detail: 'Check the last four characters' },
          ],
        }
      : {},
  );

/** A part of ours is away, paused or overloaded: nothing that a customer could mend. */
export const notRightNow = ({ status, code, options }: HttpProblem): HttpProblem =>
  new HttpProblem(
    status,
    code,
    'We cannot record your answer right now',
    'Open the link again in a few minutes: it shows whether your answer has arrived.',
    { retryAfterSeconds: options.retryAfterSeconds ?? 60 },
  );

export const answerMissing = (errors: readonly InputProblem[]): HttpProblem =>
  new HttpProblem(
    422,
    'answer-missing',
    'An answer is missing',
    'Type your name and the last four characters of your account number and choose Agree, or choose Decline.',
    { errors },
  );

/** A form in one act, from a program that reads no pages: a scanner posts forms too. */
export const declineUnconfirmed = (): HttpProblem =>
  new HttpProblem(
    422,
    'decline-unconfirmed',
    'A form declines in two steps',
    'Nothing was recorded. Send the answer as JSON, or open the link and confirm on the page that follows Decline.',
  );

/** The page was changed between looking and agreeing: nobody agrees to words that were not shown. */
export const wordsChanged = (): HttpProblem =>
  new HttpProblem(
    422,
    'words-changed',
    'The words of this page have changed',
    'The words of this page have changed since you opened it. Read them once more, then agree or decline.',
  );
