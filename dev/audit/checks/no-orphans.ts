import { isTerminal, type PlanChangeStatus } from '../../../domain/plan-change-status.ts';
import { closeOrphanWorkflowId, planChangeWorkflowId } from '../../../workflows/contract.ts';
import type { Check, CheckContext, Finding } from '../check.ts';
import { finding } from '../check.ts';
import { planChangeIdOf } from '../history-digest.ts';
import type { Histories, WorkflowState } from '../histories.ts';
import { mailOrphans } from './mail-orphans.ts';
import { receiptsInHistories } from './receipts-in-histories.ts';
import { isLost, keptSeconds } from './kept-histories.ts';
import { HAS_COME, QUIET_MS, QUIET_SECONDS } from './quiet.ts';
import { guardsInForce } from './guards.ts';

interface ChangeRow {
  readonly id: string;
  readonly customer_id: string;
  readonly status: PlanChangeStatus;
  readonly is_quiet: boolean;
  readonly is_repaired: boolean;
  /** Whether the server must still know its workflow. */
  readonly is_kept: boolean;
  readonly is_applied: boolean;
  /** Epoch milliseconds. */
  readonly opened: number;
}

/**
 * The instants here are the database's own clock, never workflow time, and those of the transitions are written by a
 * trigger: whoever writes as the product's role cannot set a change back to where its history would be forgotten, nor
 * keep it from being judged by a receipt of a time to come.
 */
const CHANGES = `
  SELECT pc.id, pc.customer_id, pc.status::text,
    coalesce(greatest((SELECT max(at) FROM plan_change_transitions WHERE plan_change_id = pc.id),
                      (SELECT max(committed_at) FROM step_receipts WHERE workflow_id = 'plan-change-' || pc.id AND ${HAS_COME('committed_at')}))
             < now() - make_interval(secs => ${QUIET_SECONDS}), true) AS is_quiet,
    EXISTS (SELECT 1 FROM account_notes n WHERE n.plan_change_id = pc.id AND n.kind = 'repaired') AS is_repaired,
    coalesce(moved.last > now() - make_interval(secs => $1), true) AS is_kept,
    pc.applied_at IS NOT NULL AS is_applied, extract(epoch FROM coalesce(moved.first, pc.opened_at))::float8 * 1000 AS opened
  FROM plan_changes pc
  CROSS JOIN LATERAL (SELECT min(at) AS first, max(at) AS last FROM plan_change_transitions
    WHERE plan_change_id = pc.id) AS moved
  WHERE `;

export const noOrphans: Check = {
  id: 'I14',
  title: 'database and workflows agree once quiet, receipts too: no orphan of either kind',
  async run(context) {
    const { histories } = context;
    const guards = await guardsInForce(context, 'I14', [
      { kind: 'trigger', table: 'step_receipts', name: 'step_receipts_dated_here' },
      { kind: 'trigger', table: 'email_outbox', name: 'email_outbox_dated_here' },
    ]);
    if (!histories) return guards;
    return [
      ...guards,
      ...(await changeOrphans(context, histories)),
      ...(await mailOrphans(context, histories)),
      ...(await receiptsInHistories(context, histories)),
    ];
  },
};

async function changeOrphans(context: CheckContext, histories: Histories): Promise<Finding[]> {
  const workflows = [...histories.executions.keys()].map(planChangeIdOf).filter((id) => id !== null);
  const kept = keptSeconds(histories);
  const rows = await context.query<ChangeRow>(
    `${CHANGES} pc.closed_at IS NULL OR pc.id = ANY ($2::uuid[]) OR moved.last > now() - make_interval(secs => $1)`,
    [kept, workflows],
  );
  const changes = new Map(rows.map((row) => [row.id, row]));
  const ids = new Set([...workflows, ...changes.keys()]);
  context.looked(ids.size);

  const findings: Finding[] = [];
  let restless = 0;
  let lost = 0;
  for (const id of ids) {
    const listed = histories.executions.get(planChangeWorkflowId(id));
    if (disagreement(changes.get(id), listed && histories.stateOf(listed)) === undefined) continue;
    // Lists of workflows lag behind, and the row may have moved on: both are asked again.
    const confirmed = await secondLook(context, histories, id);
    if (confirmed === 'restless') restless += 1;
    else if (confirmed === 'lost') lost += 1;
    else if (confirmed) findings.push(confirmed);
  }
  context.counted('closed changes whose workflow was lost, in the time that was named or repaired', lost);
  context.unchecked(
    'closed changes without a workflow: the server keeps none for so long',
    await forgotten(context, rows),
    // A server that does not say how long it keeps them has every one of them forgotten.
    histories.retentionSeconds === 0 ? 'histories' : undefined,
  );
  context.unchecked(`changes that moved in the last ${QUIET_SECONDS} s or have work under way`, restless);
  return findings;
}

async function forgotten({ query }: CheckContext, seen: readonly ChangeRow[]): Promise<number> {
  const [all] = await query<{ n: number }>('SELECT count(*)::int AS n FROM plan_changes');
  return (all?.n ?? 0) - seen.length;
}

async function secondLook(
  context: CheckContext,
  histories: Histories,
  id: string,
): Promise<Finding | 'restless' | 'lost' | undefined> {
  const state = await histories.describe(planChangeWorkflowId(id));
  const [row] = await context.query<ChangeRow>(`${CHANGES} pc.id = $2`, [keptSeconds(histories), id]);
  const what = disagreement(row, state);
  if (what === undefined) return undefined;
  const isQuiet = row ? row.is_quiet : state && Date.now() - state.startedAt.getTime() > QUIET_MS;
  if (!isQuiet || state?.isBusy) return 'restless';
  if (row && !state && isTerminal(row.status) && (await isKnownAsLost(context, histories, row)))
    return 'lost';
  return finding('I14', what, { plan_change_id: id, customer_id: row?.customer_id ?? null });
}

/** The repair closes an orphan by a workflow of its own, which knows it; nothing of an orphan is ever applied. */
async function isKnownAsLost(context: CheckContext, histories: Histories, row: ChangeRow): Promise<boolean> {
  if (isLost(context, new Date(row.opened))) return true;
  if (row.status !== 'cancelled' || row.is_applied || !row.is_repaired) return false;
  return (await histories.describe(closeOrphanWorkflowId(row.id))) !== undefined;
}

function disagreement(row: ChangeRow | undefined, state: WorkflowState | undefined): string | undefined {
  if (!row) return state && `a workflow ${state.isRunning ? 'runs' : 'ended'}, and there is no such change`;
  const isOpen = !isTerminal(row.status);
  // Closed workflows are forgotten after retention.
  if (!state) return isOpen || row.is_kept ? `it is ${row.status}, and there is no such workflow` : undefined;
  if (isOpen !== state.isRunning)
    return `it is ${row.status}, and its workflow ${state.isRunning ? 'still runs' : 'has ended'}`;
  // What was ended from outside, and repaired, is shown as it was then.
  if (!isOpen && row.is_repaired) return undefined;
  // The last upsert is saved: `activated` on a closed workflow reads as completed.
  const shown = !isOpen && state.status === 'activated' ? 'completed' : state.status;
  return shown === row.status ? undefined : `it is ${row.status}, and operations are shown ${state.status}`;
}
