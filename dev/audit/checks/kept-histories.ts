import type { CheckContext } from '../check.ts';
import type { Histories } from '../histories.ts';

/** Between the end of a workflow and the row that tells of it, and for the clocks of two servers. */
const MARGIN_SECONDS = 3_600;

/** What the record tells of the last so many seconds has its workflows on the server. */
export function keptSeconds({ retentionSeconds }: Histories): number {
  return Math.max(0, retentionSeconds - MARGIN_SECONDS);
}

/** Whether workflows of that instant were lost, as whoever runs the audit says. */
export function isLost({ lostHistories: lost }: CheckContext, at: Date): boolean {
  return lost !== undefined && at >= lost.from && at < lost.until;
}
