import { Client, Connection } from '@temporalio/client';
import { readFile } from 'node:fs/promises';
import type { PlanChangeJson } from '../../../api/schemas/plan-changes.ts';
import { bundleAltered, type Alteration } from '../../../test/support/altered-workflows.ts';
import { writePrivateFile } from '../../stack/private-file.ts';
import { skipWorkflowTime } from '../../stack/skip-time.ts';
import { planChangeWorkflowId } from '../../../workflows/contract.ts';
import { createAgent, type Agent } from '../agent.ts';
import { NEEDS } from '../audit-at-rest.ts';
import { createClient } from '../client.ts';
import type { Family } from '../family.ts';
import { daysAfter, dateIn } from '../oracle.ts';
import { createRecord, type CampaignRecord } from '../record.ts';
import { retrying } from '../retrying.ts';
import type { System } from '../system.ts';

/** What a release may change under changes that wait: words for operations, and which mail server is asked when. */
export const COMPATIBLE: readonly Alteration[] = [
  {
    file: 'workflows/plan-change-waits.ts',
    from: "{ summary: 'activation date' }",
    to: "{ summary: 'the date on which the plan begins' }",
  },
  {
    file: 'workflows/plan-change-waits.ts',
    from: "{ summary: 'hold ends' }",
    to: "{ summary: 'the hold ends' }",
  },
  {
    file: 'workflows/current-details.ts',
    from: 'Applied and read back. Waits for the mail provider to accept the summary.',
    to: 'Applied and read back. The summary is on its way.',
  },
];

const WAITS = ['awaiting_consent', 'scheduled', 'held', 'mail'] as const;
/** What a change is told to be in each wait. */
const STATUS = {
  awaiting_consent: 'awaiting_consent',
  scheduled: 'scheduled',
  held: 'held',
  mail: 'activated',
} as const;

interface Waiting {
  readonly agent: Agent;
  readonly change: PlanChangeJson;
  readonly wait: (typeof WAITS)[number];
}

/** New code over changes that wait, in every status that waits, then the old code again; all of them finish. */
export const deploy: Family = async ({ system, random, n, say, settle }) => {
  const record = createRecord();
  const old = await readFile(system.bundlePath, 'utf8');
  const { code: altered } = await bundleAltered(COMPATIBLE);
  const half = Math.ceil(n / 2);
  const count = { finished: 0, releases: 0 };
  const first = await startWaiting(system, record, half, random.int(0, 3));
  count.releases += await release(system, record, altered);
  // Begun with the new code, finished with the old one: a rollback.
  const second = await startWaiting(system, record, n - half, random.int(0, 3));
  count.finished += await finishAll(
    first.filter((_, index) => index % 2 === 0),
    record,
  );
  count.releases += await release(system, record, old);
  count.finished += await finishAll([...first.filter((_, index) => index % 2 === 1), ...second], record);
  await settle(record);
  const errors = await taskErrors(system);
  for (const error of errors) record.violate('I16', error);
  const logged = (system.logs().match(/nondetermin|TMPRL1100/gi) ?? []).length;
  if (logged > 0) record.violate('I16', `${logged} lines of the logs tell of non-determinism`);
  say(`deploy: ${count.finished} waits, ${record.violations.length} violations`);
  return {
    family: 'deploy',
    unit: 'waits',
    n: count.finished,
    faults: count.releases,
    violations: record.violations,
    undone: record.undone,
    p99RecoveryMs: null,
    slowestMs: Math.round(record.slowestMs),
    details: { 'non-determinism errors': errors.length + logged },
  };
};

