import { PLAN_CHANGE_STATUSES, TRANSITIONS, type PlanChangeStatus } from '../../../domain/plan-change-status.ts';
import type { Check } from '../check.ts';
import { applyRules } from '../check.ts';
import { guardsInForce } from './guards.ts';
import { stepsInHistories } from './steps-in-histories.ts';

const ANSWERS = `
  (SELECT i.*, CASE WHEN i.answer_body IS JSON OBJECT THEN i.answer_body::jsonb END AS body,
     (SELECT h.value FROM jsonb_each_text(i.answer_headers) AS h (key, value) WHERE lower(h.key) = 'content-type') AS content_type
   FROM idempotency_keys i WHERE i.answer_status IS NOT NULL) AS a`;

/** The change an answer names; null when it names none or no id at all. */
const NAMED_CHANGE = `CASE WHEN a.body->>'planChangeId' ~ '^[0-9a-f-]{36}$' THEN (a.body->>'planChangeId')::uuid END`;

const ONE_ROW_PER_KEY = `
  SELECT NULL::uuid, NULL::uuid,
    CASE WHEN count(*) > 1 THEN format('one key of operation %s has %s rows', operation, count(*)) END
  FROM idempotency_keys GROUP BY agent_id, operation, key_sha256`;

const ONE_CREATION_PER_CHANGE = `
  SELECT ${NAMED_CHANGE}, NULL::uuid,
    CASE WHEN count(*) > 1 THEN format('%s keys were answered 201 with the same change', count(*)) END
  FROM ${ANSWERS} WHERE a.answer_status = 201 AND a.body ? 'planChangeId' GROUP BY 1`;

const WHOLE_ANSWERS = `
  SELECT NULL::uuid, NULL::uuid, CASE
    WHEN (i.answer_status IS NULL) <> (i.answered_at IS NULL) OR (i.answer_status IS NULL) <> (i.answer_body IS NULL)
      OR (i.answer_status IS NULL) <> (i.answer_headers IS NULL) THEN format('an answer of operation %s is stored in part', i.operation)
    WHEN i.request_sha256 !~ '^[0-9a-f]{64}$' OR i.key_sha256 !~ '^[0-9a-f]{64}$'
      THEN format('a key of operation %s is not stored as hashes', i.operation) END
  FROM idempotency_keys i`;

export const sameAnswer: Check = {
  id: 'I11',
  title: 'one stored answer per key (structure; what was sent is for the tests)',
  run: async (context) => [
    ...(await guardsInForce(context, 'I11', [
      { kind: 'constraint', table: 'idempotency_keys', name: 'idempotency_keys_agent_id_operation_key_sha256_key' },
    ])),
    ...(await applyRules(context, 'I11', [
      { sql: ONE_ROW_PER_KEY },
      { sql: ONE_CREATION_PER_CHANGE },
      { sql: WHOLE_ANSWERS },
    ])),
  ],
};

const ERRORS_ARE_PROBLEMS = `
  SELECT ${NAMED_CHANGE}, NULL::uuid, CASE
    WHEN a.answer_status >= 500 THEN format('%s was answered %s for good', a.operation, a.answer_status)
    WHEN a.answer_status >= 400 AND (a.content_type IS DISTINCT FROM 'application/problem+json' OR NOT a.body ?& '{code,status}')
      THEN format('%s was answered %s without a problem+json', a.operation, a.answer_status) END
  FROM ${ANSWERS}`;

export const errorsAreProblems: Check = {
  id: 'I17',
  title: 'no stored answer is a 5xx; every stored error is problem+json',
  run: async (context) => applyRules(context, 'I17', [{ sql: ERRORS_ARE_PROBLEMS }]),
};

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
