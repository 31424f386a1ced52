import { randomUUID } from 'node:crypto';
import { formatDateForPeople, localDateOf } from '../../domain/calendar.ts';
import type { Answer, ApiClient, Identification, PlanChange } from './api-client.ts';
import { ApiProblem } from './api-client.ts';
import { choosePlan } from './choose-plan.ts';
import { DemoError } from './demo-error.ts';
import { awaitChange, findMail, settled } from './outcomes.ts';
import type { RunningSystem } from './running-system.ts';
import type { Teller } from './teller.ts';
import { clip } from './teller.ts';
import { figuresOf, money, usageOf } from './words.ts';

const CALL_LASTED_SECONDS = 240;
const SHOWN_OF_A_NOTE = 90;

export function tellIdentified(identified: Answer<Identification>, tell: Teller): void {
  const { customer, subscription, usage, expiresAt } = identified.body;
  tell.step(1, 'Identify customer details');
  tell.answer(
    identified,
    `${customer.fullName}, account ${customer.accountNumber}, is identified until ${expiresAt.slice(11, 16)} UTC.`,
    `Plan: ${subscription.planName}, ${money(subscription.price)}, since ${subscription.since.slice(0, 10)}; ` +
      `billed from ${subscription.cycle.start} to ${subscription.cycle.end}.`,
    `Used: ${usageOf(usage)}.`,
  );
}

/** Undefined when another change was opened for this account meanwhile. */
export async function discussOptions(
  api: ApiClient,
  { identificationId, customer, subscription }: Identification,
  tell: Teller,
): Promise<PlanChange | undefined> {
  tell.step(2, 'Discuss new plan options');
  const plans = await api.plans(localDateOf(new Date().toISOString(), customer.timeZone));
  const plan = choosePlan(plans.body.items, subscription);
  if (!plan) throw new DemoError('No other plan is on sale.');
  tell.answer(
    plans,
    `${plans.body.items.length} plans are on sale. Recommended: ${plan.planName}, ${money(plan.price)} a ${plan.interval}.`,
    ...plan.features.map((feature) => `- ${feature}`),
  );

  try {
    const opened = await api.open({
      identificationId,
      planCode: plan.planCode,
      activation: { when: 'immediately' },
    });
    const change = await settled(api, opened, ({ quote }) => quote !== null);
    const { quote, temporal } = change;
    if (!quote)
      throw new DemoError(`The change ${change.planChangeId} has no quote: it is ${change.status}.`);
    tell.answer(opened, `The change waits for consent to exactly this quote, ${clip(quote.hash, 13)}:`);
    tell.say(...figuresOf(quote), `Temporal UI: ${temporal.url}`);
    return change;
  } catch (error) {
    if (!(error instanceof ApiProblem) || error.code !== 'plan-change-in-progress') throw error;
    tell.say('Another change was opened for this account just now: the next account.');
    return undefined;
  }
}

export async function obtainConsent(api: ApiClient, { planChangeId, quote }: PlanChange, tell: Teller) {
  if (!quote) throw new DemoError(`The change ${planChangeId} has no quote.`);
  tell.step(3, 'Obtain customer consent');
  tell.say('The agent reads to the customer:', ...quote.script.text.split('\n').map((line) => `| ${line}`));
  tell.say('The customer agrees.');
  const answer = await api.consent(planChangeId, verbalConsent(quote));
  const change = await settled(api, answer, ({ status }) => status !== 'awaiting_consent');
  if (change.consent === null || !['activated', 'completed'].includes(change.status)) {
    const why = change.hold === null ? '' : ` (${change.hold.reason})`;
    throw new DemoError(`The change ${planChangeId} was not applied: it is ${change.status}${why}.`);
  }
  tell.answer(answer, `Consent ${change.consent.consentId} is recorded, the plan applied and read back.`);
  return change;
}

