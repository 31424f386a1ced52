import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { ApiProblem, isUndecided } from './errors.ts';
import { get } from './request.ts';

/** What was read is called old when so many readings in a row are missing. */
const OLD_AFTER_READINGS = 3;

export interface Polled<T> {
  readonly data: T | undefined;
  /** Of the last reading, if it failed. */
  readonly error: unknown;
  /** When `data` was read; milliseconds since 1970. */
  readonly readAt: number | undefined;
  readonly isOld: boolean;
  /** Whether `data` is still that of the path before. */
  readonly isBehind: boolean;
  readonly reload: () => void;
}

interface Reading<T> {
  readonly path?: string;
  readonly data?: T;
  readonly error?: unknown;
  readonly readAt?: number;
}

/**
 * What a GET answers, read again and again: the next reading starts so long after the answer to the one before. A
 * hidden page reads nothing and reads at once when it is seen again, as it does when the connection is back.
 */
export function usePoll<T>(path: string | undefined, everyMs: number): Polled<T> {
  const [state, setState] = useState<Reading<T>>({});
  const [isOverdue, setOverdue] = useState(false);
  const readNow = useRef<() => void>(() => undefined);

  useEffect(() => {
    if (path === undefined) return;
    let isCurrent = true;
    let isReading = false;
    let isAsked = false;
    let isFirst = true;
    let timer: number | undefined;
    const read = (): void => {
      window.clearTimeout(timer);
      isAsked = isReading;
      if (isReading) return;
      isReading = true;
      const answer = get<T>(path, !isFirst);
      isFirst = false;
      answer
        .then(
          (data) => isCurrent && setState({ path, data, readAt: Date.now() }),
          (error: unknown) => isCurrent && setState((before) => ({ ...before, error })),
        )
        .finally(() => {
          isReading = false;
          if (!isCurrent) return;
          // Whoever asked meanwhile knows of something newer than this answer.
          if (isAsked) read();
          else if (!document.hidden) timer = window.setTimeout(read, everyMs);
        });
    };
    const seen = (): void => {
      if (document.hidden) window.clearTimeout(timer);
      else read();
    };
    readNow.current = read;
    document.addEventListener('visibilitychange', seen);
    window.addEventListener('online', read);
    read();
    return () => {
      isCurrent = false;
      window.clearTimeout(timer);
      document.removeEventListener('visibilitychange', seen);
      window.removeEventListener('online', read);
    };
  }, [path, everyMs]);

  const { data, error, readAt } = state;
  useEffect(() => {
    setOverdue(false);
    if (readAt === undefined) return;
    const timer = window.setTimeout(() => setOverdue(true), everyMs * OLD_AFTER_READINGS);
    return () => window.clearTimeout(timer);
  }, [readAt, everyMs]);

  const reload = useCallback(() => readNow.current(), []);
  const isOld = readAt !== undefined && (isOverdue || error !== undefined);
  return { data, error, readAt, isOld, isBehind: state.path !== path, reload };
}

/** The error to show: one that leaves nothing to look at, or that no later reading mends. */
export function blockingError({ data, error, isBehind }: Polled<unknown>): unknown {
  const isRefused = error instanceof ApiProblem && !isUndecided(error);
  return data === undefined || isBehind || isRefused ? error : undefined;
}
