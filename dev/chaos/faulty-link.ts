import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/**
 * What a network does to the connections of a link while a window lasts.
 * - latency: every chunk comes so much later
 * - reset: connections are cut by RST, new ones too
 * - black hole: nothing arrives; what was sent meanwhile comes when the window ends, as TCP sends again
 * - half-open: the server is gone and the client is not told; those connections stay dead for ever
 */
export type LinkFault =
  | { readonly kind: 'latency'; readonly milliseconds: number }
  | { readonly kind: 'reset' }
  | { readonly kind: 'black hole' }
  | { readonly kind: 'half-open' };

/** Looks at what passes on one connection, and may keep it back for good. */
export interface Tap {
  toServer(chunk: Buffer): 'pass' | 'hold' | 'abandon';
  toClient(chunk: Buffer): 'pass' | 'hold';
}

export interface FaultyLink {
  readonly port: number;
  /** Begins a window; the one before ends. */
  fault(fault: LinkFault): void;
  mend(): void;
  /** One for each new connection. */
  tapWith(make: (() => Tap) | undefined): void;
  close(): Promise<void>;
}

interface Pipe {
  readonly near: Socket;
  readonly far: Socket;
  readonly tap: Tap | undefined;
  /** Neither side hears from the other again. */
  isDead: boolean;
  readonly kept: { readonly to: Socket; readonly chunk: Buffer | null }[];
}

/** A way to a TCP server, on a free port of this machine. */
export async function startFaultyLink(target: { host: string; port: number }): Promise<FaultyLink> {
  const pipes = new Set<Pipe>();
  let fault: LinkFault | undefined;
  let makeTap: (() => Tap) | undefined;

  const deliver = (pipe: Pipe, to: Socket, chunk: Buffer | null): void => {
    if (pipe.isDead) return;
    if (fault?.kind === 'black hole') {
      pipe.kept.push({ to, chunk });
      return;
    }
    if (fault?.kind === 'latency') {
      const late = setTimeout(() => put(to, chunk), fault.milliseconds);
      late.unref();
      return;
    }
    put(to, chunk);
  };

  const server: Server = createServer({ noDelay: true }, (near) => {
    if (fault?.kind === 'reset') {
      near.resetAndDestroy();
      return;
    }
    const far = connect({ ...target, noDelay: true });
    const pipe: Pipe = { near, far, tap: makeTap?.(), isDead: fault?.kind === 'half-open', kept: [] };
    if (pipe.isDead) far.destroy();
    pipes.add(pipe);
    near.on('data', (chunk: Buffer) => {
      const verdict = pipe.tap?.toServer(chunk) ?? 'pass';
      if (verdict === 'pass') deliver(pipe, far, chunk);
      if (verdict === 'abandon') far.destroy();
    });
    far.on('data', (chunk: Buffer) => {
      if ((pipe.tap?.toClient(chunk) ?? 'pass') === 'pass') deliver(pipe, near, chunk);
    });
    near.on('error', () => undefined);
    far.on('error', () => undefined);
    near.on('close', () => {
      if (pipe.isDead) pipes.delete(pipe);
      far.destroy();
    });
    far.on('close', () => {
      // A server that is gone without a word is what half-open means.
      if (pipe.isDead) return;
      pipes.delete(pipe);
      deliver(pipe, near, null);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });

  const mend = (): void => {
    fault = undefined;
    for (const pipe of pipes) for (const { to, chunk } of pipe.kept.splice(0)) put(to, chunk);
  };
  return {
    port: (server.address() as AddressInfo).port,
    fault(next) {
      mend();
      fault = next;
      if (next.kind === 'reset') for (const { near } of pipes) near.resetAndDestroy();
      if (next.kind === 'half-open') {
        for (const pipe of pipes) {
          pipe.isDead = true;
          pipe.far.destroy();
        }
      }
    },
    mend,
    tapWith(make) {
      makeTap = make;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        for (const { near, far } of pipes) {
          near.destroy();
          far.destroy();
        }
      }),
  };
}

function put(to: Socket, chunk: Buffer | null): void {
  if (to.destroyed) return;
  if (chunk === null) to.end();
  else to.write(chunk);
}