/** The customer agreed to this quote in a recorded call. */
export function verbalConsent({ hash, script }: NonNullable<PlanChange['quote']>) {
  return {
    method: 'verbal' as const,
    quoteHash: hash,
    recording: {
      id: `demo-${randomUUID()}`,
      startedAt: new Date(Date.now() - CALL_LASTED_SECONDS * 1_000).toISOString(),
      durationSeconds: CALL_LASTED_SECONDS,
      announced: true as const,
      scriptVersion: script.version,
    },
  };
}

export async function verifyUpdate(api: ApiClient, agreed: PlanChange, tell: Teller): Promise<void> {
  tell.step(4, 'Update the plan in the system');
  const changed = await api.planChange(agreed.planChangeId);
  const { status, to, activation } = changed.body;
  tell.answer(changed, `${to?.planName ?? ''} since ${activation.at ?? ''}; the change is ${status}.`);
}

export async function confirmChange(api: ApiClient, agreed: PlanChange, tell: Teller): Promise<void> {
  const { to, quote, interruptions } = agreed;
  const explained = [
    `${to?.planName ?? 'The new plan'} is active`,
    ...(quote === null
      ? []
      : [
          `${money(quote.dueNow)} is due now`,
          `The next bill is on ${formatDateForPeople(quote.nextBill.date)}: ${money(quote.nextBill.amount)}`,
        ]),
    ...(interruptions.length === 0 ? ['Service is not interrupted'] : interruptions),
  ];
  tell.say('The agent tells the customer:', ...explained.map((what) => `| ${what}`));
  const confirmed = await api.confirm(agreed.planChangeId, { explained, channel: 'phone' });
  tell.answer(confirmed, `Confirmed at ${confirmed.body.confirmedAt ?? ''}.`);
}

/** Waits for the mail, then shows where everything about the change is. */
export async function provideSummary(
  { api, system: { api: origin, outbox } }: { readonly api: ApiClient; readonly system: RunningSystem },
  { customer }: Identification,
  agreed: PlanChange,
  tell: Teller,
): Promise<PlanChange> {
  tell.step(6, 'Provide summary');
  const { planChangeId, customerId } = agreed;
  const change = await awaitChange(api, planChangeId, ({ status }) => status === 'completed');
  const mail = await findMail(outbox, planChangeId);
  tell.say(
    `Summary mail: ${change.email?.status ?? 'none'}.`,
    mail ? `To ${mail.to}: "${mail.subject}"` : 'It is not in the outbox: mails go to SendGrid itself.',
  );
  const notes = await api.notes(customerId);
  const own = notes.body.items.filter((note) => note.planChangeId === planChangeId).toReversed();
  tell.answer(
    notes,
    ...own.map(({ sequence, kind, body }) => `${sequence} ${kind}: ${clip(body, SHOWN_OF_A_NOTE)}`),
  );
  const statement = await api.statement(customerId);
  const posted = statement.body.lines.filter((line) => line.planChangeId === planChangeId);
  tell.answer(statement, ...posted.map(({ description, amount }) => `${description}: ${money(amount)}`));

  tell.table([
    ['Account', `${customer.accountNumber}, ${customer.fullName}, ${customer.timeZone}`],
    ['From', `${change.from.planName}, ${money(change.from.price)}`],
    ['To', change.to === null ? '' : `${change.to.planName}, ${money(change.to.price)}`],
    ['Due now', change.quote === null ? '' : money(change.quote.dueNow)],
    ['Status', change.status],
    ['Temporal UI', change.temporal.url],
    ['Mail', mail ? `${outbox}/#${mail.id}` : 'at SendGrid'],
    ['Notes', `${own.length} on this change, chain ${notes.body.chain}: ${origin}${notes.path}`],
    [
      'Statement',
      `account balance ${money(statement.body.balance)}: ${origin}${statement.path} (with the agent's API key, like the notes)`,
    ],
  ]);
  return change;
}
