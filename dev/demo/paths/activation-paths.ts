import { agree, applied, applyChange, inDays, openChange, requireStatus } from './moves.ts';
import type { Activation } from './moves.ts';
import type { Path, Stage } from './path.ts';

/** When the new plan begins. */
export const ACTIVATION_PATHS: readonly Path[] = [
  {
    title: 'At once, agreed by phone',
    play: async (stage) => applied(await applyChange(stage, await openChange(stage))),
  },
  { title: 'On a date', play: (stage) => scheduleFor(stage, inDays(stage, 10)) },
  { title: 'At the end of the cycle', play: (stage) => scheduleFor(stage, { when: 'end_of_cycle' }) },
];

async function scheduleFor(stage: Stage, activation: Activation): Promise<string> {
  const change = await agree(stage, await openChange(stage, { activation }));
  requireStatus(change, 'scheduled');
  return `Waits until ${change.activation.at ?? ''}`;
}
