import type { WorkflowStands } from './decide.ts';

export interface OpenedChange {
  readonly planChangeId: string;
  readonly openedAt: Date;
  readonly stands: WorkflowStands;
}

export interface Missing {
  readonly count: number;
  readonly of: number;
  /** When the first and the last of them were opened. */
  readonly from: Date;
  readonly until: Date;
  /** What makes it look like a restored server, in words. */
  readonly sign: string;
}

/** Somebody may have deleted a workflow or two; of many changes, so many of a hundred. */
const TOLERATED_SHARE = 0.05;

/**
 * Whether the open changes that the server does not know look lost together: too many, or in a row as they were
 * opened, or the newest of all. So a server looks that was restored from an older backup, and to close these
 * changes would cancel what customers have agreed to.
 * @param open by the time of opening, the oldest first
 * @param knownEnded when the ended changes that the server does know were opened
 */
export function missingTogether(
  open: readonly OpenedChange[],
  knownEnded: readonly Date[],
): Missing | undefined {
  const gone = open.filter(({ stands }) => stands === 'gone');
  const [first, last] = [gone[0], gone.at(-1)];
  if (!first || !last) return undefined;
  const known = [
    ...open.filter(({ stands }) => stands !== 'gone').map(({ openedAt }) => openedAt),
    ...knownEnded,
  ];
  const sign = known.every((openedAt) => openedAt < last.openedAt)
    ? 'the newest of all is among them'
    : gone.length > Math.max(1, Math.floor(open.length * TOLERATED_SHARE))
      ? 'these are too many to have been deleted one by one'
      : open.some(({ stands }, at) => stands === 'gone' && open[at + 1]?.stands === 'gone')
        ? 'some were opened one after another'
        : undefined;
  if (sign === undefined) return undefined;
  return { count: gone.length, of: open.length, from: first.openedAt, until: last.openedAt, sign };
}
