import { Client, Connection } from '@temporalio/client';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { PlanChangeJson } from '../../../api/schemas/plan-changes.ts';
import { bundleAltered, type Alteration } from '../../../test/support/altered-workflows.ts';
import type { FaultInput } from '../../sendgrid-double/faults.ts';
import { pollUntil } from '../../stack/poll.ts';
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

const WAITS_FILE = 'workflows/plan-change-waits.ts';
/** A step more on the way out of a wait, for changes that come there after the release. */
const step = (id: string): string => `if (patched('${id}')) await condition(() => false, 20);`;
/** The step after a line that occurs once. */
const after = (line: string, id: string): Alteration => ({
  file: WAITS_FILE,
  from: line,
  to: `${line}\n  ${step(id)}`,
});

/** A release under changes that wait: other words for operations, and in each wait a new step behind a patch. */
export const RELEASE: readonly Alteration[] = [
  {
    file: 'workflows/current-details.ts',
    from: 'Applied and read back. Waits for the mail provider to accept the summary.',
    to: 'Applied and read back. The summary is on its way.',
  },
  {
    file: WAITS_FILE,
    from: 'import { condition, getExternalWorkflowHandle }',
    to: 'import { condition, getExternalWorkflowHandle, patched }',
  },
  after("if (!hasWork(state)) await heardBefore(quote.consentDeadlineAt, 'consent deadline');", 'consent'),
  after(
    "await condition(() => hasWork(state), msUntil(activateAt ?? workflowNow()), { summary: 'activation date' });",
    'date',
  ),
  after(
    "await condition(() => hasWork(state), msUntil(state.holdEndsAt ?? workflowNow()), { summary: 'hold ends' });",
    'hold',
  ),
  after('await deliverSummary(input, state.summaryMailId);', 'mail'),
];
/** What the SDK writes into the history for a patch. */
const patchData = z.object({ id: z.string() });
/** The new step on the way out of each wait. */
const STEP_AFTER = { awaiting_consent: 'consent', scheduled: 'date', held: 'hold', mail: 'mail' } as const;

/** More often than anything asks before the release is there. */
const NO_MAIL_LEAVES: readonly FaultInput[] = [{ mode: 'status', status: 503, retryAfter: 1, times: 10_000 }];

/** A change whose mail is out has little left to do. */
const CLOSED_WITHIN_MS = 30_000;
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

/**
 * A release over changes that wait, in every status that waits, a rollback and the release again, as the runbook has
 * it: whatever has taken a step of the new code is finished by it, all others go on with the old. All of them finish.
 */
export const deploy: Family = async ({ system, random, n, say, settle }) => {
  const connection = await Connection.connect({ address: system.temporalAddress });
  const temporal = new Client({ connection });
  const record = createRecord();
  const old = await readFile(system.bundlePath, 'utf8');
  const { code: altered } = await bundleAltered(RELEASE);
  const half = Math.ceil(n / 2);
  const count = { finished: 0, releases: 0 };
  const finish = async (waiting: readonly Waiting[]): Promise<void> => {
    count.finished += await finishAll(waiting, record);
    // Its last task, too, is done by the code that is there now.
    for (const { change } of waiting) {
      const handle = temporal.workflow.getHandle(planChangeWorkflowId(change.planChangeId));
      const isClosed = await pollUntil(async () => (await handle.describe()).status.name !== 'RUNNING', {
        within: CLOSED_WITHIN_MS,
        every: 100,
      });
      if (!isClosed) record.undone.push(`${change.planChangeId} does not come to its end before a release`);
    }
  };
  await setMailFaults(system, NO_MAIL_LEAVES);
  const before = await startWaiting(system, record, half, random.int(0, 3));
  count.releases += await release(system, record, altered);
  const since = await startWaiting(system, record, n - half, random.int(0, 3));
  await setMailFaults(system, []);
  // Mails leave by themselves now; half of the other changes go on with the new code, half stay where they are.
  const goesOn = before.map(({ wait }, index) => wait === 'mail' || index % 2 === 0);
  const byTheNew = before.filter((_, index) => goesOn[index]);
  await finish(byTheNew);
  // On the way to these waits they have left the first one, by the new step.
  await finish(since.filter(({ wait }) => wait !== 'awaiting_consent'));
  count.releases += await release(system, record, old);
  await finish(before.filter((_, index) => !goesOn[index]));
  await finish(since.filter(({ wait }) => wait === 'awaiting_consent'));
  count.releases += await release(system, record, altered);
  await settle(record);
  const { errors, steps } = await readHistories(temporal);
  await connection.close();
  const missing = byTheNew.map(({ wait }) => STEP_AFTER[wait]).filter((id) => !steps.has(id));
  if (missing.length > 0) record.undone.push(`nothing took the new step after ${missing.join(', ')}`);
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
  // No mail leaves: it is applied, and its summary is tried again and again.
  return agent.consent(change);
}

async function setMailFaults(system: System, faults: readonly FaultInput[]): Promise<void> {
  await fetch(`${system.outbox}/faults`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(faults),
  });
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
      record.ends.set(planChangeId, ['completed']);
      try {
        if (wait === 'awaiting_consent') await agent.consent(change);
        if (wait === 'held') await agent.consent(await agent.message(change, 'requote', {}));
        if (wait === 'scheduled') {
          const seconds = Math.ceil((Date.parse(change.activation.at ?? '') - Date.now()) / 1_000) + 2;
          const server = { address: agent.system.temporalAddress, namespace: 'default' };
          await skipWorkflowTime(server, planChangeWorkflowId(planChangeId), { seconds });
        }
        await agent.reaches(planChangeId, 'completed');
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
  system.drain('worker');
  if ((await system.backAfter('worker', mark, 60_000)) !== undefined) return 1;
  record.violate('I19', 'the worker does not come back with the new code');
  return 0;
}

/** Tasks that failed because the code did not fit the history, and the new steps that were taken. */
async function readHistories(temporal: Client): Promise<{ errors: string[]; steps: ReadonlySet<string> }> {
  const errors: string[] = [];
  const steps = new Set<string>();
  for await (const { workflowId } of temporal.workflow.list()) {
    const { events } = await temporal.workflow.getHandle(workflowId).fetchHistory();
    for (const event of events ?? []) {
      const { workflowTaskFailedEventAttributes: failed, markerRecordedEventAttributes: marker } = event;
      if (failed && /determinis/i.test(JSON.stringify(failed)))
        errors.push(`a task of ${workflowId} failed by non-determinism`);
      const [patch] = marker?.details?.['patch-data']?.payloads ?? [];
      if (patch?.data) steps.add(patchData.parse(JSON.parse(new TextDecoder().decode(patch.data))).id);
    }
  }
  return { errors, steps };
}
