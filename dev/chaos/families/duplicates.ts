import { createHash, randomUUID, sign } from 'node:crypto';
import { webhookKey } from '../../sendgrid-double/webhook-key.ts';
import { webhookKeyFile } from '../../stack/services.ts';
import { createAgent, type Agent } from '../agent.ts';
import type { Client, Reply } from '../client.ts';
import { codeOf, createClient } from '../client.ts';
import type { Family } from '../family.ts';
import type { Random } from '../random.ts';
import { createRecord, type CampaignRecord } from '../record.ts';
import { runChanges } from '../run-changes.ts';
import { SCENARIOS } from '../scenarios.ts';
import type { System } from '../system.ts';

const OPERATIONS_PER_ROUND = 1_000;

/** So many rounds on end in which nothing was sent twice: the driver does nothing. */
const IDLE_ROUNDS = 3;

/**
 * Each POST leaves one to five times at the same time, under one key; webhooks come three times and in any order;
 * messages race. All answers to one key must be one answer, and everything happens once. Of the requests only those
 * count that left more than once and were answered.
 */
export const duplicates: Family = async ({ system, random, n, say, settle }) => {
  const record = createRecord();
  const counts = { operations: 0, webhooks: 0, changes: 0, once: 0 };
  let idle = 0;
  for (let round = 0; counts.operations < n && idle < IDLE_ROUNDS; round += 1) {
    const own = random.fork(`duplicates ${round}`);
    const until = Math.min(n, counts.operations + OPERATIONS_PER_ROUND);
    while (counts.operations < until && idle < IDLE_ROUNDS) {
      const before = counts.operations;
      counts.changes += await playDoubled(system, record, own.fork(before), counts, until);
      await eventsThrice(system, record, own, counts);
      idle = counts.operations === before ? idle + 1 : 0;
    }
    await settle(record);
    say(`duplicates: ${counts.operations} of ${n} operations, ${record.violations.length} violations`);
  }
  return {
    family: 'duplicates',
    unit: 'operations',
    n: counts.operations,
    faults: counts.operations,
    violations: record.violations,
    p99RecoveryMs: null,
    slowestMs: Math.round(record.slowestMs),
    undone: record.undone,
    details: {
      changes: counts.changes,
      'signed events among them': counts.webhooks,
      'sent once (not counted)': counts.once,
    },
  };
};

interface Counts {
  /** Sent at least twice, and answered. */
  operations: number;
  webhooks: number;
  once: number;
}

async function playDoubled(
  system: System,
  record: CampaignRecord,
  random: Random,
  counts: Counts,
  until: number,
): Promise<number> {
  // About a dozen requests make a scenario.
  const count = Math.max(4, Math.min(SCENARIOS.length, Math.ceil((until - counts.operations) / 20)));
  const doubled = SCENARIOS.map((scenario) => ({
    ...scenario,
    run: (agent: Agent, own: Random) => scenario.run(withRepeats(agent, own.fork('repeats'), counts), own),
  }));
  return runChanges({ system, record, random, count, scenarios: doubled });
}

/** The same agent whose every POST is sent up to five times at once. */
function withRepeats(agent: Agent, random: Random, counts: Counts): Agent {
  const { client, system, record, account } = agent;
  const doubled: Client = {
    once: (...request) => client.once(...request),
    async insist(method, path, body, options = {}) {
      if (method !== 'POST' || options.as === null) return client.insist(method, path, body, options);
      const key = options.key ?? randomUUID();
      const times = random.int(1, 5);
      const replies = await Promise.all(
        Array.from({ length: times }, () => client.insist(method, path, body, { ...options, key })),
      );
      if (times > 1) counts.operations += times;
      else counts.once += 1;
      compare(record, path, replies);
      const [first] = replies;
      if (!first) throw new Error('nothing was sent');
      return first;
    },
  };
  return createAgent({ system, record, account, client: doubled });
}

/** Bodies of problems carry the id of each request; else one key has one answer. */
function compare(record: CampaignRecord, path: string, replies: readonly Reply[]): void {
  const kinds = new Set(
    replies.map(({ status, text, body }) => `${status} ${status < 300 ? digest(text) : codeOf({ body })}`),
  );
  if (kinds.size > 1) {
    const what = [...kinds].map((kind) => kind.slice(0, 40)).join(', ');
    record.violate(
      'I11',
      `${replies.length} equal requests to ${path.replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '{id}')} got different answers: ${what}`,
    );
  }
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}

/** Events of the newest mails, each three times, the later ones first: a mail's fate never goes back. */
async function eventsThrice(
  system: System,
  record: CampaignRecord,
  random: Random,
  counts: Counts,
): Promise<void> {
  const { rows: mails } = await system.owner.raw<{ rows: { id: string }[] }>(
    `SELECT id FROM email_outbox WHERE status IN ('accepted', 'delivered') ORDER BY created_at DESC LIMIT 4`,
  );
  const { privateKey } = await webhookKey(webhookKeyFile(system.dataDir));
  const client = createClient(system.api, '', record);
  const timestamp = String(Math.floor(Date.now() / 1_000));
  const events = mails.flatMap(({ id }) =>
    ['delivered', 'processed'].map((event) => ({
      ...{ event, email: 'customer@example.com', timestamp: Number(timestamp), outbox_id: id },
      ...{ sg_event_id: `chaos-${event}-${id}`, sg_message_id: `chaos-${id}.0` },
    })),
  );
  const post = async (batch: readonly object[]): Promise<void> => {
    if (batch.length === 0) return;
    const body = JSON.stringify(batch);
    const reply = await client.once('POST', '/v1/webhooks/sendgrid', batch, {
      as: null,
      headers: {
        'x-twilio-email-event-webhook-signature': sign(
          'sha256',
          Buffer.from(timestamp + body),
          privateKey,
        ).toString('base64'),
        'x-twilio-email-event-webhook-timestamp': timestamp,
      },
    });
    if (!reply || reply.status >= 300)
      record.violate('oracle', `a signed event was answered ${reply?.status ?? 'nothing'}`);
    else {
      counts.webhooks += 1;
      counts.operations += 1;
    }
  };
  const batches = [events, events.toReversed(), events.filter(() => random.chance(0.5))];
  await Promise.all(batches.map((batch) => post(batch)));
  const { rows: back } = await system.owner.raw<{ rows: { n: number }[] }>(
    `SELECT count(*)::int AS n FROM email_outbox WHERE id = ANY (?) AND status <> 'delivered'`,
    [mails.map(({ id }) => id)],
  );
  if ((back[0]?.n ?? 0) > 0)
    record.violate('oracle', `${back[0]?.n ?? 0} delivered mails are told as not delivered`);
}
