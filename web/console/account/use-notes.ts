import { useEffect, useState } from 'preact/hooks';
import { get } from '../api/request.ts';
import type { Note, Notes } from '../api/types.ts';
import { useAction } from '../api/use-action.ts';
import { usePoll } from '../api/use-poll.ts';

const EVERY_MS = 6_000;

/** The notes of an account, newest first: the newest page follows what happens, older ones come when asked for. */
export function useNotes(customerId: string) {
  const path = `/v1/customers/${customerId}/notes`;
  const newest = usePoll<Notes>(path, EVERY_MS);
  const [kept, setKept] = useState<{ readonly notes: readonly Note[]; readonly cursor: string | null }>();
  const { data } = newest;

  useEffect(() => {
    if (data === undefined) return;
    setKept((before) => {
      const oldestNew = data.items.at(-1)?.sequence ?? 0;
      const newestKept = before?.notes[0]?.sequence ?? 0;
      // More came at once than a page holds: what is between is read again with the older ones.
      if (before === undefined || oldestNew > newestKept + 1)
        return { notes: data.items, cursor: data.nextCursor };
      const older = before.notes.filter(({ sequence }) => sequence < oldestNew);
      return {
        notes: [...data.items, ...older],
        cursor: older.length === 0 ? data.nextCursor : before.cursor,
      };
    });
  }, [data]);

  const older = useAction(
    (cursor: string) => get<Notes>(`${path}?cursor=${encodeURIComponent(cursor)}`),
    ({ items, nextCursor }) =>
      setKept((before) => {
        const known = before?.notes ?? [];
        const oldest = known.at(-1)?.sequence ?? Infinity;
        return {
          notes: [...known, ...items.filter(({ sequence }) => sequence < oldest)],
          cursor: nextCursor,
        };
      }),
  );
  return { newest, chain: data?.chain, notes: kept?.notes, cursor: kept?.cursor ?? null, older };
}
