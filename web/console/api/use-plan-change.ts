import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { get } from './request.ts';
import type { PlanChange, PlanChangeStatus } from './types.ts';

const RECONNECT_MS = 3_000;
const MAIL_POLL_MS = 4_000;
const MAIL_POLLS = 30;
const ENDED = new Set<PlanChangeStatus>([
  'completed',
  'rejected',
  'declined',
  'expired',
  'cancelled',
  'failed',
]);
const MAIL_UNDER_WAY = new Set(['queued', 'sending', 'accepted']);

export interface LivePlanChange {
  readonly change: PlanChange | undefined;
  readonly error: unknown;
  readonly isLive: boolean;
  /** Takes an answer that shows the change as it is now. */
  readonly take: (change: PlanChange) => void;
  readonly reload: () => void;
}

export function isEnded(status: PlanChangeStatus): boolean {
  return ENDED.has(status);
}

/** A plan change, read again at every change of its status that the server tells of. */
export function usePlanChange(id: string): LivePlanChange {
  const [change, setChange] = useState<PlanChange>();
  const [error, setError] = useState<unknown>();
  const [isLive, setLive] = useState(false);
  const reads = useRef(0);

  const take = useCallback((fresh: PlanChange) => {
    reads.current += 1;
    setChange(fresh);
    setError(undefined);
  }, []);
  const reload = useCallback(() => {
    reads.current += 1;
    const mine = reads.current;
    get<PlanChange>(`/v1/plan-changes/${id}`).then(
      (fresh) => {
        if (mine !== reads.current) return;
        setChange(fresh);
        setError(undefined);
      },
      (reason: unknown) => mine === reads.current && setError(reason),
    );
  }, [id]);

  useEffect(() => {
    setChange(undefined);
    setError(undefined);
    reload();
  }, [id, reload]);

  const ended = change !== undefined && isEnded(change.status);
  const isHere = change?.planChangeId === id;
  useEffect(() => {
    if (!isHere || ended) return;
    let source: EventSource | undefined;
    let timer: number | undefined;
    const connect = (): void => {
      source = new EventSource(`/v1/plan-changes/${id}/events`);
      source.addEventListener('open', () => setLive(true));
      source.addEventListener('status', reload);
      source.addEventListener('changed', reload);
      source.addEventListener('error', () => {
        setLive(false);
        // The browser reconnects by itself unless the server refused.
        if (source?.readyState !== EventSource.CLOSED) return;
        reload();
        timer = window.setTimeout(connect, RECONNECT_MS);
      });
    };
    connect();
    return () => {
      setLive(false);
      source?.close();
      window.clearTimeout(timer);
    };
  }, [id, isHere, ended, reload]);

  // What becomes of the mail is no status of the change: it is asked for, for a while.
  const mailUnderWay = ended && change.email !== null && MAIL_UNDER_WAY.has(change.email.status);
  useEffect(() => {
    if (!mailUnderWay) return;
    let left = MAIL_POLLS;
    const timer = window.setInterval(() => {
      left -= 1;
      if (left <= 0) window.clearInterval(timer);
      reload();
    }, MAIL_POLL_MS);
    return () => window.clearInterval(timer);
  }, [mailUnderWay, reload]);

  return { change: isHere ? change : undefined, error, isLive, take, reload };
}
