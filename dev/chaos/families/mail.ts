import { setTimeout as delay } from 'node:timers/promises';
import type { FaultInput } from '../../sendgrid-double/faults.ts';
import { pollUntil } from '../../stack/poll.ts';
import type { Family } from '../family.ts';
import type { Random } from '../random.ts';
import { createRecord, type CampaignRecord } from '../record.ts';
import { runChanges } from '../run-changes.ts';
import { SCENARIOS } from '../scenarios.ts';
import type { System } from '../system.ts';

const MAILS_PER_ROUND = 100;
/** A send without an answer is respected for ten minutes; with the pauses between two tries some more. */
const UNKNOWN_FOR_MS = 12 * 60_000;
/** The mail of a killed worker is tried again within a minute. */
const TAKEN_WITHIN_MS = 60_000;
/** Where that is not waited for: those on their way. */
const TAKEN_SOON_MS = 3_000;
const WITH_A_SUMMARY = SCENARIOS.filter(({ name }) => /at once$/.test(name));

/** One fault for every request that the double gets, good answers among them. */
export function planMailFaults(random: Random, count: number): FaultInput[] {
  return Array.from({ length: count }, () =>
    random.pick<FaultInput>([
      { mode: 'slow', delayMs: 0 },
      { mode: 'status', status: 429, retryAfter: 1 },
      { mode: 'status', status: 500 },
      { mode: 'status', status: 503 },
      { mode: 'reset-after-accept' },
      { mode: 'reset-after-accept', reported: false },
      { mode: 'timeout-after-accept', delayMs: 12_000 },
      { mode: 'drop' },
      { mode: 'bounce' },
      { mode: 'dropped' },
      { mode: 'slow', delayMs: 1_500 },
    ]),
  );
}

/**
 * Summaries while the provider refuses, is slow, answers too late, accepts and breaks off, loses mails, and while
 * worker and provider are killed. Each change has one row in the outbox; what the provider got twice is reported.
 * The full size also waits the ten minutes after which a mail whose fate is unknown is sent again.
 */
export const mail: Family = async ({ system, random, n, isFull, say, settle }) => {
  const record = createRecord();
  const total = { faults: 0, kills: 0 };
  const earlier = await summaries(system);
  for (let done = 0; done < n; done += MAILS_PER_ROUND) {
    const count = Math.min(MAILS_PER_ROUND, n - done);
    const own = random.fork(`mail ${done}`);
    const faults = planMailFaults(own.fork('faults'), count);
    await setFaults(system, faults);
    const killing = killWhile(system, own.fork('kills'), Math.ceil(count / 25));
    await runChanges({ system, record, random: own, count, scenarios: WITH_A_SUMMARY });
    total.kills += await killing;
    const left = await leftFaults(system, isFull ? TAKEN_WITHIN_MS : TAKEN_SOON_MS);
    total.faults += faults.slice(0, faults.length - left).filter(isFault).length;
    if (left > 0 && isFull)
      record.undone.push(`${left} of ${faults.length} answers of the provider met no request`);
    await setFaults(system, []);
    await settle(record);
    const mails = (await summaries(system)) - earlier;
    say(`mail: ${mails} of ${n} mails, ${total.faults} faults, ${record.violations.length} violations`);
  }
  const unsure = await waiting(system);
  if (unsure > 0 && isFull) {
    say(`mail: ${unsure} mails without an answer wait for their ten minutes`);
    const isDone = await pollUntil(async () => (await waiting(system)) === 0, {
      within: UNKNOWN_FOR_MS,
      every: 5_000,
    });
    if (!isDone) record.violate('I19', 'a mail without an answer was not sent again after ten minutes');
    await settle(record);
  }
  const doubled = await checkRows(system, record);
  if (total.faults === 0) record.undone.push('no request met a fault of the provider');
  return {
    family: 'mail',
    unit: 'mails',
    n: (await summaries(system)) - earlier,
    faults: total.faults + total.kills,
    violations: record.violations,
    undone: record.undone,
    p99RecoveryMs: null,
    slowestMs: Math.round(record.slowestMs),
    details: {
      'workers killed in between': total.kills,
      'received twice (reported)': doubled,
      'still without an answer': await waiting(system),
    },
  };
};

