import { once } from 'node:events';
import { createServer, type Http2Session } from 'node:http2';
import type { AddressInfo } from 'node:net';

/** RESOURCE_EXHAUSTED and UNAVAILABLE, as gRPC counts. */
export const OVERLOADED = 8;
export const UNAVAILABLE = 14;

/** What a call is answered with: an encoded message, or the number of a gRPC error. */
export type StubAnswer = Uint8Array | number;

/** A Temporal server of which only the answers are there: for what the real one does under a load nobody can make. */
export interface TemporalStub {
  readonly address: string;
  /** Names of the methods that were called, oldest first. */
  readonly calls: readonly string[];
  close(): Promise<void>;
}

const GRPC_HEADERS = { ':status': 200, 'content-type': 'application/grpc' };

/** A server that answers each method of the workflow service as `answer` says. */
export async function startTemporalStub(answer: (method: string) => StubAnswer): Promise<TemporalStub> {
  const calls: string[] = [];
  const sessions = new Set<Http2Session>();
  const server = createServer();
  server.on('session', (session) => {
    sessions.add(session);
    session.on('close', () => sessions.delete(session));
  });
  server.on('stream', (stream, headers) => {
    const method = String(headers[':path']).split('/').at(-1) ?? '';
    calls.push(method);
    stream.resume();
    const said = answer(method);
    if (typeof said === 'number') {
      stream.respond(
        { ...GRPC_HEADERS, 'grpc-status': said, 'grpc-message': 'namespace rate limit exceeded' },
        { endStream: true },
      );
      return;
    }
    stream.respond(GRPC_HEADERS, { waitForTrailers: true });
    stream.on('wantTrailers', () => {
      stream.sendTrailers({ 'grpc-status': 0 });
    });
    stream.end(frameOf(said));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    async close() {
      for (const session of sessions) session.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Every call is turned away, the one that asks what the server is, too. */
export function startOverloadedTemporal(): Promise<TemporalStub> {
  return startTemporalStub(() => OVERLOADED);
}

/** gRPC's framing: not compressed, length, message. */
function frameOf(message: Uint8Array): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}
