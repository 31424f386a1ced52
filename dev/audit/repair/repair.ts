import { Client, Connection } from '@temporalio/client';
import type { Knex } from 'knex';
import { openDatabase } from '../../../db/knex.ts';
import { AuditError, explainFailure } from '../audit-error.ts';
import type { AuditOptions } from '../audit.ts';
import { decide, type Repair } from './decide.ts';
import { factsOf, lastEnded, openChanges, type ChangeFacts } from './facts.ts';
import { inputOf, recordRepair } from './record.ts';
import { catchUp, findWorkflow, runningChanges, takeUpAgain, type WorkflowFound } from './workflows.ts';

export interface RepairOptions {
  /** As a role that may write: the app's. */
  readonly databaseUrl: string;
  readonly temporal: NonNullable<AuditOptions['temporal']>;
  /** False: nothing is written, and the report says what would be. */
  readonly apply: boolean;
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
 * @throws AuditError when database or Temporal cannot be reached, or do not belong together
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
      const candidates = await candidatesOf(parts);
      const repairs: RepairOfChange[] = [];
      for (const planChangeId of candidates) {
        const found = await repairOf(parts, planChangeId, options.apply);
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
async function candidatesOf({ knex, client, taskQueue }: Parts): Promise<string[]> {
  const open = await openChanges(knex);
  await requireThatTheyBelongTogether({ knex, client, taskQueue }, open);
  return [...new Set([...open, ...(await runningChanges(client, taskQueue))])];
}

/** Against another server every workflow would seem to be gone. */
async function requireThatTheyBelongTogether(
  { knex, client }: Parts,
  open: readonly string[],
): Promise<void> {
  if (open.length === 0) return;
  for (const id of [...open, ...(await lastEnded(knex, SAMPLE))]) {
    if ((await findWorkflow(client, id)).stands !== 'gone') return;
  }
  throw new AuditError(
    'This Temporal server knows none of the changes of this database: check --database, --temporal and --namespace. Nothing was done.',
  );
}

async function repairOf(
  parts: Parts,
  planChangeId: string,
  apply: boolean,
): Promise<RepairOfChange | undefined> {
  const { knex, client } = parts;
  const workflow = await findWorkflow(client, planChangeId);
  const facts = await factsOf(knex, planChangeId);
  const repair = facts && decide(facts, workflow.stands);
  if (!repair) return undefined;
  const { customerId, status } = facts;
  const found = { planChangeId, customerId, status, workflow: workflow.stands, repair };
  if (repair.kind === 'undecided') return { ...found, outcome: 'left' };
  if (!apply) return { ...found, outcome: 'proposed' };
  try {
    if (!(await recordRepair(knex, planChangeId, repair.kind, workflow)))
      return { ...found, outcome: 'moved_on' };
    if (repair.kind === 'catch_up') await catchUp(client, planChangeId);
    if (repair.kind === 'finish') {
      const taskQueue = workflow.taskQueue ?? parts.taskQueue ?? DEFAULT_TASK_QUEUE;
      await takeUpAgain(client, await inputOf(knex, planChangeId), taskQueue);
    }
    return { ...found, outcome: 'done' };
  } catch (error) {
    return { ...found, outcome: 'failed', failure: explainFailure(error) };
  }
}
