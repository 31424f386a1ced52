import {
  WithStartWorkflowOperation,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  type Client,
} from '@temporalio/client';
import { ApplicationFailure, type Workflow } from '@temporalio/common';
import {
  CLOSE_ORPHAN_WORKFLOW,
  closeOrphanWorkflowId,
  PLAN_CHANGE_WORKFLOW,
  planChangeWorkflowId,
  SEARCH_ATTRIBUTE,
  UPDATE,
  type CloseOrphanInput,
  type CloseOrphanResult,
  type EndInput,
  type MessageAuthor,
  type OpenAnswer,
  type PlanChangeInput,
} from '../../../workflows/contract.ts';
import { planChangeIdOf } from '../history-digest.ts';
import type { WorkflowStands } from './decide.ts';

export interface WorkflowFound {
  readonly stands: WorkflowStands;
  /** Of the latest run. */
  readonly runId: string;
  readonly taskQueue: string | undefined;
}

/** How long the server, and a worker, may take for one answer, milliseconds. */
const ANSWER_MS = 15_000;
const ENDED = new Set(['TERMINATED', 'FAILED', 'TIMED_OUT', 'CANCELLED']);

export async function findWorkflow(client: Client, planChangeId: string): Promise<WorkflowFound> {
  try {
    const { status, runId, taskQueue, raw } = await client.withDeadline(Date.now() + ANSWER_MS, () =>
      client.workflow.getHandle(planChangeWorkflowId(planChangeId)).describe(),
    );
    const isBusy = Boolean(raw.pendingWorkflowTask) || (raw.pendingActivities ?? []).length > 0;
    // A paused workflow lives: whoever paused it means to go on.
    const alive = status.name === 'RUNNING' ? (isBusy ? 'busy' : 'alive') : 'busy';
    const stands = ENDED.has(status.name) ? 'ended' : status.name === 'COMPLETED' ? 'completed' : alive;
    return { stands, runId, taskQueue };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError)
      return { stands: 'gone', runId: 'gone', taskQueue: undefined };
    throw error;
  }
}

/** Changes whose workflow runs, by the server's list, which may lag behind. */
export async function runningChanges(client: Client, taskQueue: string | undefined): Promise<string[]> {
  const ofQueue = taskQueue === undefined ? '' : ` AND TaskQueue = '${taskQueue.replaceAll("'", "''")}'`;
  const query = `WorkflowType = '${PLAN_CHANGE_WORKFLOW}' AND ExecutionStatus = 'Running'${ofQueue}`;
  const found: string[] = [];
  for await (const { workflowId } of client.workflow.list({ query })) {
    const id = planChangeIdOf(workflowId);
    if (id !== null) found.push(id);
  }
  return found;
}

/**
 * Starts the workflow of an applied change anew. Its first step is answered from the receipt, and the message
 * makes it look where the database stands (activities/standing.ts): it reads back, sends the summary and ends.
 */
export async function takeUpAgain(
  client: Client,
  input: PlanChangeInput,
  taskQueue: string,
  operator: MessageAuthor,
): Promise<void> {
  const startWorkflowOperation = new WithStartWorkflowOperation(PLAN_CHANGE_WORKFLOW, {
    workflowId: planChangeWorkflowId(input.planChangeId),
    taskQueue,
    args: [input],
    workflowIdConflictPolicy: 'USE_EXISTING',
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    workflowTaskTimeout: '5 seconds',
    staticSummary: `Plan change to ${input.planCode}, taken up again`,
    typedSearchAttributes: [
      { key: SEARCH_ATTRIBUTE.status, value: 'awaiting_consent' },
      { key: SEARCH_ATTRIBUTE.customerId, value: input.customerId },
      { key: SEARCH_ATTRIBUTE.planCode, value: input.planCode },
    ],
  });
  // Messages are taken once the first step is done; this one waits for it.
  await client.withDeadline(Date.now() + ANSWER_MS, () =>
    client.workflow.executeUpdateWithStart<Workflow, OpenAnswer, []>(UPDATE.openPlanChange, {
      startWorkflowOperation,
    }),
  );
  await catchUp(client, input.planChangeId, operator);
}

/**
 * Has a worker close a change whose workflow is lost, and send the mail that tells the customer. A workflow does it,
 * so that it is finished whatever happens meanwhile; another run of the repair meets the same one.
 * @returns false when the change had moved on, and nothing was done
 */
export async function closeOrphan(
  client: Client,
  input: CloseOrphanInput,
  taskQueue: string,
): Promise<boolean> {
  const { outcome } = await client.withDeadline(Date.now() + ANSWER_MS, () =>
    client.workflow.execute<(input: CloseOrphanInput) => Promise<CloseOrphanResult>>(CLOSE_ORPHAN_WORKFLOW, {
      workflowId: closeOrphanWorkflowId(input.planChangeId),
      taskQueue,
      args: [input],
      workflowIdConflictPolicy: 'USE_EXISTING',
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      staticSummary: `Close plan change ${input.planChangeId}, whose workflow was lost`,
      typedSearchAttributes: [{ key: SEARCH_ATTRIBUTE.customerId, value: input.customerId }],
    }),
  );
  return outcome === 'closed';
}

/**
 * A message to a workflow that is behind: its step finds the change further on, and the workflow goes there. One
 * whose time is over turns the message away and looks at the database by itself.
 */
export async function catchUp(client: Client, planChangeId: string, operator: MessageAuthor): Promise<void> {
  const end: EndInput = { remarkId: null, author: operator };
  const handle = client.workflow.getHandle(planChangeWorkflowId(planChangeId));
  try {
    await client.withDeadline(Date.now() + ANSWER_MS, () =>
      handle.executeUpdate(UPDATE.cancel, { args: [end] }),
    );
  } catch (error) {
    if (!(error instanceof WorkflowUpdateFailedError && error.cause instanceof ApplicationFailure))
      throw error;
  }
}
