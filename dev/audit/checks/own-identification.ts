import { DEFAULT_POLICY } from '../../../domain/policy.ts';
import type { Check, CheckContext, Finding } from '../check.ts';
import { applyRules } from '../check.ts';
import { ANSWERS, NAMED_CHANGE } from './stored-answers.ts';
import { guardsInForce } from './guards.ts';

/** Between the look at the identification and the commit of what was written in the same request. */
const IN_FLIGHT = `interval '60 seconds'`;
/** A message may wait for a worker before its step commits. */
const MESSAGE_WAITS = `interval '10 minutes'`;

/** Whether an identification of this customer by this agent held at some moment between two instants. */
const heldBetween = (agent: string, customer: string, from: string, to: string): string => `
  EXISTS (SELECT 1 FROM identifications i WHERE i.agent_id::text = ${agent}::text AND i.customer_id = ${customer}
    AND i.verified_at <= ${to} AND i.expires_at > ${from})`;

/** The expiry was judged by workflow time, which is what opened_at is. */
const OPENED_UNDER_AN_OWN_ONE = `
  SELECT pc.id, pc.customer_id, CASE
    WHEN i.id IS NULL THEN 'it was opened without an identification'
    WHEN i.agent_id <> pc.agent_id THEN 'it was opened under the identification of another agent'
    WHEN i.customer_id <> pc.customer_id THEN 'it was opened under the identification of another customer'
    WHEN pc.opened_at < i.verified_at - ${IN_FLIGHT} THEN 'it was opened before the customer was identified'
    WHEN pc.opened_at >= i.expires_at AND pc.rejection_code IS DISTINCT FROM 'identification-expired'
      THEN 'it was opened after the identification had ended'
    WHEN before.customer_id <> pc.customer_id THEN 'it replaces a change of another customer' END
  FROM plan_changes pc
  LEFT JOIN identifications i ON i.id = pc.identification_id
  LEFT JOIN plan_changes before ON before.id = pc.replaces_id`;

const EVIDENCE_FROM_AGENTS = `
  SELECT pc.id, pc.customer_id,
    CASE WHEN NOT ${heldBetween('e.agent_id', 'pc.customer_id', `e.received_at - ${IN_FLIGHT}`, 'e.received_at')}
         THEN 'evidence came from an agent without an own identification that held' END
  FROM consent_evidence e JOIN plan_changes pc ON pc.id = e.plan_change_id
  WHERE e.agent_id IS NOT NULL`;

/** Operations cancel without an identification. */
const REASONS_FROM_AGENTS = `
  SELECT pc.id, pc.customer_id,
    CASE WHEN NOT ${heldBetween('r.agent_id', 'pc.customer_id', `r.created_at - ${IN_FLIGHT}`, 'r.created_at')}
         THEN 'a reason came from an agent without an own identification that held' END
  FROM remarks r JOIN plan_changes pc ON pc.id = r.plan_change_id
  JOIN agents a ON a.id = r.agent_id AND a.role IN ('agent', 'supervisor')`;

/**
 * What an agent did leaves a note with the agent as its author. Two kinds tell of an identification that did not
 * hold: the one that failed, and the refusal for that cause.
 */
const NOTES_BY_AGENTS = `
  SELECT n.plan_change_id, n.customer_id,
    CASE WHEN NOT ${heldBetween('n.author_id', 'n.customer_id', `n.created_at - ${MESSAGE_WAITS}`, 'n.created_at')}
         THEN format('the note %s (%s) is by an agent without an own identification that held', n.sequence, n.kind) END
  FROM account_notes n LEFT JOIN plan_changes pc ON pc.id = n.plan_change_id
  WHERE n.author_type = 'agent' AND n.kind <> 'identification_failed'
    AND NOT (n.kind = 'rejected' AND pc.rejection_code = 'identification-expired')`;

