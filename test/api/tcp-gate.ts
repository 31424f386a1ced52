import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/**
 * What happens to connections: passed on; taken and never answered; refused; or, half-open, passed on if they
 * are new, while those that are there stay and carry nothing any more.
 */
export type GateState = 'open' | 'silent' | 'closed' | 'half-open';

/** A port that stands for a server that is away, hangs, or comes back. */
export interface TcpGate {
  readonly port: number;
  /** Connections that are there are cut, unless the new state is half-open. */
  set(state: GateState): Promise<void>;
  close(): Promise<void>;
}

export async function openGate(target: { host: string; port: number }, first: GateState): Promise<TcpGate> {
  const sockets = new Set<Socket>();
  const freezes = new Set<() => void>();
  let state = first;
  let server: Server | undefined;
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
  };
  const listen = async (port: number): Promise<Server> => {
    const listening = createServer((socket) => {
      keep(socket);
      if (state === 'silent') return;
      const onward = connect(target.port, target.host);
      keep(onward);
      socket.pipe(onward).pipe(socket);
      freezes.add(() => {
        socket.unpipe(onward);
        onward.unpipe(socket);
      });
      socket.on('close', () => onward.destroy());
      onward.on('close', () => socket.destroy());
    });
    listening.listen(port, '127.0.0.1');
    await once(listening, 'listening');
    return listening;
  };
  const stop = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    const stopping = server;
    server = undefined;
    if (!stopping) return;
    stopping.close();
    await once(stopping, 'close');
  };

  server = await listen(0);
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  if (first === 'closed') await stop();
  return {
    port,
    async set(next) {
      if (next === 'half-open') {
        for (const freeze of freezes) freeze();
        state = 'open';
        return;
      }
      await stop();
      state = next;
      if (next !== 'closed') server = await listen(port);
    },
    close: stop,
  };
}
