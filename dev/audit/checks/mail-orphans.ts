import {
  noticeWorkflowId,
  planChangeWorkflowId,
  requestConsentWorkflowId,
} from '../../../workflows/contract.ts';
import type { CheckContext, Finding } from '../check.ts';
import { finding } from '../check.ts';
import type { Histories, WorkflowState } from '../histories.ts';
import { HAS_COME, QUIET_MS, QUIET_SECONDS } from './quiet.ts';

/** A mail beside the summary, with the workflow that sends it; or an agent's request that made no mail. */
interface MailRow {
  readonly workflow_id: string;
  readonly plan_change_id: string | null;
  readonly customer_id: string | null;
  readonly kind: string;
  readonly status: string;
  readonly is_open: boolean;
  readonly is_quiet: boolean;
}

/**
 * The step of an agent's request for consent tells which mail it made, null: none. Every other mail but the
 * summary is sent by a child workflow with the mail's id; the summary by the workflow of its change.
 */
const MAILS = `
  SELECT sent.*, coalesce((SELECT max(moved) FROM unnest(sent.at) AS moved WHERE ${HAS_COME('moved')})
    < now() - make_interval(secs => ${QUIET_SECONDS}), true) AS is_quiet
  FROM (SELECT coalesce(r.workflow_id, '${noticeWorkflowId('')}' || m.id) AS workflow_id,
          m.plan_change_id, pc.customer_id, m.kind::text, m.status::text, m.status IN ('queued', 'sending') AS is_open,
          ARRAY[m.created_at, m.claimed_at, m.accepted_at] || ARRAY(SELECT committed_at FROM step_receipts s
            WHERE s.workflow_id = coalesce(r.workflow_id, '${noticeWorkflowId('')}' || m.id)) AS at
        FROM email_outbox m
        JOIN plan_changes pc ON pc.id = m.plan_change_id
        LEFT JOIN step_receipts r ON r.step LIKE 'requestConsent:%' AND r.result->>'mailId' = m.id::text
        WHERE m.kind <> 'summary'
        UNION ALL
        SELECT r.workflow_id, NULL, NULL, 'none', 'none', false, ARRAY[r.committed_at]
        FROM step_receipts r WHERE r.step LIKE 'requestConsent:%' AND r.result->>'mailId' IS NULL) AS sent`;

const PREFIXES = [noticeWorkflowId(''), requestConsentWorkflowId('')];

/** Mails and the workflows that send them agree once quiet (the part of I14 beside the changes themselves). */
export async function mailOrphans(context: CheckContext, histories: Histories): Promise<Finding[]> {
  const workflows = [...histories.executions.keys()].filter((id) =>
    PREFIXES.some((prefix) => id.startsWith(prefix)),
  );
  const rows = await context.query<MailRow>(`${MAILS} WHERE sent.is_open OR sent.workflow_id = ANY ($1)`, [
    workflows,
  ]);
  const mails = new Map(rows.map((row) => [row.workflow_id, row]));
  const ids = new Set([...workflows, ...mails.keys()]);
  context.looked(ids.size);

  const findings: Finding[] = [];
  let restless = 0;
  for (const id of ids) {
    const listed = histories.executions.get(id);
    if (disagreement(id, mails.get(id), listed && histories.stateOf(listed)) === undefined) continue;
    const confirmed = await secondLook(context, histories, id);
    if (confirmed === 'restless') restless += 1;
    else if (confirmed) findings.push(confirmed);
  }
  context.unchecked(`mails that moved in the last ${QUIET_SECONDS} s or have work under way`, restless);
  return findings;
}

async function secondLook(
  context: CheckContext,
  histories: Histories,
  id: string,
): Promise<Finding | 'restless' | undefined> {
  const state = await histories.describe(id);
  const [row] = await context.query<MailRow>(`${MAILS} WHERE sent.workflow_id = $1`, [id]);
  const what = disagreement(id, row, state);
  if (what === undefined) return undefined;
  const isQuiet = row ? row.is_quiet : state && Date.now() - state.startedAt.getTime() > QUIET_MS;
  if (!isQuiet || state?.isBusy || (row && !state && (await isToBeStarted(histories, row))))
    return 'restless';
  return finding('I14', what, row);
}

/** The change's workflow starts the child after the step that wrote the mail: not yet, while it has work. */
async function isToBeStarted(histories: Histories, row: MailRow): Promise<boolean> {
  if (row.plan_change_id === null) return false;
  return (await histories.describe(planChangeWorkflowId(row.plan_change_id)))?.isBusy ?? false;
}

function disagreement(
  workflowId: string,
  row: MailRow | undefined,
  state: WorkflowState | undefined,
): string | undefined {
  if (!row) return state && `${workflowId} ${state.isRunning ? 'runs' : 'ended'}, and there is no mail of it`;
  const mail = `its ${row.kind} mail is ${row.status}`;
  // Closed workflows are forgotten after retention.
  if (!state) return row.is_open ? `${mail}, and there is no workflow that sends it` : undefined;
  if (row.is_open === state.isRunning) return undefined;
  if (row.kind === 'none') return `${workflowId} still runs, and had no mail to send`;
  return `${mail}, and its workflow ${state.isRunning ? 'still runs' : 'has ended'}`;
}
