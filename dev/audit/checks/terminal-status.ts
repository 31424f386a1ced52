import { isTerminal, PLAN_CHANGE_STATUSES, TRANSITIONS } from '../../../domain/plan-change-status.ts';
import type { Check, CheckContext, Finding } from '../check.ts';
import { applyRules, finding } from '../check.ts';
import { guardsInForce } from './guards.ts';

const ALLOWED_TRANSITIONS = `
  SELECT t.plan_change_id, pc.customer_id, CASE
    WHEN t.before IS NULL AND t.status NOT IN ('quoting', 'awaiting_consent', 'rejected') THEN format('it began as %s', t.status)
    WHEN t.before IS NOT NULL AND NOT ($1::jsonb->t.before) ? t.status THEN format('%s came after %s', t.status, t.before) END
  FROM (SELECT plan_change_id, status::text, lag(status::text) OVER (PARTITION BY plan_change_id ORDER BY id) AS before
        FROM plan_change_transitions) AS t
  JOIN plan_changes pc ON pc.id = t.plan_change_id`;

const ONE_TERMINAL_STATUS = `
  SELECT pc.id, pc.customer_id, CASE
    WHEN t.last IS DISTINCT FROM pc.status::text THEN format('it is %s, its last transition is to %s', pc.status, coalesce(t.last, 'none'))
    WHEN t.terminal > 1 THEN format('it ended %s times', t.terminal)
    WHEN (pc.closed_at IS NOT NULL) <> (pc.status::text = ANY ($1::text[])) THEN 'closed_at does not agree with the status' END
  FROM plan_changes pc
  CROSS JOIN LATERAL (SELECT (array_agg(status::text ORDER BY id DESC))[1] AS last,
      count(*) FILTER (WHERE status::text = ANY ($1::text[])) AS terminal
    FROM plan_change_transitions WHERE plan_change_id = pc.id) AS t`;

export const terminalStatus: Check = {
  id: 'I7',
  title: 'a terminal status is reached once and never left',
  run: async (context) => [
    ...(await guardsInForce(context, 'I7', [
      { kind: 'trigger', table: 'plan_changes', name: 'plan_changes_terminal_is_final' },
      { kind: 'trigger', table: 'plan_changes', name: 'plan_changes_transitions' },
      { kind: 'trigger', table: 'plan_change_transitions', name: 'plan_change_transitions_append_only' },
    ])),
    ...(await applyRules(context, 'I7', [
      { sql: ALLOWED_TRANSITIONS, parameters: [JSON.stringify(TRANSITIONS)] },
      { sql: ONE_TERMINAL_STATUS, parameters: [PLAN_CHANGE_STATUSES.filter(isTerminal)] },
    ])),
    ...(await endsOfHistories(context)),
  ],
};

/** A workflow ends after its last step committed, so its result is the status of the row. */
async function endsOfHistories(context: CheckContext): Promise<Finding[]> {
  const ended = (context.histories?.digests ?? []).filter(({ result }) => result !== undefined);
  if (ended.length === 0) return [];
  const rows = await context.query<{ id: string; status: string }>(
    'SELECT id, status::text FROM plan_changes WHERE id = ANY ($1::uuid[])',
    [ended.map(({ planChangeId }) => planChangeId)],
  );
  const statusOf = new Map(rows.map(({ id, status }) => [id, status]));
  context.looked(ended.length);
  return ended
    .filter(({ planChangeId, result }) => statusOf.get(planChangeId) !== result?.status)
    .map(({ planChangeId, customerId, result }) =>
      finding(
        'I7',
        `its workflow ended as ${result?.status ?? ''}, its row is ${statusOf.get(planChangeId) ?? 'missing'}`,
        {
          plan_change_id: planChangeId,
          customer_id: customerId,
        },
      ),
    );
}
