import { isDeepStrictEqual } from 'node:util';
import type { CheckContext, Finding } from '../check.ts';
import { finding } from '../check.ts';

interface Receipts {
  readonly workflow_id: string;
  readonly step: string;
  readonly results: readonly unknown[];
}

/** Steps of successive quotes have their revision after a colon, which the history does not always tell. */
const RECEIPTS = `
  SELECT workflow_id, split_part(step, ':', 1) AS step, jsonb_agg(result) AS results
  FROM step_receipts WHERE workflow_id = ANY ($1) GROUP BY 1, 2`;

/**
 * A step that a history holds as done was committed before, so its receipt is there with the same result. Read
 * after the histories, this needs no quiet system.
 */
export async function stepsInHistories(context: CheckContext): Promise<Finding[]> {
  const digests = context.histories?.digests ?? [];
  const receipts = await context.query<Receipts>(RECEIPTS, [digests.map(({ workflowId }) => workflowId)]);
  const resultsOf = new Map(receipts.map((row) => [`${row.workflow_id} ${row.step}`, row.results]));
  return digests.flatMap((digest) => {
    context.looked(digest.steps.length);
    return digest.steps
      .filter(
        ({ name, result }) =>
          !resultsOf.get(`${digest.workflowId} ${name}`)?.some((kept) => isDeepStrictEqual(kept, result)),
      )
      .map(({ name }) =>
        finding('I18', `the history holds ${name} as done, the database has no receipt with that result`, {
          plan_change_id: digest.planChangeId,
          customer_id: digest.customerId,
        }),
      );
  });
}
