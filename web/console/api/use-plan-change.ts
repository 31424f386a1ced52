import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { followPlanChange, isEnded, type Follower } from './follow-plan-change.ts';
import type { PlanChange } from './types.ts';

/** A stream is opened within this time, or what is shown may be old. */
const CONNECTS_WITHIN_MS = 6_000;

export interface LivePlanChange {
  readonly change: PlanChange | undefined;
  /** Of the last reading, if it failed. */
  readonly error: unknown;
  readonly isLive: boolean;
  /** When `change` was read; milliseconds since 1970. */
  readonly readAt: number | undefined;
  /** Whether it may have changed since, without a word here. */
  readonly isOld: boolean;
  /** Takes an answer that shows the change as it is now. */
  readonly take: (change: PlanChange) => void;
  readonly reload: () => void;
}

interface Reading {
  readonly change?: PlanChange;
  readonly error?: unknown;
  readonly readAt?: number;
}

/** A plan change, read again at every change that the server tells of. */
export function usePlanChange(id: string): LivePlanChange {
  const [{ change, error, readAt }, setReading] = useState<Reading>({});
  const [isLive, setLive] = useState(false);
  const [isCutOff, setCutOff] = useState(false);
  const follower = useRef<Follower | undefined>(undefined);

  useEffect(() => {
    setReading({});
    const running = followPlanChange(id, {
      read: (fresh) => setReading({ change: fresh, readAt: Date.now() }),
      failed: (reason) => setReading((before) => ({ ...before, error: reason })),
      live: setLive,
    });
    follower.current = running;
    return running.stop;
  }, [id]);
  const take = useCallback((fresh: PlanChange) => follower.current?.take(fresh), []);
  const reload = useCallback(() => follower.current?.reload(), []);

  const isStreamed = change !== undefined && !isEnded(change);
  useEffect(() => {
    setCutOff(false);
    if (!isStreamed || isLive) return;
    const timer = window.setTimeout(() => setCutOff(true), CONNECTS_WITHIN_MS);
    return () => window.clearTimeout(timer);
  }, [isStreamed, isLive]);

  const isHere = change?.planChangeId === id;
  return {
    change: isHere ? change : undefined,
    error,
    isLive,
    readAt,
    isOld: readAt !== undefined && (isCutOff || error !== undefined),
    take,
    reload,
  };
}
