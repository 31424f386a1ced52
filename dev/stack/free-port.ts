import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';

/** Whether this port of the host can be listened on now. */
export async function isPortFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  try {
    await close(await listen(port, host));
    return true;
  } catch {
    return false;
  }
}

/** A port that was free a moment ago, chosen by the system. */
export async function freePort(): Promise<number> {
  const [port = 0] = await freePorts(1);
  return port;
}

/**
 * So many different ones. Asked for one after the other, the system may give the same port again: all are held until
 * the last is there.
 */
export async function freePorts(count: number): Promise<number[]> {
  const held: Server[] = [];
  try {
    while (held.length < count) held.push(await listen(0, '127.0.0.1'));
    return held.map(portOf);
  } finally {
    await Promise.all(held.map(close));
  }
}

async function listen(port: number, host: string): Promise<Server> {
  const server = createServer().listen({ port, host, exclusive: true });
  await once(server, 'listening');
  return server;
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

async function close(server: Server): Promise<void> {
  server.close();
  await once(server, 'close');
}
