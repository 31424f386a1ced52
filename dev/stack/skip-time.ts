import { randomUUID } from 'node:crypto';
import { Connection, isGrpcServiceError } from '@temporalio/client';
import proto from '@temporalio/proto';

const { FastForwardPollingResult, WorkflowExecutionStatus } = proto.temporal.api.enums.v1;

const LACKING =
  'This Temporal server cannot skip time: it takes server 1.32 or newer, started with frontend.WorkflowTimeSkippingEnabled=true';
const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export interface TimeSpan {
  readonly days?: number;
  readonly hours?: number;
  readonly minutes?: number;
  readonly seconds?: number;
}

/**
 * Lets the time of a running workflow jump ahead, past every timer that falls due on the way, and waits until it
 * is there or the workflow has ended: a worker must take what falls due. Activities keep the real clock. The SDK
 * has no call for it yet: this is the server's own.
 * @throws Error in one sentence when the server lacks it
 */
export async function skipWorkflowTime(
  { address, namespace }: { readonly address: string; readonly namespace: string },
  workflowId: string,
  by: TimeSpan,
): Promise<void> {
  const { days = 0, hours = 0, minutes = 0, seconds = 0 } = by;
  const total = days * DAY + hours * HOUR + minutes * MINUTE + seconds;
  const connection = await Connection.connect({ address });
  try {
    await fastForward(connection, { namespace, workflowExecution: { workflowId } }, total);
  } finally {
    await connection.close();
  }
}

async function fastForward(
  { workflowService }: Connection,
  workflow: { readonly namespace: string; readonly workflowExecution: { readonly workflowId: string } },
  seconds: number,
): Promise<void> {
  const fastForwardId = randomUUID();
  const duration = proto.google.protobuf.Duration.fromObject({ seconds });
  const timeSkippingConfig = { enabled: true, fastForwardConfig: { id: fastForwardId, duration } };
  try {
    const { workflowExecutionOptions } = await workflowService.updateWorkflowExecutionOptions({
      ...workflow,
      workflowExecutionOptions: { timeSkippingConfig },
      updateMask: { paths: ['time_skipping_config'] },
    });
    if (!workflowExecutionOptions?.timeSkippingConfig) throw new Error(LACKING);
  } catch (error) {
    // A server of before knows no such field, or has it switched off.
    throw isGrpcServiceError(error) ? new Error(`${LACKING} (${error.details})`) : error;
  }
  for (;;) {
    const { fastForwardPollingResult: result, failedReason } =
      await workflowService.pollWorkflowExecutionTimeSkipping({ ...workflow, fastForwardId });
    if (result === FastForwardPollingResult.FAST_FORWARD_POLLING_RESULT_FAST_FORWARD_COMPLETED) return;
    if (result === FastForwardPollingResult.FAST_FORWARD_POLLING_RESULT_POLL_TIMEOUT) continue;
    const { namespace, workflowExecution: execution } = workflow;
    const { workflowExecutionInfo } = await workflowService.describeWorkflowExecution({
      namespace,
      execution,
    });
    if (workflowExecutionInfo?.status !== WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING) return;
    throw new Error(`The time of ${execution.workflowId} could not be skipped: ${failedReason}`);
  }
}
