import { ApiProblem } from '../api-client.ts';
import { DemoError } from '../demo-error.ts';
import { awaitChange } from '../outcomes.ts';
import type { PlanChange } from '../api-client.ts';
import {
  agree,
  applied,
  applyChange,
  cancel,
  IMMEDIATELY,
  inDays,
  openChange,
  quoteOf,
  requireStatus,
  tellQuoted,
} from './moves.ts';
import type { Path } from './path.ts';

/** What may happen to a change while it waits. */
export const WAITING_PATHS: readonly Path[] = [
  {
    title: 'A new quote before the consent',
    async play(stage) {
      const first = await openChange(stage);
      const again = await tellQuoted(
        stage,
        await stage.api.requote(first.planChangeId),
        hasOtherQuoteThan(first),
      );
      if (quoteOf(again).hash === quoteOf(first).hash) throw new DemoError('The new quote has the old hash.');
      return `${applied(await applyChange(stage, again))}, agreed to the second quote`;
    },
  },
  {
    title: 'Moved to another date',
    async play(stage) {
      const asked = await openChange(stage, { activation: inDays(stage, 10) });
      const scheduled = requireStatus(await agree(stage, asked), 'scheduled');
      const later = { activation: inDays(stage, 20) };
      const moved = await tellQuoted(
        stage,
        await stage.api.reschedule(scheduled.planChangeId, later),
        hasOtherQuoteThan(asked),
      );
      const change = requireStatus(await agree(stage, moved), 'scheduled');
      return `Agreed again, waits until ${change.activation.at ?? ''}`;
    },
  },
  {
    title: 'Cancelled before its date',
    async play(stage) {
      const asked = await openChange(stage, { activation: inDays(stage, 10) });
      const scheduled = requireStatus(await agree(stage, asked), 'scheduled');
      await cancel(stage, scheduled, 'The customer stays with the present plan');
      return 'Cancelled, nothing charged';
    },
  },
  {
    title: 'Replaced by another change',
    async play(stage) {
      const { planChangeId: replaces } = await openChange(stage, { activation: { when: 'end_of_cycle' } });
      const second = await openChange(stage, { replaces, activation: IMMEDIATELY });
      const first = await awaitChange(stage.api, replaces, ({ status }) => status === 'cancelled');
      const change = await applyChange(stage, second);
      return `The first is ${first.status}; ${applied(change)}`;
    },
  },
  {
    title: 'A second change is refused',
    async play(stage) {
      const first = await openChange(stage);
      const refusal = await openChange(stage).catch((error: unknown) => error);
      if (!(refusal instanceof ApiProblem)) throw new DemoError('A second change was not refused.');
      if (refusal.code !== 'plan-change-in-progress') throw refusal;
      stage.tell.say(refusal.message);
      await cancel(stage, first, 'The end of the demonstration');
      return `Refused with ${refusal.code}; the first was cancelled`;
    },
  },
];

function hasOtherQuoteThan(before: PlanChange): (change: PlanChange) => boolean {
  return ({ quote }) => quote !== null && quote.hash !== before.quote?.hash;
}
