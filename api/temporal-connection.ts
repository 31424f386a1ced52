import { Client, Connection, isGrpcServiceError } from '@temporalio/client';
import type { ConnectionOptions } from '@temporalio/client';
import { GRPC, retryInTime } from './temporal-retries.ts';

/** A connection with the client that speaks through it. Calls that belong together go through the same one. */
export interface Line {
  readonly connection: Connection;
  readonly client: Client;
  /** Milliseconds since the epoch. */
  readonly since: number;
}

/** The way to the Temporal server, which is opened anew when it is dead. */
export interface TemporalConnection {
  /** The line for a new call. It may not be open yet: the server is allowed to be away. */
  line(): Line;
  /**
   * Asks whether anybody is at the other end of `line`. Silence gives the line up: the next call gets a new one,
   * and calls that still wait on the old one come to their own deadline.
   */
  isServerThere(line: Line): Promise<boolean>;
  close(): Promise<void>;
}

/** gRPC's own waits: up to 2 minutes before it tries to connect again, 45 s until it gives up a dead peer. */
const BACK_SOON = {
  'grpc.initial_reconnect_backoff_ms': 200,
  'grpc.max_reconnect_backoff_ms': 2_000,
  'grpc.keepalive_time_ms': 15_000,
  'grpc.keepalive_timeout_ms': 5_000,
  // A new connection must not be handed the dead one of before.
  'grpc.use_local_subchannel_pool': 1,
};
/** A server that is there answers in a few, milliseconds. */
const SERVER_ANSWERS_MS = 1_000;

/**
 * The gRPC client has no limit for the time it takes to connect: when the other end takes the connection and never
 * says a word (a proxy whose server is gone, a path that broke at that moment), it waits for ever, keeps every call
 * waiting and does not try again (grpc-node #2785). So a line on which nobody answers is replaced here.
 *
 * @param longestCallMs no call has a deadline later than so many milliseconds from its start
 */
export function connectToTemporal(
  { namespace, ...options }: ConnectionOptions & { readonly namespace: string },
  longestCallMs: number,
): TemporalConnection {
  const old = new Set<Line>();
  let current = open();

  function open(): Line {
    const connection = Connection.lazy({
      connectTimeout: 3_000,
      interceptors: [retryInTime],
      ...options,
      channelArgs: { ...BACK_SOON, ...options.channelArgs },
    });
    return { connection, client: new Client({ connection, namespace }), since: Date.now() };
  }

  function giveUp(line: Line): void {
    // The socket of a line that never spoke stays until the other end lets go of it: not one for each call.
    if (line !== current || Date.now() - line.since < longestCallMs) return;
    current = open();
    old.add(line);
    setTimeout(() => {
      if (old.delete(line)) void line.connection.close();
    }, longestCallMs + SERVER_ANSWERS_MS).unref();
  }

  return {
    line: () => current,
    async isServerThere(line) {
      const { connection, client } = line;
      try {
        await connection.withDeadline(Date.now() + SERVER_ANSWERS_MS, () =>
          client.workflowService.getSystemInfo({}),
        );
        return true;
      } catch (error) {
        const code = grpcCodeOf(error)?.code;
        if (code === GRPC.DEADLINE_EXCEEDED) giveUp(line);
        return code === GRPC.RESOURCE_EXHAUSTED;
      }
    },
    async close() {
      const lines = [current, ...old];
      old.clear();
      await Promise.all(lines.map(({ connection }) => connection.close()));
    },
  };
}

/** The client wraps gRPC errors: the code may sit some causes down. */
export function grpcCodeOf(error: unknown): { code: number; details: string } | undefined {
  for (let current = error; current instanceof Error; current = current.cause) {
    if (isGrpcServiceError(current)) return { code: current.code, details: current.details };
  }
  return undefined;
}
