import type { Refusal, RejectionCode } from '../domain/failures.ts';
import type { PlanChangeStatus } from '../domain/plan-change-status.ts';

/** One member of `errors`: where the bad input is and what is expected. */
export interface InputProblem {
  /** RFC 6901 pointer into the body, or `query/name`, `header/name`. */
  readonly pointer: string;
  readonly detail: string;
}

export interface ProblemOptions {
  readonly errors?: readonly InputProblem[];
  /** Extension members of RFC 9457; never personal data. */
  readonly extra?: Readonly<Record<string, unknown>>;
  readonly retryAfterSeconds?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** The outcome of the request: a repeat with the same Idempotency-Key is answered with it. */
  readonly final?: boolean;
}

/** Something a caller can act on, answered as `application/problem+json` (RFC 9457). */
export class HttpProblem extends Error {
  override readonly name = 'HttpProblem';
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly options: ProblemOptions;

  /** @param detail what happened and what to do next, in words for the agent. */
  constructor(status: number, code: string, title: string, detail: string, options: ProblemOptions = {}) {
    super(detail);
    this.status = status;
    this.code = code;
    this.title = title;
    this.options = options;
  }
}

interface Entry {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly detail: string;
}

/** Why the first step refuses a change, as the agent reads it. The key is also the stable `code`. */
export const REJECTIONS: Readonly<Record<RejectionCode, Omit<Entry, 'code'>>> = {
  'plan-change-in-progress': {
    status: 409,
    title: 'A plan change is already open',
    detail: 'Finish, cancel or replace the open change named in openPlanChangeId first.',
  },
  'identification-expired': {
    status: 403,
    title: 'The identification has expired',
    detail: "Verify the customer's details again with POST /v1/identifications.",
  },
  'account-not-active': {
    status: 422,
    title: 'The account is not active',
    detail: 'Plans can be changed on active accounts only. Reactivate the account first.',
  },
  'plan-unknown': {
    status: 422,
    title: 'Unknown plan',
    detail: 'No plan has this planCode. Choose one from GET /v1/plans.',
  },
  'plan-not-available': {
    status: 422,
    title: 'The plan is not available',
    detail:
      'The plan is not on sale for this account on the effective date. Choose one from GET /v1/plans?on=DATE; nearestPlans, where given, names those nearest to it.',
  },
  'plan-already-active': {
    status: 422,
    title: 'The customer already has this plan',
    detail: 'Nothing would change. Choose another plan from GET /v1/plans.',
  },
  'activation-date-invalid': {
    status: 422,
    title: 'The activation date cannot be used',
    detail:
      "Choose a date from tomorrow to 400 days ahead that exists in the customer's time zone, or activate immediately.",
  },
  'promotion-not-applicable': {
    status: 422,
    title: 'The promotion cannot be used',
    detail:
      'It does not exist, belongs to another plan, or does not run on the effective date. See GET /v1/plans.',
  },
};

/** How a message to a running change is refused. */
export const REFUSALS: Readonly<Record<Refusal, Entry>> = {
  WRONG_STATE: {
    status: 409,
    code: 'wrong-state',
    title: 'Not possible in this state',
    detail: 'Get the change again and act on its status.',
  },
  CHANGE_BUSY: {
    status: 409,
    code: 'change-busy',
    title: 'Another request on this change is being applied',
    detail: 'Get the change again in a moment and act on its status.',
  },
  QUOTE_SUPERSEDED: {
    status: 409,
    code: 'quote-superseded',
    title: 'This is not the current quote',
    detail:
      'The quoteHash is not that of the current quote. Get the change, read its quote to the customer and ask again.',
  },
  QUOTE_EXPIRED: {
    status: 410,
    code: 'quote-expired',
    title: 'The quote has expired',
    detail: 'Make a new quote with POST /v1/plan-changes/{id}/requote and ask the customer again.',
  },
  CONSENT_EXPIRED: {
    status: 410,
    code: 'consent-expired',
    title: 'The time for consent is over',
    detail: 'The change has expired. Open a new one with POST /v1/plan-changes.',
  },
  CONSENT_ALREADY_RECORDED: {
    status: 409,
    code: 'consent-already-recorded',
    title: 'Consent is already recorded',
    detail: 'Nothing more is needed. Get the change to see how far it is.',
  },
  ACTIVATION_DUE: {
    status: 409,
    code: 'activation-due',
    title: 'The activation is due',
    detail: 'The date has come and the plan is being applied. Get the change; to go back use revert.',
  },
};

/** @param more extension members that help with this rejection */
export function rejected(
  code: RejectionCode,
  openPlanChangeId: string | null,
  more: NonNullable<ProblemOptions['extra']> = {},
): HttpProblem {
  const { status, title, detail } = REJECTIONS[code];
  const extra = { ...(openPlanChangeId !== null && { openPlanChangeId }), ...more };
  return new HttpProblem(status, code, title, detail, { final: true, extra });
}

export function refused(refusal: Refusal, status: string): HttpProblem {
  const { status: httpStatus, code, title, detail: general } = REFUSALS[refusal];
  const detail = refusal === 'WRONG_STATE' ? wrongState(status) : general;
  const extra = { planChangeStatus: status };
  // A busy change may take the same message a moment later.
  const options = refusal === 'CHANGE_BUSY' ? { extra, retryAfterSeconds: 1 } : { extra, final: true };
  return new HttpProblem(httpStatus, code, title, detail, options);
}

/** What to do with a change in a state that does not take the request. */
const NEXT_STEPS: Readonly<Record<PlanChangeStatus, string>> = {
  quoting: 'Its quote is being made: get the change again in a moment.',
  awaiting_consent:
    'The customer has not agreed to its quote yet: record the consent first, or decline or cancel the change.',
  scheduled: 'It waits for its date: move it with reschedule, or withdraw it with cancel.',
  activating: 'It is being applied: get the change again in a moment. Afterwards use revert to go back.',
  held: 'Nothing was charged: make a new quote with requote and ask the customer again, or cancel the change.',
  activated: 'It is applied: use revert to go back, or open another change.',
  completed: 'It is applied: use revert to go back, or open another change.',
  rejected: 'It was refused: open a new one with POST /v1/plan-changes.',
  declined: 'The customer declined it: open a new one with POST /v1/plan-changes.',
  expired: 'Its time is over: open a new one with POST /v1/plan-changes.',
  cancelled: 'It was withdrawn: open a new one with POST /v1/plan-changes.',
  failed: 'It could not be applied: open a new one with POST /v1/plan-changes.',
};

function wrongState(status: string): string {
  const next = Object.hasOwn(NEXT_STEPS, status) ? NEXT_STEPS[status as PlanChangeStatus] : '';
  return `The change is ${status.replaceAll('_', ' ')}. ${next === '' ? REFUSALS.WRONG_STATE.detail : next}`;
}

export function notFound(what: string): HttpProblem {
  return new HttpProblem(
    404,
    'not-found',
    'Not found',
    `There is no such ${what}, or it is not yours to see.`,
  );
}

export function invalidInput(errors: readonly InputProblem[]): HttpProblem {
  return new HttpProblem(
    422,
    'invalid-input',
    'The request cannot be used',
    'Correct the members named in errors and send the request again.',
    { errors },
  );
}

export function dependencyUnavailable(what: 'database' | 'temporal'): HttpProblem {
  return new HttpProblem(
    503,
    `${what}-unavailable`,
    'A part of the system cannot be reached',
    'Nothing was half done. Send the same request again in a moment, with the same Idempotency-Key if it had one.',
    { retryAfterSeconds: 2 },
  );
}
