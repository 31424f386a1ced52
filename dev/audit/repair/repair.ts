import { Client, Connection } from '@temporalio/client';
import type { Knex } from 'knex';
import { openDatabase } from '../../../db/knex.ts';
import type { MessageAuthor } from '../../../workflows/contract.ts';
import { AuditError, explainFailure } from '../audit-error.ts';
import type { AuditOptions } from '../audit.ts';
import { decide, type Repair } from './decide.ts';
import { factsOf, lastEnded, openChanges, type ChangeFacts, type ChangeOpened } from './facts.ts';
import { missingTogether, type OpenedChange } from './missing.ts';
import { operatorId } from './operator.ts';
import { inputOf, recordRepair } from './record.ts';
import {
  catchUp,
  closeOrphan,
  findWorkflow,
  runningChanges,
  takeUpAgain,
  type WorkflowFound,
} from './workflows.ts';

export interface RepairOptions {
  /** As a role that may write: the app's. */
  readonly databaseUrl: string;
  readonly temporal: NonNullable<AuditOptions['temporal']>;
  /** False: nothing is written, and the report says what would be. */
  readonly apply: boolean;
  /** Handle or id of the agent of the role ops who answers for it; needed to apply. */
  readonly operator?: string | undefined;
  /** So many open changes that the server does not know are closed, although they look lost together. */
  readonly closeMissing?: number | undefined;
}

export interface RepairOfChange {
  readonly planChangeId: string;
  readonly customerId: string;
  readonly status: ChangeFacts['status'];
  readonly workflow: WorkflowFound['stands'];
  readonly repair: Repair;
  readonly outcome: 'proposed' | 'done' | 'moved_on' | 'left' | 'failed';
  /** Why it failed, in a sentence. */
  readonly failure?: string;
}

export interface RepairReport {
  /** How many changes were compared with their workflows. */
  readonly looked: number;
  readonly repairs: readonly RepairOfChange[];
}

const DEFAULT_TASK_QUEUE = 'plan-change';
const SAMPLE = 20;

/**
 * Mends what was done behind the workflows' backs (terminate, reset, delete), change by change; a second run finds
 * nothing left. What would need a guess about money is reported and left alone.
 * @throws AuditError when database or Temporal cannot be reached, or do not belong together, or the server looks
 *   restored from an older backup, or nobody answers for what is to be applied
 */
export async function repairChanges(options: RepairOptions): Promise<RepairReport> {
  const knex = openDatabase({
    url: options.databaseUrl,
    maxConnections: 2,
    applicationName: 'plan-change repair',
  });
  const { address, namespace, connection: settings, taskQueue } = options.temporal;
  try {
    const connection = await Connection.connect({ connectTimeout: 5_000, ...settings, address }).catch(
      (error: unknown) => {
        throw new AuditError(`The Temporal server at ${address} cannot be reached: check --temporal.`, {
          cause: error,
        });
      },
    );
    try {
      const parts: Parts = { knex, client: new Client({ connection, namespace }), taskQueue };
      const operator: MessageAuthor | undefined = options.apply
        ? { type: 'ops', id: await operatorId(knex, options.operator) }
        : undefined;
      const candidates = await candidatesOf(parts, options.closeMissing);
      const repairs: RepairOfChange[] = [];
      for (const planChangeId of candidates) {
        const found = await repairOf(parts, planChangeId, operator);
        if (found) repairs.push(found);
      }
      return { looked: candidates.length, repairs };
    } finally {
      await connection.close();
    }
  } finally {
    await knex.destroy();
  }
}

interface Parts {
  readonly knex: Knex;
  readonly client: Client;
  readonly taskQueue: string | undefined;
}

/** Open changes, and those whose workflow runs. */
async function candidatesOf(parts: Parts, closeMissing: number | undefined): Promise<string[]> {
  const { knex, client, taskQueue } = parts;
  const open: OpenedChange[] = [];
  for (const change of await openChanges(knex))
    open.push({ ...change, stands: await standsOf(parts, change) });
  if (open.length > 0) await requireThatTheyBelongTogether(parts, open, closeMissing);
  const running = await runningChanges(client, taskQueue);
  return [...new Set([...open.map(({ planChangeId }) => planChangeId), ...running])];
}

/** Against another server every workflow would seem to be gone, against an older backup the newest. */
async function requireThatTheyBelongTogether(
  parts: Parts,
  open: readonly OpenedChange[],
  closeMissing: number | undefined,
): Promise<void> {
  const knownEnded: Date[] = [];
  for (const change of await lastEnded(parts.knex, SAMPLE))
    if ((await standsOf(parts, change)) !== 'gone') knownEnded.push(change.openedAt);
  if (knownEnded.length === 0 && open.every(({ stands }) => stands === 'gone')) {
    throw new AuditError(
      'This Temporal server knows none of the changes of this database: check --database, --temporal and --namespace. Nothing was done.',
    );
  }
  const missing = missingTogether(open, knownEnded);
  if (missing === undefined || missing.count === closeMissing) return;
  const { count, of, from, until, sign } = missing;
  throw new AuditError(
    `This Temporal server does not know ${count} of ${of} open changes, opened between ${from.toISOString()} and ${until.toISOString()}; ${sign}. ` +
      'So a server looks that was restored from an older backup. To close these changes would cancel what customers have agreed to, so nothing was done. ' +
      'If a newer backup exists, restore that one. If the workflows are lost for good, run it again with ' +
      `--close-missing ${count}: what of them is not applied is closed as cancelled, and the customers are told by mail.`,
  );
}

async function standsOf({ client }: Parts, { planChangeId }: ChangeOpened): Promise<WorkflowFound['stands']> {
  return (await findWorkflow(client, planChangeId)).stands;
}

async function repairOf(
  parts: Parts,
  planChangeId: string,
  operator: MessageAuthor | undefined,
): Promise<RepairOfChange | undefined> {
  const { knex, client } = parts;
  const workflow = await findWorkflow(client, planChangeId);
  const facts = await factsOf(knex, planChangeId);
  const repair = facts && decide(facts, workflow.stands);
  if (!repair) return undefined;
  const { customerId, status } = facts;
  const found = { planChangeId, customerId, status, workflow: workflow.stands, repair };
  if (repair.kind === 'undecided') return { ...found, outcome: 'left' };
  if (operator === undefined) return { ...found, outcome: 'proposed' };
  try {
    if (!(await recordRepair(knex, planChangeId, repair.kind, workflow, operator)))
      return { ...found, outcome: 'moved_on' };
    const taskQueue = workflow.taskQueue ?? parts.taskQueue ?? DEFAULT_TASK_QUEUE;
    if (repair.kind === 'catch_up') await catchUp(client, planChangeId, operator);
    if (repair.kind === 'finish')
      await takeUpAgain(client, await inputOf(knex, planChangeId), taskQueue, operator);
    if (repair.kind === 'cancel') {
      const expected = { status, revision: facts.revision };
      const close = { planChangeId, customerId, expected, author: operator };
      if (!(await closeOrphan(client, close, taskQueue))) return { ...found, outcome: 'moved_on' };
    }
    return { ...found, outcome: 'done' };
  } catch (error) {
    return { ...found, outcome: 'failed', failure: explainFailure(error) };
  }
}
