import { activityInfo } from '@temporalio/activity';
import type { StepReceipt } from './ports.ts';

/** The receipt of the step that runs now. `revision` tells apart runs for successive quotes of one change. */
export function receipt(step: string, revision?: number): StepReceipt {
  const { workflowExecution } = activityInfo();
  if (workflowExecution === undefined) throw new Error('Steps run only inside a workflow');
  return {
    workflowId: workflowExecution.workflowId,
    step: revision === undefined ? step : `${step}:${revision}`,
  };
}

export function currentRunId(): string {
  return activityInfo().workflowExecution?.runId ?? '';
}
