import { EventEmitter } from 'node:events';
import pg from 'pg';
import type { Logger } from 'pino';

const CHANNEL = 'plan_change_status';

export interface StatusListener {
  readonly changed: () => void;
  readonly ended: () => void;
}

/** Tells this process when something of a plan change is new, from the database's own notifications. */
export interface StatusEvents {
  /**
   * Calls `changed` for each new status, quote, mail status and confirmation of the change, and after a reconnect;
   * `ended` when this process stops.
   * Returns how to stop listening.
   */
  subscribe(planChangeId: string, listener: StatusListener): () => void;
  close(): Promise<void>;
}

/** Milliseconds. */
export interface StatusEventsTimes {
  readonly reconnectAfter: number;
  /** How often the connection is asked whether it still is one. */
  readonly checkEvery: number;
  /** How long the database may take to answer. */
  readonly answerWithin: number;
}

const TIMES: StatusEventsTimes = { reconnectAfter: 1_000, checkEvery: 10_000, answerWithin: 5_000 };

/** What a client is made of, as far as it is needed to be rid of one that does not answer. */
interface WithSocket {
  readonly connection: { readonly stream: { destroy(): void } };
}

/**
 * One connection for all listeners, opened with the first. It reconnects by itself; what was missed meanwhile
 * is found because every listener is called once more and reads on from where it was. A connection on which
 * nothing comes looks like one on which nothing happens, so it is asked regularly.
 */
export function createStatusEvents(
  databaseUrl: string,
  log: Logger,
  times: StatusEventsTimes = TIMES,
): StatusEvents {
  const emitter = new EventEmitter().setMaxListeners(0);
  const everybody = Symbol('everybody');
  const closing = Symbol('closing');
  let client: pg.Client | undefined;
  let closed = false;
  let retry: NodeJS.Timeout | undefined;
  let check: NodeJS.Timeout | undefined;

  async function connect(): Promise<void> {
    const fresh = new pg.Client({
      connectionString: databaseUrl,
      application_name: 'plan-change events',
      connectionTimeoutMillis: times.answerWithin,
      query_timeout: times.answerWithin,
      keepAlive: true,
    });
    client = fresh;
    fresh.on('notification', ({ payload }) => {
      if (payload !== undefined) emitter.emit(payload);
    });
    const lost = (): void => {
      if (client !== fresh) return;
      client = undefined;
      clearTimeout(check);
      // A farewell would wait for a peer that does not answer.
      (fresh as unknown as WithSocket).connection.stream.destroy();
      if (!closed) retry = setTimeout(() => void connect(), times.reconnectAfter);
    };
    fresh.on('error', lost);
    fresh.on('end', lost);
    const checkLater = (): void => {
      check = setTimeout(() => {
        fresh.query('SELECT 1').then(() => {
          if (client === fresh) checkLater();
        }, lost);
      }, times.checkEvery);
    };
    try {
      await fresh.connect();
      await fresh.query(`LISTEN ${CHANNEL}`);
      checkLater();
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
      clearTimeout(check);
      const last = client;
      client = undefined;
      if (last === undefined) return;
      const giveUp = setTimeout(() => {
        (last as unknown as WithSocket).connection.stream.destroy();
      }, times.answerWithin);
      await last.end().catch(() => undefined);
      clearTimeout(giveUp);
    },
  };
}
