import { once } from 'node:events';
import { connect } from 'node:net';
import type { ApiAnswer, ApiRig } from '../support/api-rig.ts';

export interface RawOptions {
  /** Ends the sending side after the bytes: the rest of what was announced never comes. */
  readonly hangUp?: boolean;
  /** Longest wait for the server to end its side, milliseconds. */
  readonly within?: number;
}

/** Sends bytes as they are and gives all that came back until the server closed the connection. */
export async function rawBytes(
  origin: string,
  bytes: string | Buffer,
  { hangUp = false, within = 5_000 }: RawOptions = {},
): Promise<string> {
  const { hostname, port } = new URL(origin);
  const socket = connect(Number(port), hostname);
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  // A reset is an answer too: what came before it counts.
  socket.on('error', () => undefined);
  socket.setTimeout(within, () => socket.destroy());
  await once(socket, 'connect');
  if (hangUp) socket.end(bytes);
  else socket.write(bytes);
  await once(socket, 'close');
  return Buffer.concat(chunks).toString('latin1');
}

/** The first answer to these bytes; undefined when the server closed without one. */
export async function rawAnswer(
  origin: string,
  bytes: string | Buffer,
  options?: RawOptions,
): Promise<ApiAnswer | undefined> {
  const received = await rawBytes(origin, bytes, options);
  if (received === '') return undefined;
  const end = received.indexOf('\r\n\r\n');
  const [statusLine = '', ...lines] = received.slice(0, end).split('\r\n');
  const headers = new Headers(
    lines.map((line): [string, string] => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon), line.slice(colon + 1).trim()];
    }),
  );
  const length = Number(headers.get('content-length') ?? received.length);
  const text = Buffer.from(received.slice(end + 4), 'latin1')
    .subarray(0, length)
    .toString('utf8');
  return {
    status: Number(statusLine.split(' ')[1]),
    headers,
    text,
    read: (schema) => schema.parse(JSON.parse(text)),
  };
}

/** A request with these lines between the first one and the body. */
export function rawRequest(firstLine: string, headers: readonly string[] = [], body = ''): string {
  return [`${firstLine} HTTP/1.1`, 'Host: api.test', 'Connection: close', ...headers, '', body].join('\r\n');
}

/** A request of the agent, written out by hand: paths go as they are. Throws when there is no answer. */
export async function rawAsAgent(
  api: Pick<ApiRig, 'origin' | 'keys'>,
  firstLine: string,
  headers: readonly string[] = [],
  body = '',
): Promise<ApiAnswer> {
  const all = [`Authorization: Bearer ${api.keys.agent}`, ...headers];
  const answer = await rawAnswer(api.origin, rawRequest(firstLine, all, body));
  if (!answer) throw new Error(`No answer to ${firstLine.slice(0, 100)}`);
  return answer;
}
