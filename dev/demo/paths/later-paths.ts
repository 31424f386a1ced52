import { formatDecimal, parseDecimal } from '../../../domain/money.ts';
import type { PlanChange } from '../api-client.ts';
import { DemoError } from '../demo-error.ts';
import { awaitChange } from '../outcomes.ts';
import { confirmChange } from '../steps.ts';
import { whileSuspended } from '../while-suspended.ts';
import {
  agree,
  applied,
  applyChange,
  IMMEDIATELY,
  openChange,
  quoteOf,
  recommendedPlan,
  requireStatus,
  tellQuoted,
} from './moves.ts';
import type { Path, Stage } from './path.ts';

/** Going back, what holds a change, and what comes after it. */
export const LATER_PATHS: readonly Path[] = [
  {
    title: 'There and back on one day',
    async play(stage) {
      const { api, tell, account } = stage;
      tell.say("First a plan at today's price: what an account has paid for long may be a price of its own.");
      const start = await applyChange(stage, await openChange(stage));
      const { planCode } = await recommendedPlan(stage, targetOf(start));
      const there = await applyChange(stage, await openChange(stage, { planCode }));
      const answer = await api.revert(there.planChangeId, {
        identificationId: account.identificationId,
        activation: IMMEDIATELY,
      });
      const back = await applyChange(stage, await tellQuoted(stage, answer));
      const { currency } = quoteOf(back).net;
      const together = netOf(there) + netOf(back);
      if (together !== 0n || back.to?.planCode !== there.from.planCode) {
        throw new DemoError(
          `There and back is ${formatDecimal(together, currency)} ${currency}, not nothing.`,
        );
      }
      return `Back on ${back.to.planName}; both changes together are ${formatDecimal(together, currency)} ${currency}`;
    },
  },
  {
    title: 'Held because the account changed, then agreed again',
    async play(stage) {
      const { api, system, tell } = stage;
      const asked = await openChange(stage);
      tell.say('The account is suspended between quote and consent.');
      const held = requireStatus(
        await whileSuspended(system, asked.customerId, () => agree(stage, asked)),
        'held',
      );
      tell.say(`Held: ${held.hold?.reason ?? ''}. Nothing was charged. The account is active again.`);
      const again = await tellQuoted(
        stage,
        await api.requote(held.planChangeId),
        ({ status }) => status === 'awaiting_consent',
      );
      return `${applied(await applyChange(stage, again))}, after a hold and a fresh consent`;
    },
  },
  {
    title: 'Confirmed with the customer',
    async play(stage) {
      const change = await applyChange(stage, await openChange(stage));
      await confirmChange(stage.api, change, stage.tell);
      const { body } = await stage.api.planChange(change.planChangeId);
      if (body.confirmedAt === null) throw new DemoError('The confirmation is not on record.');
      return `Told by phone and confirmed at ${body.confirmedAt}`;
    },
  },
  {
    title: 'The summary mail arrives',
    async play(stage) {
      const { planChangeId } = await applyChange(stage, await openChange(stage));
      const change = await awaitChange(stage.api, planChangeId, ({ email }) => email?.status === 'delivered');
      return `The summary is ${change.email?.status ?? ''}`;
    },
  },
  {
    title: 'A summary that comes back is a task for an agent',
    async play(stage) {
      const asked = await openChange(stage);
      await failNextMail(stage);
      const { planChangeId } = await applyChange(stage, asked);
      await awaitChange(stage.api, planChangeId, ({ email }) => email?.status === 'bounced');
      return 'Applied; the mail bounced, and the change is on the list ?email=bounced';
    },
  },
];

/** What the account has after the change. */
function targetOf({ planChangeId, to }: PlanChange): NonNullable<PlanChange['to']> {
  if (!to) throw new DemoError(`The change ${planChangeId} has no plan.`);
  return to;
}

/** What a change costs in minor units; negative: what it gives back. */
function netOf(change: PlanChange): bigint {
  const { dueNow, toBalance } = quoteOf(change);
  return parseDecimal(dueNow.amount, dueNow.currency) - parseDecimal(toBalance.amount, toBalance.currency);
}

/** The double takes the next mail and reports that it came back. */
async function failNextMail({ system }: Stage): Promise<void> {
  const answer = await fetch(`${system.outbox}/faults`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify([{ mode: 'bounce' }]),
  });
  if (!answer.ok) throw new DemoError(`The outbox answered ${answer.status} to a planned bounce.`);
}
