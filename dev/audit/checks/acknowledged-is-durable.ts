import {
  PLAN_CHANGE_STATUSES,
  TRANSITIONS,
  type PlanChangeStatus,
} from '../../../domain/plan-change-status.ts';
import type { Check } from '../check.ts';
import { applyRules } from '../check.ts';
import { stepsInHistories } from './steps-in-histories.ts';
import { ANSWERS, NAMED_CHANGE } from './stored-answers.ts';

const CHANGE_IS_THERE = `
  SELECT ${NAMED_CHANGE}, coalesce(pc.customer_id, NULL), CASE
    WHEN pc.id IS NULL THEN format('%s was answered %s with a change that is not there', a.operation, a.answer_status)
    WHEN a.body->>'status' IS NOT NULL AND NOT ($1::jsonb->(a.body->>'status')) ? pc.status::text
      THEN format('%s was answered with %s, but the change is %s, which cannot follow', a.operation, a.body->>'status', pc.status)
    WHEN a.body->>'confirmedAt' IS NOT NULL AND pc.confirmed_at IS NULL THEN 'a confirmation was acknowledged and is not there' END
  FROM ${ANSWERS} LEFT JOIN plan_changes pc ON pc.id = ${NAMED_CHANGE}
  WHERE a.answer_status BETWEEN 200 AND 299 AND a.body ? 'planChangeId' AND NOT a.body ? 'noteId'`;

/** What an answer shows besides the change itself, by the member that holds its id. */
const PART_IS_THERE = `
  SELECT ${NAMED_CHANGE}, NULL::uuid,
    CASE WHEN NOT found.it THEN format('%s was answered with a %s that is not there', a.operation, part.name) END
  FROM ${ANSWERS}
  CROSS JOIN LATERAL (VALUES ('consent', a.body->'consent'->>'consentId'), ('note', a.body->>'noteId'),
    ('identification', a.body->>'identificationId'), ('quote', a.body->'quote'->>'hash')) AS part (name, id)
  CROSS JOIN LATERAL (SELECT CASE part.name
    WHEN 'consent' THEN EXISTS (SELECT 1 FROM consents WHERE id::text = part.id)
    WHEN 'note' THEN EXISTS (SELECT 1 FROM account_notes WHERE id::text = part.id)
    WHEN 'identification' THEN EXISTS (SELECT 1 FROM identifications WHERE id::text = part.id)
    ELSE EXISTS (SELECT 1 FROM quotes WHERE plan_change_id = ${NAMED_CHANGE} AND hash = part.id) END AS it) AS found
  WHERE a.answer_status BETWEEN 200 AND 299 AND part.id IS NOT NULL`;

const NAMES_NOTHING = `
  SELECT count(*)::int AS n FROM ${ANSWERS}
  WHERE a.answer_status BETWEEN 200 AND 299
    AND (a.body IS NULL OR NOT a.body ?| '{planChangeId,noteId,identificationId}')`;

export const acknowledgedIsDurable: Check = {
  id: 'I18',
  title: 'whatever was acknowledged is there: stored 2xx answers, steps in histories',
  run: async (context) => {
    const findings = await applyRules(context, 'I18', [
      { sql: CHANGE_IS_THERE, parameters: [JSON.stringify(reachable())] },
      { sql: PART_IS_THERE },
    ]);
    const [nothing] = await context.query<{ n: number }>(NAMES_NOTHING);
    context.unchecked('2xx answers that name nothing to look for', nothing?.n ?? 0);
    return [...findings, ...(await stepsInHistories(context))];
  },
};

/** For each status itself and everything it may lead to. */
function reachable(): Record<string, PlanChangeStatus[]> {
  const from = (status: PlanChangeStatus, seen: Set<PlanChangeStatus>): Set<PlanChangeStatus> => {
    if (seen.has(status)) return seen;
    seen.add(status);
    for (const next of TRANSITIONS[status]) from(next, seen);
    return seen;
  };
  return Object.fromEntries(PLAN_CHANGE_STATUSES.map((status) => [status, [...from(status, new Set())]]));
}
