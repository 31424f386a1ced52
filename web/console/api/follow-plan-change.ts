import { isTerminal } from '../../../domain/plan-change-status.ts';
import { ApiProblem, isUndecided } from './errors.ts';
import { get } from './request.ts';
import type { PlanChange } from './types.ts';

/** Before a reading that failed, or a stream that was refused, is tried again. */
const AGAIN_MS = 3_000;
const MAIL_POLL_MS = 4_000;
const MAIL_POLLS = 30;
const MAIL_UNDER_WAY = new Set(['queued', 'sending', 'accepted']);

export interface Follower {
  /** Reads it now, because somebody asks. */
  readonly reload: () => void;
  /** Takes an answer that shows the change as it is now. */
  readonly take: (change: PlanChange) => void;
  readonly stop: () => void;
}

export interface Listener {
  readonly read: (change: PlanChange) => void;
  readonly failed: (error: unknown) => void;
  /** Whether the server's stream is open. */
  readonly live: (isLive: boolean) => void;
}

/**
 * Reads a plan change, and again at whatever the server's stream tells of it. One reading at a time, so that nothing
 * piles up behind a sign-in; a stream is opened only after a reading that was answered. What is read by itself keeps no
 * session alive. A hidden page has no stream: a browser has six connections for all its tabs. A refusal ends it all.
 */
export function followPlanChange(id: string, told: Listener): Follower {
  const path = `/v1/plan-changes/${id}`;
  let source: EventSource | undefined;
  let timer: number | undefined;
  let known: PlanChange | undefined;
  let error: unknown;
  let isStopped = false;
  let isReading = false;
  /** Something newer is known than what the reading under way may answer. */
  let isOutdated = false;
  let mailPolls = MAIL_POLLS;
  let mayConnectAt = 0;

  const read = (isByItself = true): void => {
    window.clearTimeout(timer);
    isOutdated = isReading;
    if (isReading || isStopped) return;
    isReading = true;
    get<PlanChange>(path, isByItself)
      .then(
        (fresh) => {
          if (!isOutdated) arrived(fresh);
        },
        (reason: unknown) => {
          error = reason;
          if (!isStopped) told.failed(reason);
        },
      )
      .finally(() => {
        isReading = false;
        if (isOutdated) read();
        else goOn();
      });
  };
  const arrived = (fresh: PlanChange): void => {
    known = fresh;
    error = undefined;
    if (!isStopped) told.read(fresh);
  };
  const goOn = (): void => {
    window.clearTimeout(timer);
    if (isStopped) return;
    if (document.hidden || isRefusal(error) || isEnded(known)) disconnect();
    if (document.hidden || isRefusal(error)) return;
    if (error !== undefined || known === undefined) timer = window.setTimeout(read, AGAIN_MS);
    else if (isEnded(known)) {
      // What becomes of the mail after the end is not streamed: it is asked for, for a while.
      mailPolls -= 1;
      if (isMailUnderWay(known) && mailPolls >= 0) timer = window.setTimeout(read, MAIL_POLL_MS);
    } else if (source === undefined) timer = window.setTimeout(connect, mayConnectAt - Date.now());
  };
  const connect = (): void => {
    mayConnectAt = Date.now() + AGAIN_MS;
    const opened = new EventSource(`${path}/events`);
    source = opened;
    opened.addEventListener('open', () => {
      told.live(true);
      // What happened since the last reading.
      read();
    });
    opened.addEventListener('status', () => read());
    opened.addEventListener('changed', () => read());
    opened.addEventListener('error', () => {
      told.live(false);
      // The browser reconnects by itself unless the server refused.
      if (opened.readyState !== EventSource.CLOSED) return;
      disconnect();
      read();
    });
  };
  const disconnect = (): void => {
    source?.close();
    source = undefined;
    told.live(false);
  };
  const seen = (): void => {
    if (document.hidden) goOn();
    else read();
  };
  const online = (): void => read();
  document.addEventListener('visibilitychange', seen);
  window.addEventListener('online', online);
  read(false);

  return {
    reload: () => read(false),
    take: (fresh) => {
      isOutdated = isReading;
      arrived(fresh);
      if (!isReading) goOn();
    },
    stop: () => {
      document.removeEventListener('visibilitychange', seen);
      window.removeEventListener('online', online);
      disconnect();
      window.clearTimeout(timer);
      isStopped = true;
    },
  };
}

/** The server has said no, and would say so again. */
export function isRefusal(error: unknown): error is ApiProblem {
  return error instanceof ApiProblem && !isUndecided(error);
}

export function isEnded(change: PlanChange | undefined): boolean {
  return change !== undefined && isTerminal(change.status);
}

export function isMailUnderWay({ email }: PlanChange): boolean {
  return email !== null && MAIL_UNDER_WAY.has(email.status);
}
