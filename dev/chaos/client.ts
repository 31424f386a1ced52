import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { CampaignRecord } from './record.ts';

export interface Reply {
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
  /** The parsed body; an empty object when it is no JSON object. */
  readonly body: Readonly<Record<string, unknown>>;
}

export interface SendOptions {
  readonly key?: string;
  readonly as?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A correct client: it repeats what was not answered, with the same Idempotency-Key, and remembers every 2xx. */
export interface Client {
  /** One request, without a repeat. Undefined: no answer came. */
  once(method: string, path: string, body?: unknown, options?: SendOptions): Promise<Reply | undefined>;
  /** Repeats until there is an answer for good. Throws Unanswered when there is none in time. */
  insist(method: string, path: string, body?: unknown, options?: SendOptions): Promise<Reply>;
}

/** The API did not answer for good for longer than any fault lasts. */
export class Unanswered extends Error {
  override readonly name = 'Unanswered';
}

/** No request may hang for longer, whatever is broken. */
export const HANGS_MS = 10_000;
const GIVE_UP_MS = 30_000;
const INSIST_MS = 120_000;
const LONGEST_PAUSE_MS = 1_000;

/** `onAcknowledged` hears of each 2xx to a POST that was insisted on. */
export function createClient(
  origin: string,
  as: string,
  record: CampaignRecord,
  onAcknowledged: () => void = () => undefined,
): Client {
  const once: Client['once'] = async (method, path, body, options = {}) => {
    const key = options.as === undefined ? as : options.as;
    const started = performance.now();
    record.requests += 1;
    try {
      const answer = await fetch(`${origin}${path}`, {
        method,
        redirect: 'manual',
        headers: {
          ...(key !== null && { authorization: `Bearer ${key}` }),
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...(options.key !== undefined && { 'idempotency-key': options.key }),
          ...options.headers,
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(GIVE_UP_MS),
      });
      const text = await answer.text();
      const reply = { status: answer.status, text, headers: answer.headers, body: objectOf(text) };
      judge(record, `${method} ${withoutIds(path)}`, reply);
      return reply;
    } catch {
      return undefined;
    } finally {
      const took = performance.now() - started;
      record.slowestMs = Math.max(record.slowestMs, took);
      if (took > HANGS_MS)
        record.violate('hang', `${method} ${withoutIds(path)} took ${(took / 1_000).toFixed(1)} s`);
    }
  };

  const insist: Client['insist'] = async (method, path, body, options = {}) => {
    const key = options.key ?? (method === 'POST' ? randomUUID() : undefined);
    const deadline = Date.now() + INSIST_MS;
    let last = 'no answer';
    for (let pause = 100; Date.now() < deadline; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
      const reply = await once(method, path, body, { ...options, ...(key !== undefined && { key }) });
      if (reply && isForGood(path, reply)) {
        if (method === 'POST' && reply.status < 300) onAcknowledged();
        if (method === 'POST' && reply.status < 300 && key !== undefined && options.as !== null) {
          const who = options.as ?? as;
          record.acknowledged.push({ path, body, key, as: who, status: reply.status, text: reply.text });
        }
        return reply;
      }
      last = reply ? `${reply.status} ${reply.text.slice(0, 200)}` : 'no answer';
      await delay(reply?.status === 429 ? Math.max(pause, retryAfterMs(reply)) : pause);
    }
    record.violate('I19', `${method} ${withoutIds(path)} is not answered for good: ${last}`);
    throw new Unanswered(`${method} ${withoutIds(path)}: ${last}`);
  };

  return {
    once,
    async insist(...request) {
      let finish: () => void = () => undefined;
      const answered = new Promise<void>((resolve) => {
        finish = resolve;
      });
      record.underWay.add(answered);
      try {
        return await insist(...request);
      } finally {
        record.underWay.delete(answered);
        finish();
      }
    },
  };
}

/** The code of a problem; empty where there is none. */
export function codeOf({ body }: Pick<Reply, 'body'>): string {
  const { code } = body;
  return typeof code === 'string' ? code : '';
}

/** Accepted is an answer for good only where nothing more will be said. */
function isForGood(path: string, { status, headers, body }: Reply): boolean {
  if (status === 202) return path.endsWith('/consent-link');
  if (status === 503 || status === 429) return false;
  if (status === 409 && (headers.has('retry-after') || body['code'] === 'change-busy')) return false;
  return true;
}

/** I17: no 5xx but an unreachable dependency, and every error is a problem. */
function judge(record: CampaignRecord, request: string, reply: Reply): void {
  const { status, headers } = reply;
  if (status >= 500 && (status !== 503 || !headers.has('retry-after')))
    record.violate('I17', `${request} answered ${status} ${codeOf(reply)}`);
  const isPage = request.includes('/consent/') || request.endsWith('/readyz');
  if (status >= 400 && !isPage && !(headers.get('content-type') ?? '').startsWith('application/problem+json'))
    record.violate('I17', `${request} answered ${status} that is no problem+json`);
}

function retryAfterMs({ headers }: Reply): number {
  return Math.min(Number(headers.get('retry-after') ?? '1') * 1_000, 5_000);
}

function objectOf(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** Tokens and ids stay out of reports. */
function withoutIds(path: string): string {
  return path
    .replace(/\?.*/, '')
    .replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '{id}')
    .replace(/\/consent\/[\w-]{20,}/, '/consent/{token}');
}