async function setFaults(system: System, faults: readonly FaultInput[]): Promise<void> {
  const answer = await fetch(`${system.outbox}/faults`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(faults),
  });
  if (!answer.ok) throw new Error(`the double refused the faults: ${await answer.text()}`);
}

/** An answer at once, as ever, is none. */
function isFault(fault: FaultInput): boolean {
  return fault.mode !== 'slow' || fault.delayMs > 0;
}

/** Each mail takes the next answer with its first request: a mail may still be on its way. How many nobody took. */
async function leftFaults(system: System, within: number): Promise<number> {
  let left = 0;
  await pollUntil(
    async () => {
      const answer = await fetch(`${system.outbox}/faults`);
      left = ((await answer.json()) as unknown[]).length;
      return left === 0;
    },
    { within, every: 200 },
  );
  return left;
}

/** The worker in the middle of its sends. How often it died and came back. */
async function killWhile(system: System, random: Random, times: number): Promise<number> {
  let died = 0;
  for (let kill = 0; kill < times; kill += 1) {
    await delay(random.int(500, 3_000));
    const mark = system.mark('worker');
    const isKilled = system.kill('worker');
    const isBack = (await system.backAfter('worker', mark, 60_000)) !== undefined;
    if (isKilled && isBack) died += 1;
  }
  return died;
}

/** Mails of changes that were applied, and have asked the provider at least once. */
async function summaries(system: System): Promise<number> {
  const { rows } = await system.owner.raw<{ rows: { n: number }[] }>(
    `SELECT count(*)::int AS n FROM email_outbox WHERE kind = 'summary' AND attempts > 0`,
  );
  return rows[0]?.n ?? 0;
}

async function waiting(system: System): Promise<number> {
  const { rows } = await system.owner.raw<{ rows: { n: number }[] }>(
    `SELECT count(*)::int AS n FROM email_outbox WHERE kind = 'summary' AND status IN ('queued', 'sending')`,
  );
  return rows[0]?.n ?? 0;
}

/** One summary row for each applied change; a mail that the provider got twice must be counted as possibly so. */
async function checkRows(system: System, record: CampaignRecord): Promise<number> {
  const { rows } = await system.owner.raw<{ rows: { plan_change_id: string; mails: number }[] }>(
    `SELECT pc.id AS plan_change_id, count(m.id)::int AS mails FROM plan_changes pc
     LEFT JOIN email_outbox m ON m.plan_change_id = pc.id AND m.kind = 'summary'
     WHERE pc.status IN ('activated', 'completed') GROUP BY pc.id HAVING count(m.id) <> 1`,
  );
  for (const { plan_change_id: id, mails } of rows)
    record.violate('I10', `${mails} summaries in the outbox`, id);
  const { rows: sent } = await system.owner.raw<{ rows: { id: string; duplicates: number }[] }>(
    `SELECT id, possible_duplicates AS duplicates FROM email_outbox WHERE kind = 'summary'`,
  );
  const messages = (await (await fetch(`${system.outbox}/messages`)).json()) as {
    customArgs: Record<string, string>;
  }[];
  const received = new Map<string, number>();
  for (const { customArgs } of messages) {
    const id = customArgs['outbox_id'] ?? '';
    received.set(id, (received.get(id) ?? 0) + 1);
  }
  let doubled = 0;
  for (const { id, duplicates } of sent) {
    const times = received.get(id) ?? 0;
    if (times > 1) doubled += 1;
    if (times > 1 + duplicates)
      record.violate(
        'I10',
        `a summary was received ${times} times and ${duplicates} duplicates are reported`,
      );
  }
  return doubled;
}
