import { EventEmitter, once } from 'node:events';
import pg from 'pg';
import type { Logger } from 'pino';

const CHANNEL = 'plan_change_status';
const RECONNECT_MS = 1_000;

export interface StatusListener {
  readonly changed: () => void;
  readonly ended: () => void;
}

/** Tells this process when a plan change got another status, from the database's own notifications. */
export interface StatusEvents {
  /**
   * Calls `changed` for each new status of the change, and after a reconnect; `ended` when this process stops.
   * Returns how to stop listening.
   */
  subscribe(planChangeId: string, listener: StatusListener): () => void;
  close(): Promise<void>;
}

/**
 * One connection for all listeners, opened with the first. It reconnects by itself; what was missed meanwhile
 * is found because every listener is called once more and reads on from where it was.
 */
export function createStatusEvents(databaseUrl: string, log: Logger): StatusEvents {
  const emitter = new EventEmitter().setMaxListeners(0);
  const everybody = Symbol('everybody');
  const closing = Symbol('closing');
  let client: pg.Client | undefined;
  let closed = false;
  let retry: NodeJS.Timeout | undefined;

  async function connect(): Promise<void> {
    const fresh = new pg.Client({
      connectionString: databaseUrl,
      application_name: 'plan-change events',
      keepAlive: true,
    });
    client = fresh;
    fresh.on('notification', ({ payload }) => {
      if (payload !== undefined) emitter.emit(payload);
    });
    const lost = (): void => {
      if (client !== fresh) return;
      client = undefined;
      if (!closed) retry = setTimeout(() => void connect(), RECONNECT_MS);
    };
    fresh.on('error', lost);
    fresh.on('end', lost);
    try {
      await fresh.connect();
      await fresh.query(`LISTEN ${CHANNEL}`);
      emitter.emit(everybody);
    } catch {
      log.warn('status events wait for the database');
      lost();
    }
  }

  return {
    subscribe(planChangeId, { changed, ended }) {
      if (closed) queueMicrotask(ended);
      emitter.on(planChangeId, changed);
      emitter.on(everybody, changed);
      emitter.on(closing, ended);
      if (client === undefined && retry === undefined && !closed) void connect();
      return () => {
        emitter.off(planChangeId, changed);
        emitter.off(everybody, changed);
        emitter.off(closing, ended);
      };
    },
    async close() {
      closed = true;
      emitter.emit(closing);
      clearTimeout(retry);
      if (client === undefined) return;
      const ended = once(client, 'end').catch(() => undefined);
      await client.end();
      await ended;
    },
  };
}
