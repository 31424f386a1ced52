import { DEFAULT_POLICY } from '../../../domain/policy.ts';
import type { Check, CheckContext } from '../check.ts';
import { applyRules } from '../check.ts';
import { planChangeIdOf } from '../history-digest.ts';
import { stuckWorkflows } from './stuck-workflows.ts';

/** Within a minute after everything is up again nothing waits for an instant that has passed. */
const MINUTE = `interval '60 seconds'`;
/** How long a mail is tried (workflows/steps.ts), with the last wait between two tries. */
const MAIL_IS_TRIED = `interval '3 days 1 hour 10 minutes'`;
/** The longest wait between two tries is what the provider may ask for: an hour. */
const LONGEST_PAUSE = `interval '70 minutes'`;
/** With 1 s doubled up to 5 minutes that is more than 8 minutes of refusals. */
const MAIL_IS_REFUSED = 10;
/** An attempt without an answer is respected for ten minutes, then the mail is claimed again. */
const UNANSWERED = `interval '20 minutes'`;
/** Evidence is swept an hour after its change closed; the API looks every ten minutes, and at its start. */
const UNSWEPT = `interval '90 minutes'`;

/** What operations have paused waits for them. */
const PASSED_ITS_INSTANT = `
  SELECT pc.id, pc.customer_id, CASE
    WHEN pc.status IN ('quoting', 'activating') AND since.at < now() - ${MINUTE}
      THEN format('it has been %s for more than a minute', pc.status)
    WHEN pc.status = 'awaiting_consent' AND pc.consent_deadline_at < now() - ${MINUTE}
      THEN 'its consent deadline has passed, and it still waits for consent'
    WHEN pc.status = 'scheduled' AND pc.activate_at < now() - ${MINUTE}
      THEN 'its date has begun, and it is still scheduled'
    WHEN pc.status = 'held' AND since.at < now() - make_interval(secs => $2 / 1000.0) - ${MINUTE}
      THEN 'its hold has ended, and it is still held'
    WHEN pc.status = 'activated' AND since.at < now() - ${MAIL_IS_TRIED}
      THEN 'it is applied, and its summary is neither sent nor given up' END
  FROM plan_changes pc
  CROSS JOIN LATERAL (SELECT coalesce(max(t.at), pc.opened_at) AS at FROM plan_change_transitions t
    WHERE t.plan_change_id = pc.id) AS since
  WHERE pc.closed_at IS NULL AND NOT pc.id = ANY ($1::uuid[])`;

const MAIL_GOES_ON = `
  SELECT m.plan_change_id, pc.customer_id, CASE
    WHEN m.created_at < now() - ${MAIL_IS_TRIED} THEN format('its %s mail is still %s, and should have been given up', m.kind, m.status)
    WHEN m.status = 'sending' AND m.claimed_at < now() - ${UNANSWERED}
      THEN format('its %s mail was claimed long ago, and nobody has asked after it since', m.kind)
    WHEN greatest(m.created_at, m.claimed_at) < now() - ${LONGEST_PAUSE}
      THEN format('its %s mail has waited for more than an hour, and nobody tries', m.kind)
    WHEN m.attempts >= ${MAIL_IS_REFUSED}
      THEN format('its %s mail does not get through: it was sent %s times', m.kind, m.attempts) END
  FROM email_outbox m JOIN plan_changes pc ON pc.id = m.plan_change_id
  WHERE m.status IN ('queued', 'sending') AND NOT pc.id = ANY ($1::uuid[])`;

const EVIDENCE_IS_USED_OR_SWEPT = `
  SELECT pc.id, pc.customer_id,
    CASE WHEN k.id IS NULL AND pc.closed_at < now() - ${UNSWEPT}
         THEN 'evidence that was never accepted is still kept, long after the change closed' END
  FROM consent_evidence e JOIN plan_changes pc ON pc.id = e.plan_change_id
  LEFT JOIN consents k ON k.evidence_id = e.id`;

/**
 * Requests that were never answered, while what they were about has ended. No finding: a client that went away
 * leaves such a row, and it is no lock. A repeat would be answered.
 */
const UNANSWERED_REQUESTS = `
  SELECT count(*)::int AS n FROM idempotency_keys i
  WHERE i.answer_status IS NULL AND i.created_at < now() - ${MINUTE} AND EXISTS (
    SELECT 1 FROM plan_changes pc WHERE pc.closed_at IS NOT NULL AND pc.id IN (
      SELECT e.plan_change_id FROM consent_evidence e WHERE e.request_id = i.id
      UNION ALL SELECT r.plan_change_id FROM remarks r WHERE r.request_id = i.id))`;

export const nothingStuck: Check = {
  id: 'I19',
  title: 'nothing waits for what has passed: deadlines, mails, evidence, tasks',
  run: async (context) => {
    const paused = pausedChanges(context);
    context.counted('changes that operations have paused', paused.length);
    const findings = await applyRules(context, 'I19', [
      { sql: PASSED_ITS_INSTANT, parameters: [paused, DEFAULT_POLICY.holdMs] },
      { sql: MAIL_GOES_ON, parameters: [paused] },
      { sql: EVIDENCE_IS_USED_OR_SWEPT },
    ]);
    const [requests] = await context.query<{ n: number }>(UNANSWERED_REQUESTS);
    context.counted('requests without an answer whose change has closed', requests?.n ?? 0);
    return [...findings, ...(await stuckWorkflows(context))];
  },
};

function pausedChanges({ histories }: CheckContext): string[] {
  return [...(histories?.executions.values() ?? [])]
    .filter(({ status }) => status.name === 'PAUSED')
    .map(({ workflowId }) => planChangeIdOf(workflowId))
    .filter((id) => id !== null);
}