/** One after the other in each waiting status. */
async function startWaiting(
  system: System,
  record: CampaignRecord,
  count: number,
  offset: number,
): Promise<Waiting[]> {
  const queue = Array.from({ length: count }, (_, number) => number).values();
  const begun: Waiting[] = [];
  const lane = async (_: unknown, number: number): Promise<void> => {
    const client = createClient(system.api, system.agentKeys[number % system.agentKeys.length] ?? '', record);
    for (const turn of queue) {
      const wait = WAITS[(turn + offset) % WAITS.length] ?? 'scheduled';
      const account = await system.account({ timeZone: 'UTC', anchorDate: '2024-01-07' });
      const agent = createAgent({ system, record, client, account });
      try {
        const change = await startOne(agent, wait);
        if (change.status !== STATUS[wait]) throw new Error(`it is ${change.status}`);
        begun.push({ agent, wait, change });
      } catch (error) {
        record.violate('scenario', `to ${wait}: ${String(error)}`);
      }
    }
  };
  await Promise.all(Array.from({ length: 4 }, lane));
  return begun;
}

async function startOne(agent: Agent, wait: Waiting['wait']): Promise<PlanChangeJson> {
  const identified = await agent.identify();
  const date = daysAfter(dateIn(identified.timeZone), 5);
  const activation =
    wait === 'scheduled' ? ({ when: 'on_date', date } as const) : ({ when: 'immediately' } as const);
  const change = await agent.open(identified, 'fiber-plus', activation);
  if (wait === 'awaiting_consent') return change;
  if (wait === 'scheduled') return agent.consent(change);
  if (wait === 'held') {
    // Whoever is suspended gets nothing applied: the drift rule holds the change.
    await setStatus(agent, 'suspended');
    const held = await agent.consent(change);
    await setStatus(agent, 'active');
    return held;
  }
  // Two tries of its mail fail: it is applied and waits for the third.
  await fetch(`${agent.system.outbox}/faults`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify([{ mode: 'status', status: 503, times: 2 }]),
  });
  return agent.consent(change);
}

async function setStatus({ system, account }: Agent, status: string): Promise<void> {
  await retrying(() => system.owner('customers').where({ id: account.customerId }).update({ status }));
}

/** How many of them came to their end. */
async function finishAll(waiting: readonly Waiting[], record: CampaignRecord): Promise<number> {
  let finished = 0;
  await Promise.all(
    waiting.map(async ({ agent, change, wait }) => {
      const { planChangeId } = change;
      record.ends.set(planChangeId, ['completed', 'activated']);
      try {
        if (wait === 'awaiting_consent') await agent.consent(change);
        if (wait === 'held') await agent.consent(await agent.message(change, 'requote', {}));
        if (wait === 'scheduled') {
          const seconds = Math.ceil((Date.parse(change.activation.at ?? '') - Date.now()) / 1_000) + 2;
          const server = { address: agent.system.temporalAddress, namespace: 'default' };
          await skipWorkflowTime(server, planChangeWorkflowId(planChangeId), { seconds });
        }
        await agent.reaches(planChangeId, 'activated', 'completed');
        finished += 1;
        if (wait === 'scheduled') record.given.add(NEEDS.activationOnADate);
      } catch (error) {
        record.violate(
          'scenario',
          `from ${wait}: ${error instanceof Error ? error.message : String(error)}`,
          planChangeId,
        );
      }
    }),
  );
  return finished;
}

/** Another bundle where the worker looks for it, and a restart. @returns 1 when a worker came back with it, else 0 */
async function release(system: System, record: CampaignRecord, code: string): Promise<number> {
  await writePrivateFile(system.bundlePath, code);
  const mark = system.mark('worker');
  system.kill('worker');
  if ((await system.backAfter('worker', mark, 60_000)) !== undefined) return 1;
  record.violate('I19', 'the worker does not come back with the new code');
  return 0;
}

/** Tasks that failed because the code did not fit the history. */
async function taskErrors(system: System): Promise<string[]> {
  const connection = await Connection.connect({ address: system.temporalAddress });
  try {
    const client = new Client({ connection });
    const found: string[] = [];
    for await (const { workflowId } of client.workflow.list()) {
      const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
      for (const { workflowTaskFailedEventAttributes: failed } of events ?? [])
        if (failed && /determinis/i.test(JSON.stringify(failed)))
          found.push(`a task of ${workflowId} failed by non-determinism`);
    }
    return found;
  } finally {
    await connection.close();
  }
}
