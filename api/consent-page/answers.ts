import { HttpProblem } from '../http-errors.ts';

const CALL_US = 'Call us if you have a question.';

/** What a customer's link can lead to besides the quote: the same outcomes for the page and for JSON. */
export const gone = (state: 'expired' | 'voided' | 'unknown'): HttpProblem =>
  new HttpProblem(
    410,
    `link-${state}`,
    'This link can no longer be used',
    state === 'expired'
      ? `The offer has expired, and nothing was changed. Ask us for a new one. ${CALL_US}`
      : `This link is not valid any more: there is a newer offer, or the change was closed. ${CALL_US}`,
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
    'Too many tries',
    `The details did not match five times, so this link is closed. ${CALL_US}`,
    { retryAfterSeconds: 3_600 },
  );

export const detailsDoNotMatch = (triesLeft: number): HttpProblem =>
  new HttpProblem(
    422,
    'details-do-not-match',
    'These details do not match',
    triesLeft > 0
      ? 'Check your name and the last four characters of your account number, as on your bill, and try again.'
      : `The details did not match five times, so this link is closed. ${CALL_US}`,
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

export const answerMissing = (): HttpProblem =>
  new HttpProblem(
    422,
    'answer-missing',
    'An answer is missing',
    'Type your name and the last four characters of your account number and choose Agree, or choose Decline.',
  );
