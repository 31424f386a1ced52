import assert from 'node:assert/strict';
import { eventually } from './eventually.ts';

export interface StatusEvent {
  readonly id: string;
  readonly planChangeId: string;
  readonly status: string;
  readonly at: string;
}

/** A listener of server-sent events. */
export interface EventStream {
  readonly status: number;
  readonly headers: Headers;
  /** How often it was told that something other than the status is new. */
  readonly changes: () => number;
  /** What has come so far. */
  readonly events: readonly StatusEvent[];
  readonly statuses: () => readonly string[];
  /** Waits for a status. */
  until(status: string): Promise<void>;
  /** Waits until the server ends the stream; returns every status that came. */
  end(): Promise<readonly string[]>;
  close(): void;
}

/** Listens as a browser's EventSource does, without connecting again. */
export async function listen(
  url: string,
  key: string | null,
  headers: Readonly<Record<string, string>> = {},
): Promise<EventStream> {
  const stop = new AbortController();
  const answer = await fetch(url, {
    headers: {
      accept: 'text/event-stream',
      ...(key !== null && { authorization: `Bearer ${key}` }),
      ...headers,
    },
    signal: stop.signal,
  });
  const events: StatusEvent[] = [];
  let changes = 0;
  let ended = false;
  const reading = (async () => {
    let text = '';
    const decoder = new TextDecoder();
    for await (const chunk of answer.body ?? []) {
      text += decoder.decode(chunk as Uint8Array, { stream: true });
      const blocks = text.split('\n\n');
      text = blocks.pop() ?? '';
      const told = blocks.filter((block) => !block.startsWith(':'));
      changes += told.filter(isChange).length;
      events.push(...told.filter((block) => !isChange(block)).map(eventOf));
    }
    assert.equal(text, '', 'the stream ended within an event');
  })()
    .catch((error: unknown) => {
      if (!stop.signal.aborted) throw error;
    })
    .finally(() => {
      ended = true;
    });
  const statuses = () => events.map(({ status }) => status);
  return {
    status: answer.status,
    headers: answer.headers,
    changes: () => changes,
    events,
    statuses,
    until: (status) =>
      eventually(() => Promise.resolve(statuses().includes(status) ? (null as never) : undefined), {
        what: `the status ${status} after ${statuses().join(', ')}`,
      }),
    async end() {
      await eventually(() => Promise.resolve(ended || undefined), { what: 'the end of the stream' });
      await reading;
      return statuses();
    },
    close() {
      stop.abort();
    },
  };
}

function isChange(block: string): boolean {
  return /^event: changed\ndata: \{"planChangeId":"[0-9a-f-]{36}"\}$/.test(block);
}

function eventOf(block: string): StatusEvent {
  const [, id = '', data = ''] = /^id: (\d+)\nevent: status\ndata: (\{.*\})$/.exec(block) ?? [];
  assert.ok(id !== '', `not an event: ${block}`);
  const { planChangeId, status, at, ...others } = JSON.parse(data) as Record<string, string>;
  assert.deepEqual(others, {});
  assert.ok(planChangeId !== undefined && status !== undefined && at !== undefined, data);
  return { id, planChangeId, status, at };
}
