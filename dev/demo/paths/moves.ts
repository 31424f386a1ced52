import { addDays, localDateOf } from '../../../domain/calendar.ts';
import type { Answer, PlanChange, Plan } from '../api-client.ts';
import { choosePlan } from '../choose-plan.ts';
import { DemoError } from '../demo-error.ts';
import { awaitChange, settled } from '../outcomes.ts';
import { verbalConsent } from '../steps.ts';
import { money } from '../words.ts';
import type { Stage } from './path.ts';

type OpenBody = Parameters<Stage['api']['open']>[0];
export type Activation = OpenBody['activation'];
type Present = Parameters<typeof choosePlan>[1];

export const IMMEDIATELY: Activation = { when: 'immediately' };

/** Some days after the customer's today: a date that a change may wait for. */
export function inDays({ account }: Stage, days: number): Activation & { readonly when: 'on_date' } {
  return { when: 'on_date', date: addDays(todayOf(account), days) };
}

/** The plan that would be recommended to somebody who has `present`. @throws DemoError when there is none */
export async function recommendedPlan(
  stage: Stage,
  present: Present = stage.account.subscription,
): Promise<Plan> {
  const plan = choosePlan(await plansToday(stage), present);
  if (!plan) throw new DemoError('No other plan is on sale.');
  return plan;
}

/** What may start on the customer's today. */
export async function plansToday({ api, account }: Stage): Promise<readonly Plan[]> {
  return (await api.plans(todayOf(account))).body.items;
}

/** Opens a change to the recommended plan unless told: it waits for consent. */
export async function openChange(stage: Stage, request: Partial<OpenBody> = {}): Promise<PlanChange> {
  const planCode = request.planCode ?? (await recommendedPlan(stage)).planCode;
  const { identificationId } = stage.account;
  const answer = await stage.api.open({ identificationId, planCode, activation: IMMEDIATELY, ...request });
  return tellQuoted(stage, answer);
}

/** Tells of a change that waits for consent to its quote, and gives it. */
export async function tellQuoted(
  { api, tell }: Stage,
  answer: Answer<PlanChange>,
  isThere = ({ quote }: PlanChange) => quote !== null,
): Promise<PlanChange> {
  const change = await settled(api, answer, isThere);
  requireStatus(change, 'awaiting_consent');
  const { from, to, temporal } = change;
  const { dueNow, toBalance, effectiveDate } = quoteOf(change);
  tell.answer(
    answer,
    `${from.planName} to ${to?.planName ?? ''} on ${effectiveDate}: due now ${money(dueNow)}, to the balance ${money(toBalance)}.`,
    `Temporal UI: ${temporal.url}`,
  );
  return change;
}

/** The customer agrees in the recorded call. Gives the change when it has left `awaiting_consent`. */
export async function agree({ api, tell }: Stage, asked: PlanChange): Promise<PlanChange> {
  const answer = await api.consent(asked.planChangeId, verbalConsent(quoteOf(asked)));
  const change = await settled(api, answer, hasConsent);
  tell.answer(answer, `Agreed by phone: the change is ${change.status}.`);
  return change;
}

/** The whole of a change at once, up to the summary mail. */
export async function applyChange(stage: Stage, asked: PlanChange): Promise<PlanChange> {
  return completed(stage, await agree(stage, asked));
}

/** Waits until it is applied, read back and its summary mailed. @throws DemoError when it is not applied */
export async function completed({ api }: Stage, change: PlanChange): Promise<PlanChange> {
  requireStatus(change, 'activated', 'completed');
  return awaitChange(api, change.planChangeId, ({ status }) => status === 'completed');
}

export async function cancel(
  stage: Stage,
  { planChangeId }: PlanChange,
  reason: string,
): Promise<PlanChange> {
  const answer = await stage.api.cancel(planChangeId, { reason });
  const change = await settled(stage.api, answer, ({ status }) => status === 'cancelled');
  stage.tell.answer(answer, `The change is ${change.status}; nothing was charged.`);
  return requireStatus(change, 'cancelled');
}

/** @throws DemoError when the change has another status */
export function requireStatus(change: PlanChange, ...expected: readonly string[]): PlanChange {
  if (expected.includes(change.status)) return change;
  const why = change.hold === null ? '' : ` (${change.hold.reason})`;
  throw new DemoError(
    `The change ${change.planChangeId} is ${change.status}${why}, not ${expected.join(' or ')}.`,
  );
}

export function quoteOf({ planChangeId, quote }: PlanChange): NonNullable<PlanChange['quote']> {
  if (!quote) throw new DemoError(`The change ${planChangeId} has no quote.`);
  return quote;
}

/** Whether what was agreed has been acted on. */
export function hasConsent({ status }: PlanChange): boolean {
  return status !== 'awaiting_consent' && status !== 'activating';
}

/** "Fiber Plus is active since 2026-11-24T08:00:00Z". */
export function applied({ to, activation }: PlanChange): string {
  return `${to?.planName ?? 'The new plan'} is active since ${activation.at ?? ''}`;
}

function todayOf({ customer }: Stage['account']): string {
  return localDateOf(new Date().toISOString(), customer.timeZone);
}
