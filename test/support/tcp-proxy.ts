import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A way to a server that a test can cut and mend. */
export interface TcpProxy {
  /** The same URL, by way of the proxy. */
  readonly urlFor: (url: string) => string;
  /** Ends every connection and refuses new ones. */
  readonly cut: () => Promise<void>;
  /** Lets connections through again, on the same port. */
  readonly mend: () => Promise<void>;
  /** Cuts it for good. */
  readonly close: () => Promise<void>;
}

/** Stands on a free port of this machine before the server of `url`. */
export async function startTcpProxy(url: string): Promise<TcpProxy> {
  const { hostname, port } = new URL(url);
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(Number(port), hostname);
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  });
  const listen = (on: number): Promise<void> =>
    new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(on, '127.0.0.1', () => {
        server.off('error', reject);
        resolve();
      });
    });
  await listen(0);
  const { port: own } = server.address() as AddressInfo;
  const cut = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => {
        resolve();
      });
      for (const socket of sockets) socket.destroy();
    });
  return {
    urlFor(of) {
      const through = new URL(of);
      through.hostname = '127.0.0.1';
      through.port = String(own);
      return through.href;
    },
    cut,
    mend: () => listen(own),
    close: cut,
  };
}
