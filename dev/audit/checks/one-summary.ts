import type { Check } from '../check.ts';
import { applyRules } from '../check.ts';
import { guardsInForce } from './guards.ts';

const ONE_SUMMARY = `
  SELECT pc.id, pc.customer_id, CASE
    WHEN mail.n <> (pc.status IN ('activated', 'completed'))::int THEN format('it is %s and has %s summaries', pc.status, mail.n)
    WHEN pc.status = 'completed' AND mail.open > 0 THEN 'it is completed, yet its summary is neither accepted nor given up' END
  FROM plan_changes pc
  CROSS JOIN LATERAL (SELECT count(*) AS n, count(*) FILTER (WHERE status IN ('queued', 'sending')) AS open
    FROM email_outbox WHERE plan_change_id = pc.id AND kind = 'summary') AS mail`;

const CLAIMED_BEFORE_SENT = `
  SELECT o.plan_change_id, pc.customer_id, CASE
    WHEN o.attempts = 0 OR o.claimed_at IS NULL THEN 'a mail was accepted that nobody had claimed'
    WHEN o.accepted_at IS NULL AND o.status = 'accepted' THEN 'a mail is accepted, but since when is not recorded' END
  FROM email_outbox o JOIN plan_changes pc ON pc.id = o.plan_change_id
  WHERE o.status IN ('accepted', 'delivered')`;

const SENT_BY_ITS_STEP = `
  SELECT m.plan_change_id, pc.customer_id, CASE
    WHEN s.step IS NOT NULL AND m.status IN ('queued', 'sending')
      THEN format('the %s mail is %s, and its step is done', m.kind, m.status)
    WHEN s.step IS NULL AND m.status = 'accepted'
      AND NOT EXISTS (SELECT FROM email_events e WHERE e.outbox_id = m.id AND e.event IN ('processed', 'deferred'))
      THEN format('the %s mail is accepted, and neither its step nor the provider tells of it', m.kind) END
  FROM email_outbox m JOIN plan_changes pc ON pc.id = m.plan_change_id
  LEFT JOIN step_receipts s ON s.step = 'sendNotice:' || m.id AND s.result->>'outcome' = 'accepted'
  WHERE m.kind <> 'summary'`;

const COUNTED_AS_SENT = `
  SELECT o.plan_change_id, pc.customer_id,
    CASE WHEN o.possible_duplicates > greatest(o.attempts - 1, 0) OR o.possible_duplicates < 0
      THEN format('the %s mail is counted as sent again %s times, and was sent %s times', o.kind, o.possible_duplicates, o.attempts) END
  FROM email_outbox o JOIN plan_changes pc ON pc.id = o.plan_change_id`;

const ONE_MAIL_PER_PROVIDER_ID = `
  SELECT (array_agg(plan_change_id))[1], NULL::uuid,
    CASE WHEN count(*) > 1 THEN format('%s mails have the same id at the provider', count(*)) END
  FROM email_outbox WHERE provider_message_id IS NOT NULL GROUP BY provider_message_id`;

const DUPLICATES = `
  SELECT (SELECT coalesce(sum(possible_duplicates), 0)::int FROM email_outbox) AS possible,
         (SELECT count(*)::int FROM (SELECT FROM email_events WHERE event = 'delivered'
                                     GROUP BY outbox_id HAVING count(*) > 1) AS twice) AS certain`;

export const oneSummary: Check = {
  id: 'I10',
  title: 'one summary per applied change, claimed before it is sent',
  run: async (context) => {
    const findings = [
      ...(await guardsInForce(context, 'I10', [
        { kind: 'constraint', table: 'email_outbox', name: 'email_outbox_plan_change_id_kind_revision_key' },
        { kind: 'trigger', table: 'email_outbox', name: 'email_outbox_begins_queued' },
        { kind: 'trigger', table: 'email_outbox', name: 'email_outbox_goes_forward' },
      ])),
      ...(await applyRules(context, 'I10', [
        { sql: ONE_SUMMARY },
        { sql: CLAIMED_BEFORE_SENT },
        { sql: SENT_BY_ITS_STEP },
        { sql: COUNTED_AS_SENT },
        { sql: ONE_MAIL_PER_PROVIDER_ID },
      ])),
    ];
    const [duplicates] = await context.query<{ possible: number; certain: number }>(DUPLICATES);
    context.counted('mails sent again after an unknown outcome', duplicates?.possible ?? 0);
    context.counted('mails that the provider delivered more than once', duplicates?.certain ?? 0);
    return findings;
  },
};
