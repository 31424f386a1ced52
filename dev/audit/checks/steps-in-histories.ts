import type { CheckContext, Finding } from '../check.ts';
import { finding } from '../check.ts';
import { planChangeWorkflowId } from '../../../workflows/contract.ts';

interface Receipt {
  readonly workflow_id: string;
  readonly step: string;
  readonly result: unknown;
}

/**
 * A step that a history holds as done was committed before, so its receipt is there with the same result. Read
 * after the histories, this needs no quiet system.
 */
export async function stepsInHistories(context: CheckContext): Promise<Finding[]> {
  const digests = context.histories?.digests ?? [];
  if (digests.length === 0) return [];
  const receipts = await context.query<Receipt>(
    'SELECT workflow_id, step, result FROM step_receipts WHERE workflow_id = ANY ($1)',
    [digests.map(({ planChangeId }) => planChangeWorkflowId(planChangeId))],
  );
  const kept = new Set(receipts.map((row) => keyOf(row.workflow_id, row.step, row.result)));
  return digests.flatMap((digest) => {
    context.looked(digest.steps.length);
    const workflowId = planChangeWorkflowId(digest.planChangeId);
    return digest.steps
      .filter((step) => !kept.has(keyOf(workflowId, step.name, step.result)))
      .map((step) =>
        finding('I18', `the history holds ${step.name} as done, the database has no such receipt`, {
          plan_change_id: digest.planChangeId,
          customer_id: digest.customerId,
        }),
      );
  });
}

/** Steps of successive quotes have a revision after a colon, which the history does not always tell. */
function keyOf(workflowId: string, step: string, result: unknown): string {
  return `${workflowId} ${step.split(':')[0] ?? step} ${stable(result)}`;
}

/** JSON with sorted members: jsonb does not keep their order. */
function stable(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(stable).join()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${stable(member)}`).join()}}`;
}
