import {
  WorkflowNotFoundError,
  type Client,
  type WorkflowExecutionDescription,
  type WorkflowExecutionInfo,
} from '@temporalio/client';
import proto from '@temporalio/proto';
import {
  CLOSE_ORPHAN_WORKFLOW,
  PLAN_CHANGE_WORKFLOW,
  REQUEST_CONSENT_WORKFLOW,
  SEARCH_ATTRIBUTE,
  SEND_NOTICE_WORKFLOW,
} from '../../workflows/contract.ts';
import { digestOf, type History, type HistoryDigest } from './history-digest.ts';

const { History: HistoryMessage } = proto.temporal.api.history.v1;

/** How a workflow stands, for comparison with its row. */
export interface WorkflowState {
  readonly isRunning: boolean;
  /** Something is under way: a task or an activity waits for a worker or runs. */
  readonly isBusy: boolean;
  /** The search attribute that operations filter by. */
  readonly status: string;
  readonly startedAt: Date;
}

export interface Histories {
  /** The latest run of each workflow, by workflow id. */
  readonly executions: ReadonlyMap<string, WorkflowExecutionInfo>;
  readonly digests: readonly HistoryDigest[];
  /** How long the namespace keeps what has closed, seconds; 0 when the server does not say. */
  readonly retentionSeconds: number;
  /** Decodes each history anew: all of them decoded at once would fill the memory. */
  all(): Generator<{ readonly workflowId: string; readonly history: History }>;
  /** As the list has it: it lags behind, and does not know whether work is under way. */
  stateOf(listed: WorkflowExecutionInfo): WorkflowState;
  /** Asks the server; undefined when it knows no such workflow. */
  describe(workflowId: string): Promise<WorkflowState | undefined>;
  /** Asks the server for every run that it keeps, the latest last: a reset, or a repair, leaves several. */
  runsOf(workflowId: string): Promise<readonly HistoryDigest[]>;
  /** What the server shows of a workflow beside its history: tasks and activities that are pending, and why. */
  details(workflowId: string): Promise<WorkflowDetails | undefined>;
}

export type WorkflowDetails = WorkflowExecutionDescription['raw'];

export interface HistoriesOptions {
  readonly client: Client;
  /** Only workflows of this task queue; all of the namespace when undefined. */
  readonly taskQueue: string | undefined;
  readonly onProgress: (loaded: number, of: number) => void;
}

const PARALLEL_READS = 8;
const WORKFLOW_TYPES = [
  PLAN_CHANGE_WORKFLOW,
  REQUEST_CONSENT_WORKFLOW,
  SEND_NOTICE_WORKFLOW,
  CLOSE_ORPHAN_WORKFLOW,
];

/**
 * Reads every history of the product in a namespace, encoded (some 8 kB each). The database is to be read after
 * this: a step that a history holds as done was committed before.
 */
export async function loadHistories({ client, taskQueue, onProgress }: HistoriesOptions): Promise<Histories> {
  const retentionSeconds = await retentionOf(client);
  const executions = await latestRuns(client, taskQueue);
  const encoded = new Map<string, Uint8Array>();
  const digests: HistoryDigest[] = [];
  const queue = executions.values();
  const lane = async (): Promise<void> => {
    for (const { workflowId, runId } of queue) {
      const history = await orUndefined(client.workflow.getHandle(workflowId, runId).fetchHistory());
      if (!history) continue; // its retention ended meanwhile
      encoded.set(workflowId, HistoryMessage.encode(history).finish());
      const digest = digestOf(workflowId, history);
      if (digest) digests.push(digest);
      onProgress(encoded.size, executions.size);
    }
  };
  await Promise.all(Array.from({ length: PARALLEL_READS }, lane));

  return {
    executions,
    digests,
    retentionSeconds,
    *all() {
      for (const [workflowId, bytes] of encoded) yield { workflowId, history: HistoryMessage.decode(bytes) };
    },
    stateOf: (listed) => stateOf(listed, false),
    async describe(workflowId) {
      const description = await orUndefined(client.workflow.getHandle(workflowId).describe());
      return description && stateOf(description, isBusy(description.raw));
    },
    runsOf: (workflowId) => runsOf(client, workflowId),
    details: async (workflowId) => (await orUndefined(client.workflow.getHandle(workflowId).describe()))?.raw,
  };
}

async function retentionOf({ workflowService, options }: Client): Promise<number> {
  const { config } = await workflowService.describeNamespace({ namespace: options.namespace });
  return Number(config?.workflowExecutionRetentionTtl?.seconds ?? 0);
}

async function runsOf(client: Client, workflowId: string): Promise<HistoryDigest[]> {
  const started = new Map<string, Date>();
  for await (const run of client.workflow.list({ query: `WorkflowId = '${workflowId}'` }))
    started.set(run.runId, run.startTime);
  // The list lags behind, so the latest is asked for by itself.
  const latest = await orUndefined(client.workflow.getHandle(workflowId).describe());
  if (latest) started.set(latest.runId, latest.startTime);
  const digests: HistoryDigest[] = [];
  for (const [runId] of [...started].sort(([, one], [, other]) => one.getTime() - other.getTime())) {
    const history = await orUndefined(client.workflow.getHandle(workflowId, runId).fetchHistory());
    const digest = history && digestOf(workflowId, history);
    if (digest) digests.push(digest);
  }
  return digests;
}

/** A reset leaves several runs of one workflow: the latest counts. */
async function latestRuns(
  client: Client,
  taskQueue: string | undefined,
): Promise<Map<string, WorkflowExecutionInfo>> {
  const ofQueue = taskQueue === undefined ? '' : ` AND TaskQueue = '${taskQueue.replaceAll("'", "''")}'`;
  const executions = new Map<string, WorkflowExecutionInfo>();
  for await (const execution of client.workflow.list({
    query: `WorkflowType IN (${WORKFLOW_TYPES.map((type) => `'${type}'`).join(', ')})${ofQueue}`,
  })) {
    const known = executions.get(execution.workflowId);
    if (!known || known.startTime < execution.startTime) executions.set(execution.workflowId, execution);
  }
  return executions;
}

function stateOf(
  execution: Pick<WorkflowExecutionInfo, 'status' | 'typedSearchAttributes' | 'startTime'>,
  isBusy: boolean,
): WorkflowState {
  return {
    isRunning: isOpen(execution),
    isBusy,
    status: execution.typedSearchAttributes.get(SEARCH_ATTRIBUTE.status) ?? '',
    startedAt: execution.startTime,
  };
}

/** Also while operations have paused it. */
export function isOpen({ status }: Pick<WorkflowExecutionInfo, 'status'>): boolean {
  return status.name === 'RUNNING' || status.name === 'PAUSED';
}

function isBusy(raw: WorkflowDetails): boolean {
  return Boolean(raw.pendingWorkflowTask) || (raw.pendingActivities ?? []).length > 0;
}

async function orUndefined<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}
