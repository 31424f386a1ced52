import type { EvidencePayload } from '../payload.ts';
import { esc } from './html.ts';

/** An instant as HTML: by the customer's clock, as the bundle has it, else as it is. */
export type Clock = (instant: string) => string;

export function clockOf({ localTimes }: Pick<EvidencePayload, 'localTimes'>): Clock {
  return (instant) =>
    Object.hasOwn(localTimes, instant) ? esc(localTimes[instant] ?? instant) : esc(instant);
}
