import { sign } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { EventWebhookHeader } from '@sendgrid/eventwebhook';
import type { MailEvent } from './mail-events.ts';
import type { WebhookKey } from './webhook-key.ts';

export interface WebhookOptions {
  readonly url: string;
  readonly key: WebhookKey;
  /** How long one request is tried, milliseconds; ten minutes unless told. */
  readonly giveUpAfterMs?: number;
  /** Hears why a request was given up. */
  readonly onGivenUp?: (reason: string) => void;
}

/** Posts events to the URL of the mail settings. */
export interface EventWebhook {
  /** Returns at once; the events leave together with others of the same moment. */
  report(events: readonly MailEvent[]): void;
  /** Forgets what has not arrived yet. */
  close(): void;
}

const GATHER_MS = 50;
const ANSWER_WITHIN_MS = 10_000;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 15_000;
const GIVE_UP_AFTER_MS = 10 * 60_000;

/**
 * Signs and posts as SendGrid does: a JSON array, ECDSA P-256 with SHA-256 over the time and the raw body, and
 * again with growing pauses until the answer is 2xx. Requests do not wait for each other, so events may arrive
 * out of order, and twice when an answer was lost: the receiver has to bear both.
 */
export function createEventWebhook(options: WebhookOptions): EventWebhook {
  const stopped = new AbortController();
  let gathered: MailEvent[] = [];
  let timer: NodeJS.Timeout | undefined;

  function flush(): void {
    timer = undefined;
    const body = JSON.stringify(gathered);
    gathered = [];
    void deliver(body, options, stopped.signal);
  }

  return {
    report(events) {
      if (stopped.signal.aborted || events.length === 0) return;
      gathered.push(...events);
      timer ??= setTimeout(flush, GATHER_MS);
    },
    close() {
      clearTimeout(timer);
      stopped.abort();
    },
  };
}

async function deliver(body: string, options: WebhookOptions, stopped: AbortSignal): Promise<void> {
  const deadline = Date.now() + (options.giveUpAfterMs ?? GIVE_UP_AFTER_MS);
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    const outcome = await post(body, options, stopped);
    if (outcome === 'taken' || stopped.aborted) return;
    if (Date.now() + pause > deadline) {
      options.onGivenUp?.(outcome);
      return;
    }
    await delay(pause, undefined, { signal: stopped, ref: false }).catch(() => undefined);
  }
}

/** Each try is signed anew: receivers refuse an old time. */
async function post(body: string, { url, key }: WebhookOptions, stopped: AbortSignal): Promise<string> {
  const timestamp = String(Math.floor(Date.now() / 1_000));
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        [EventWebhookHeader.SIGNATURE()]: sign(
          'sha256',
          Buffer.from(timestamp + body),
          key.privateKey,
        ).toString('base64'),
        [EventWebhookHeader.TIMESTAMP()]: timestamp,
      },
      body,
      redirect: 'manual',
      signal: AbortSignal.any([stopped, AbortSignal.timeout(ANSWER_WITHIN_MS)]),
    });
    await answer.arrayBuffer();
    return answer.ok ? 'taken' : `status ${answer.status}`;
  } catch {
    return 'no answer';
  }
}
