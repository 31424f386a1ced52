import { activityInfo } from '@temporalio/activity';
import type { StepReceipt } from './ports.ts';

/** The receipt of the step that runs now. `of` tells apart its runs within one change: a revision, a message. */
export function receipt(step: string, of?: number | string): StepReceipt {
  const { workflowExecution } = activityInfo();
  if (workflowExecution === undefined) throw new Error('Steps run only inside a workflow');
  return {
    workflowId: workflowExecution.workflowId,
    step: of === undefined ? step : `${step}:${of}`,
  };
}

export function currentRunId(): string {
  return activityInfo().workflowExecution?.runId ?? '';
}
