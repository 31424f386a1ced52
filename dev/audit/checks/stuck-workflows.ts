import proto from '@temporalio/proto';
import { FAULT } from '../../../domain/failures.ts';
import type { CheckContext, Finding } from '../check.ts';
import { finding } from '../check.ts';
import { planChangeIdOf } from '../history-digest.ts';
import type { WorkflowDetails } from '../histories.ts';

const { PendingActivityState, PendingWorkflowTaskState } = proto.temporal.api.enums.v1;

/** A task that is there has a worker within seconds. */
const TAKEN_WITHIN_MS = 60_000;
/** A task that failed once or twice met a deployment; one that fails again meets a fault of the program. */
const TASK_ATTEMPTS = 3;
/** With 1 s doubled up to 5 minutes that is more than 8 minutes of failures. */
const ACTIVITY_ATTEMPTS = 10;
/**
 * For ten minutes a mail with an unknown outcome is asked after every 30 s, and once more after each further send: its
 * attempts say nothing. How often it was really sent and since when it waits is in the outbox, and judged there.
 */
const MAIL_ACTIVITIES: ReadonlySet<string> = new Set(['sendSummary', 'sendNotice']);
const PARALLEL = 8;

/** Asks the server about every workflow that runs: what is pending, for how long, and how often it failed. */
export async function stuckWorkflows(context: CheckContext): Promise<Finding[]> {
  const { histories } = context;
  if (!histories) return [];
  const running = [...histories.executions.values()]
    .filter(({ status }) => status.name === 'RUNNING')
    .values();
  const findings: Finding[] = [];
  const lane = async (): Promise<void> => {
    for (const { workflowId } of running) {
      const details = await histories.details(workflowId);
      context.looked(1);
      for (const what of details ? stuckParts(details, Date.now()) : []) {
        findings.push(
          finding('I19', `${what} (${workflowId})`, { plan_change_id: planChangeIdOf(workflowId) }),
        );
      }
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, lane));
  return findings;
}

/** What of a workflow does not get on. `now`: epoch milliseconds. */
function stuckParts(
  { pendingWorkflowTask: task, pendingActivities }: WorkflowDetails,
  now: number,
): string[] {
  const stuck: string[] = [];
  if (task && (task.attempt ?? 0) >= TASK_ATTEMPTS)
    stuck.push(`a workflow task does not get through, attempt ${task.attempt ?? 0}`);
  else if (
    task?.state === PendingWorkflowTaskState.PENDING_WORKFLOW_TASK_STATE_SCHEDULED &&
    isLongAgo(task.scheduledTime, now)
  )
    stuck.push('a workflow task is there, and no worker has taken it for a minute');

  for (const activity of pendingActivities ?? []) {
    const name = activity.activityType?.name ?? 'an activity';
    const attempt = activity.attempt ?? 0;
    const fault = activity.lastFailure?.applicationFailureInfo?.type ?? '';
    if (attempt >= ACTIVITY_ATTEMPTS && !MAIL_ACTIVITIES.has(name))
      stuck.push(
        `${name} does not get through, attempt ${attempt}: ${fault in FAULT ? fault : 'another failure'}`,
      );
    else if (
      activity.state === PendingActivityState.PENDING_ACTIVITY_STATE_SCHEDULED &&
      isLongAgo(activity.scheduledTime, now)
    )
      stuck.push(`${name} is due, and no worker has taken it for a minute`);
  }
  return stuck;
}

function isLongAgo(at: { seconds?: unknown } | null | undefined, now: number): boolean {
  return at ? now - Number(at.seconds ?? 0) * 1_000 > TAKEN_WITHIN_MS : false;
}
