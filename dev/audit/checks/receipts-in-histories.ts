import { isDeepStrictEqual } from 'node:util';
import type { CheckContext, Finding } from '../check.ts';
import { finding } from '../check.ts';
import { planChangeIdOf, type HistoryDigest } from '../history-digest.ts';
import type { Histories } from '../histories.ts';
import { isLost, keptSeconds } from './kept-histories.ts';
import { HAS_COME, QUIET_SECONDS } from './quiet.ts';

interface Receipt {
  readonly step: string;
  readonly result: unknown;
  readonly is_quiet: boolean;
}

interface Receipts {
  readonly workflow_id: string;
  readonly receipts: readonly Receipt[];
}

/** Steps of successive quotes have their revision after a colon. No receipt is of a time to come. */
const RECEIPTS = `
  SELECT workflow_id, jsonb_agg(jsonb_build_object('step', split_part(step, ':', 1), 'result', result,
    'is_quiet', NOT (committed_at >= now() - make_interval(secs => ${QUIET_SECONDS}) AND ${HAS_COME('committed_at')}))) AS receipts
  FROM step_receipts WHERE workflow_id = ANY ($1) GROUP BY 1`;

/** Those of a change's own workflow are told where changes are compared with theirs. */
const OF_NO_WORKFLOW = `
  SELECT r.workflow_id, extract(epoch FROM min(r.committed_at))::float8 * 1000 AS first,
    bool_and(NOT (r.committed_at >= now() - make_interval(secs => ${QUIET_SECONDS}) AND ${HAS_COME('r.committed_at')})) AS is_quiet
  FROM step_receipts r
  WHERE NOT r.workflow_id = ANY ($1) AND r.committed_at > now() - make_interval(secs => $2)
    AND NOT EXISTS (SELECT 1 FROM plan_changes pc WHERE r.workflow_id = 'plan-change-' || pc.id)
  GROUP BY 1`;

/** Steps for a message, as local activities: their server may lose the message after they have committed. */
const FOR_A_MESSAGE: ReadonlySet<string> = new Set([
  'requotePlanChange',
  'scheduleActivation',
  'closePlanChange',
]);

/**
 * Every step that the database has a receipt of was run by the workflow that the receipt names, so its history holds
 * it: the other way round than I18. A receipt without its step was written past the workflows.
 */
export async function receiptsInHistories(context: CheckContext, histories: Histories): Promise<Finding[]> {
  const digests = new Map(histories.digests.map((digest) => [digest.workflowId, digest]));
  const rows = await context.query<Receipts>(RECEIPTS, [[...digests.keys()]]);
  const findings: Finding[] = [];
  const count = { restless: 0, lost: 0, cutOff: 0 };
  for (const { workflow_id: workflowId, receipts } of rows) {
    context.looked(receipts.length);
    const digest = digests.get(workflowId);
    if (!digest || withoutStep(receipts, [digest]).length === 0) continue;
    const runs = await histories.runsOf(workflowId);
    const missing = withoutStep(receipts, runs);
    if (missing.length === 0) continue;
    const state = await histories.describe(workflowId);
    const explained = explanation(missing, runs, state?.isRunning ?? false);
    if (explained) count[explained] += missing.length;
    else if (state?.isBusy || missing.some((receipt) => !receipt.is_quiet)) count.restless += 1;
    else findings.push(...missing.map(({ step }) => withoutHistory(step, digest)));
  }
  const none = await ofNoWorkflow(context, histories);
  context.unchecked(
    `workflows whose steps were committed in the last ${QUIET_SECONDS} s or have work under way`,
    count.restless + none.restless,
  );
  context.unchecked('steps whose message was lost with its server', count.lost);
  context.unchecked('steps of workflows that were ended from outside', count.cutOff);
  return [...findings, ...none.findings];
}

function withoutStep(receipts: readonly Receipt[], runs: readonly HistoryDigest[]): Receipt[] {
  const steps = runs.flatMap((run) => run.steps);
  const begun = new Set(runs.flatMap((run) => run.begun.map(({ name }) => name)));
  return receipts.filter(
    ({ step, result }) =>
      !begun.has(step) && !steps.some((done) => done.name === step && isDeepStrictEqual(done.result, result)),
  );
}

/** Why a history may lack what was committed: undefined, it may not. */
function explanation(
  missing: readonly Receipt[],
  runs: readonly HistoryDigest[],
  isRunning: boolean,
): 'lost' | 'cutOff' | undefined {
  // It was told later that the record is further on.
  if (runs.some(isOvertaken)) return 'lost';
  if (runs.some((run) => run.isCutOff)) return 'cutOff';
  // It will be told at its next step.
  return isRunning && missing.every(({ step }) => FOR_A_MESSAGE.has(step)) ? 'lost' : undefined;
}

/** Whether the workflow found the record further on than itself. */
export function isOvertaken({ steps }: HistoryDigest): boolean {
  return steps.some(({ result }) => result?.['outcome'] === 'overtaken');
}

function withoutHistory(step: string, { workflowId, planChangeId, customerId }: HistoryDigest): Finding {
  return finding('I14', `the database has a receipt of ${step}, and the history of ${workflowId} lacks it`, {
    plan_change_id: planChangeId,
    customer_id: customerId,
  });
}

async function ofNoWorkflow(
  context: CheckContext,
  histories: Histories,
): Promise<{ readonly findings: readonly Finding[]; readonly restless: number }> {
  const rows = await context.query<{ workflow_id: string; first: number; is_quiet: boolean }>(
    OF_NO_WORKFLOW,
    [[...histories.executions.keys()], keptSeconds(histories)],
  );
  const findings: Finding[] = [];
  let restless = 0;
  for (const { workflow_id: workflowId, first, is_quiet: isQuiet } of rows) {
    if (isLost(context, new Date(first)) || (await histories.describe(workflowId))) continue;
    if (!isQuiet) restless += 1;
    else
      findings.push(
        finding('I14', `the database has receipts of ${workflowId}, and there is no such workflow`, {
          plan_change_id: planChangeIdOf(workflowId),
        }),
      );
  }
  return { findings, restless };
}
