import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import type {
  identification,
  identificationBody,
  notes,
  plan,
  statement,
} from '../../api/schemas/accounts.ts';
import type {
  acceptedPlanChange,
  confirmationBody,
  consentBody,
  openPlanChangeBody,
  PlanChangeJson,
  reasonBody,
  rescheduleBody,
  revertBody,
} from '../../api/schemas/plan-changes.ts';
import type { recommendations, recommendationsBody } from '../../api/schemas/recommendations.ts';
import { DemoError } from './demo-error.ts';

export type Identification = z.output<typeof identification>;
export type Plan = z.output<typeof plan>;
export type PlanChange = PlanChangeJson;
export type Notes = z.output<typeof notes>;
export type Statement = z.output<typeof statement>;

/** A request and what came of it. */
export interface Answer<T> {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** The body that was sent; undefined: none. */
  readonly sent: unknown;
  readonly status: number;
  readonly body: T;
}

/** The API said no: application/problem+json. */
export class ApiProblem extends DemoError {
  readonly code: string;

  constructor(path: string, status: number, problem: { code?: string; title?: string; detail?: string }) {
    super(`${path} answered ${status}: ${problem.title ?? 'a problem'}. ${problem.detail ?? ''}`.trimEnd());
    this.code = problem.code ?? '';
  }
}

export interface ApiClient {
  identify(body: z.input<typeof identificationBody>): Promise<Answer<Identification>>;
  /** The plans that may start on a date, cheapest first. */
  plans(on: string): Promise<Answer<{ readonly items: readonly Plan[] }>>;
  recommendations(
    body: z.input<typeof recommendationsBody>,
  ): Promise<Answer<z.output<typeof recommendations>>>;
  open(body: z.input<typeof openPlanChangeBody>): Promise<Answer<PlanChange>>;
  consent(planChangeId: string, body: z.input<typeof consentBody>): Promise<Answer<PlanChange>>;
  decline(planChangeId: string, body: z.input<typeof reasonBody>): Promise<Answer<PlanChange>>;
  cancel(planChangeId: string, body: z.input<typeof reasonBody>): Promise<Answer<PlanChange>>;
  requote(planChangeId: string): Promise<Answer<PlanChange>>;
  reschedule(planChangeId: string, body: z.input<typeof rescheduleBody>): Promise<Answer<PlanChange>>;
  revert(planChangeId: string, body: z.input<typeof revertBody>): Promise<Answer<PlanChange>>;
  /** Asks the customer for consent by a link in a mail. */
  sendConsentLink(planChangeId: string): Promise<Answer<z.output<typeof acceptedPlanChange>>>;
  planChange(planChangeId: string): Promise<Answer<PlanChange>>;
  confirm(planChangeId: string, body: z.input<typeof confirmationBody>): Promise<Answer<PlanChange>>;
  notes(customerId: string): Promise<Answer<Notes>>;
  statement(customerId: string): Promise<Answer<Statement>>;
}

/**
 * The calls of the procedure, typed by the schemas of the API. Each new request has its own Idempotency-Key.
 * All reject with ApiProblem, or DemoError when nobody answers.
 */
export function createApiClient(origin: string, key: string): ApiClient {
  const call = async <T>(method: 'GET' | 'POST', path: string, sent?: object): Promise<Answer<T>> => {
    const answer = await fetch(`${origin}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        ...(sent && { 'content-type': 'application/json', 'idempotency-key': randomUUID() }),
      },
      ...(sent && { body: JSON.stringify(sent) }),
      signal: AbortSignal.timeout(30_000),
    }).catch((error: unknown) => {
      throw new DemoError(`The API at ${origin} does not answer: start the system with \`npm start\`.`, {
        cause: error,
      });
    });
    const body: unknown = await answer.json();
    if (!answer.ok) throw new ApiProblem(`${method} ${path}`, answer.status, body as object);
    return { method, path, sent, status: answer.status, body: body as T };
  };
  return {
    identify: (body) => call('POST', '/v1/identifications', body),
    plans: (on) => call('GET', `/v1/plans?on=${on}`),
    recommendations: (body) => call('POST', '/v1/recommendations', body),
    open: (body) => call('POST', '/v1/plan-changes', body),
    consent: (id, body) => call('POST', `/v1/plan-changes/${id}/consent`, body),
    decline: (id, body) => call('POST', `/v1/plan-changes/${id}/decline`, body),
    cancel: (id, body) => call('POST', `/v1/plan-changes/${id}/cancel`, body),
    requote: (id) => call('POST', `/v1/plan-changes/${id}/requote`, {}),
    reschedule: (id, body) => call('POST', `/v1/plan-changes/${id}/reschedule`, body),
    revert: (id, body) => call('POST', `/v1/plan-changes/${id}/revert`, body),
    sendConsentLink: (id) => call('POST', `/v1/plan-changes/${id}/consent-link`, {}),
    planChange: (id) => call('GET', `/v1/plan-changes/${id}`),
    confirm: (id, body) => call('POST', `/v1/plan-changes/${id}/confirmation`, body),
    notes: (customerId) => call('GET', `/v1/customers/${customerId}/notes?limit=100`),
    statement: (customerId) => call('GET', `/v1/customers/${customerId}/statement`),
  };
}