/** An answer that was given tells of a customer: it is what an agent wrote, and what an agent read with it. */
const ANSWERS_TO_AGENTS = `
  SELECT about.plan_change_id, about.customer_id,
    CASE WHEN NOT ${heldBetween('a.agent_id', 'about.customer_id', `a.created_at - ${IN_FLIGHT}`, 'a.answered_at')}
         THEN format('%s was answered %s to an agent without an own identification that held', a.operation, a.answer_status) END
  FROM ${ANSWERS}
  JOIN agents g ON g.id = a.agent_id AND g.role IN ('agent', 'supervisor')
  LEFT JOIN plan_changes pc ON pc.id = ${NAMED_CHANGE}
  LEFT JOIN account_notes n ON n.id::text = a.body->>'noteId'
  LEFT JOIN customers c ON c.id::text = a.body->'customer'->>'customerId'
  CROSS JOIN LATERAL (SELECT pc.id AS plan_change_id, coalesce(pc.customer_id, n.customer_id, c.id) AS customer_id) AS about
  WHERE a.answer_status BETWEEN 200 AND 299 AND about.customer_id IS NOT NULL`;

const NO_LONGER_THAN_POLICY = `
  SELECT NULL::uuid, customer_id,
    CASE WHEN expires_at - verified_at > make_interval(secs => $1 / 1000.0)
         THEN format('an identification holds for %s', expires_at - verified_at) END
  FROM identifications`;

/** Row and note are written in one transaction, which takes no longer than this (evidence/compare-times.ts). */
const TRANSACTION = `interval '2 minutes'`;

/** That each has a note is asked with the notes (I9). */
const MADE_WHEN_NOTED = `
  SELECT NULL::uuid, i.customer_id,
    CASE WHEN NOT bool_or(n.created_at BETWEEN i.verified_at - ${TRANSACTION} AND i.verified_at + ${TRANSACTION})
         THEN 'an identification was not made when its note says so' END
  FROM identifications i
  JOIN account_notes n ON n.customer_id = i.customer_id AND n.kind = 'identified' AND n.author_id = i.agent_id::text
  GROUP BY i.id`;

/** The id of its request is all that the product may write to an identification once it is made. */
const MADE_ONCE = `
  SELECT NULL::uuid, NULL::uuid,
    CASE WHEN has_column_privilege('app', 'identifications', of.name, 'UPDATE')
           OR has_table_privilege('app', 'identifications', 'DELETE')
         THEN format('the role app may change %s of identifications', of.name) END
  FROM unnest('{agent_id,customer_id,verified_at,expires_at}'::text[]) AS of (name)
  WHERE to_regrole('app') IS NOT NULL`;

/**
 * What an agent only looked at leaves no row, so it cannot be audited: the matrix of roles and routes in
 * test/api shows it. Everything an agent wrote can.
 */
export const ownIdentification: Check = {
  id: 'I13',
  title: 'agents wrote only under an own identification that held (reads: for the tests)',
  run: async (context) => [...(await guards(context)), ...(await writes(context))],
};

async function guards(context: CheckContext): Promise<Finding[]> {
  return [
    ...(await guardsInForce(context, 'I13', [
      { kind: 'constraint', table: 'plan_changes', name: 'plan_changes_identification_id_fkey' },
      { kind: 'constraint', table: 'identifications', name: 'identifications_check' },
      { kind: 'constraint', table: 'identifications', name: 'identifications_agent_id_fkey' },
      { kind: 'constraint', table: 'identifications', name: 'identifications_customer_id_fkey' },
    ])),
    ...(await applyRules(context, 'I13', [{ sql: MADE_ONCE }], context.guarded)),
  ];
}

function writes(context: CheckContext): Promise<Finding[]> {
  return applyRules(context, 'I13', [
    { sql: OPENED_UNDER_AN_OWN_ONE },
    { sql: EVIDENCE_FROM_AGENTS },
    { sql: REASONS_FROM_AGENTS },
    { sql: NOTES_BY_AGENTS },
    { sql: ANSWERS_TO_AGENTS },
    { sql: MADE_WHEN_NOTED },
    { sql: NO_LONGER_THAN_POLICY, parameters: [DEFAULT_POLICY.identificationMs] },
  ]);
}
