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

/** How often a window did something: bytes that came late, were kept or went nowhere; connections cut in use or refused. */
export interface LinkWindow {
  readonly met: number;
}

export interface FaultyLink {
  readonly port: number;
  /** Begins a window; the one before ends. Its connections that are dead for ever go on counting for it. */
  fault(fault: LinkFault): LinkWindow;
  mend(): void;
  /** One for each new connection. */
  tapWith(make: (() => Tap) | undefined): void;
  close(): Promise<void>;
}

interface Pipe {
  readonly near: Socket;
  readonly far: Socket;
  readonly tap: Tap | undefined;
  /** Neither side hears from the other again, because of this window. */
  deadBy: { met: number } | undefined;
  /** The client sent something, and has had no answer to it yet. */
  isAwaited: boolean;
  readonly kept: Chunk[];
  /** On their way, slowly: what comes after them does not overtake them. */
  readonly late: Chunk[];
}

interface Chunk {
  readonly to: Socket;
  /** Null: the end. */
  readonly chunk: Buffer | null;
}

/** A way to a TCP server, on a free port of this machine. */
export async function startFaultyLink(target: { host: string; port: number }): Promise<FaultyLink> {
  const pipes = new Set<Pipe>();
  let fault: LinkFault | undefined;
  let window = { met: 0 };
  let makeTap: (() => Tap) | undefined;

  const deliver = (pipe: Pipe, to: Socket, chunk: Buffer | null): void => {
    if (pipe.deadBy) {
      if (to === pipe.far) pipe.deadBy.met += 1;
      return;
    }
    if (fault && chunk !== null) window.met += 1;
    if (fault?.kind === 'black hole') {
      pipe.kept.push({ to, chunk });
      return;
    }
    if (fault?.kind === 'latency' || pipe.late.length > 0) {
      pipe.late.push({ to, chunk });
      const wait = setTimeout(
        () => {
          const [next] = pipe.late.splice(0, 1);
          if (next) put(next.to, next.chunk);
        },
        fault?.kind === 'latency' ? fault.milliseconds : 0,
      );
      wait.unref();
      return;
    }
    put(to, chunk);
  };

  const server: Server = createServer({ noDelay: true }, (near) => {
    if (fault?.kind === 'reset') {
      window.met += 1;
      near.resetAndDestroy();
      return;
    }
    const far = connect({ ...target, noDelay: true });
    const deadBy = fault?.kind === 'half-open' ? window : undefined;
    const pipe: Pipe = { near, far, tap: makeTap?.(), deadBy, isAwaited: false, kept: [], late: [] };
    if (deadBy) far.destroy();
    pipes.add(pipe);
    near.on('data', (chunk: Buffer) => {
      pipe.isAwaited = true;
      const verdict = pipe.tap?.toServer(chunk) ?? 'pass';
      if (verdict === 'pass') deliver(pipe, far, chunk);
      if (verdict === 'abandon') far.destroy();
    });
    far.on('data', (chunk: Buffer) => {
      pipe.isAwaited = false;
      if ((pipe.tap?.toClient(chunk) ?? 'pass') === 'pass') deliver(pipe, near, chunk);
    });
    near.on('error', () => undefined);
    far.on('error', () => undefined);
    near.on('close', () => {
      if (pipe.deadBy) pipes.delete(pipe);
      far.destroy();
    });
    far.on('close', () => {
      // A server that is gone without a word is what half-open means.
      if (pipe.deadBy) return;
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
      window = { met: 0 };
      if (next.kind !== 'reset' && next.kind !== 'half-open') return window;
      for (const pipe of pipes) {
        if (pipe.isAwaited && !pipe.deadBy) window.met += 1;
        if (next.kind === 'reset') pipe.near.resetAndDestroy();
        else {
          pipe.deadBy ??= window;
          pipe.far.destroy();
        }
      }
      return window;
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
