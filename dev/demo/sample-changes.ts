import { localDateOf } from '../../domain/calendar.ts';
import { createApiClient, type ApiClient, type Identification, type PlanChange } from './api-client.ts';
import { availableAccounts } from './available-accounts.ts';
import { choosePlan } from './choose-plan.ts';
import { DemoError } from './demo-error.ts';
import { playImmediateChange } from './immediate-change.ts';
import type { RunningSystem } from './running-system.ts';
import { verbalConsent } from './steps.ts';
import { SILENT } from './teller.ts';
import { whileSuspended } from './while-suspended.ts';

/** One change for each thing a change may wait for, and three ways to end. */
export interface SampleChanges {
  readonly completed: PlanChange;
  readonly declined: PlanChange;
  readonly awaitingConsent: PlanChange;
  readonly scheduled: PlanChange;
  readonly held: PlanChange;
}

/** Makes them on accounts of demo-customers.json. @throws DemoError when there are too few free accounts */
export async function makeSampleChanges(system: RunningSystem): Promise<SampleChanges> {
  const api = createApiClient(system.api, system.agentKey);
  const free = availableAccounts(api, system.accounts);
  const open = async (when: 'immediately' | 'end_of_cycle'): Promise<PlanChange> => {
    const next = await free.next();
    if (next.done) throw new DemoError('Too few accounts of demo-customers.json are free.');
    return openFor(api, next.value.body, when);
  };
  const agree = async (change: PlanChange): Promise<PlanChange> =>
    (await api.consent(change.planChangeId, verbalConsent(quoteOf(change)))).body;

  const completed = await playImmediateChange(system, SILENT);
  const refused = await open('immediately');
  const { body: declined } = await api.decline(refused.planChangeId, { reason: 'Wants to think it over' });
  const scheduled = await agree(await open('end_of_cycle'));
  const drifting = await open('immediately');
  const held = await whileSuspended(system, drifting.customerId, () => agree(drifting));
  const awaitingConsent = await open('immediately');
  return { completed, declined, awaitingConsent, scheduled, held };
}

async function openFor(
  api: ApiClient,
  { identificationId, customer, subscription }: Identification,
  when: 'immediately' | 'end_of_cycle',
): Promise<PlanChange> {
  const plans = await api.plans(localDateOf(new Date().toISOString(), customer.timeZone));
  const plan = choosePlan(plans.body.items, subscription);
  if (!plan) throw new DemoError('No other plan is on sale.');
  return (await api.open({ identificationId, planCode: plan.planCode, activation: { when } })).body;
}

function quoteOf({ planChangeId, quote }: PlanChange) {
  if (!quote) throw new DemoError(`The change ${planChangeId} has no quote.`);
  return quote;
}
