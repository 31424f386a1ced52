import type { Check } from '../check.ts';
import { applyRules } from '../check.ts';
import { guardsInForce } from './guards.ts';
import { ANSWERS, NAMED_CHANGE } from './stored-answers.ts';

const ONE_ROW_PER_KEY = `
  SELECT NULL::uuid, NULL::uuid,
    CASE WHEN count(*) > 1 THEN format('one key of operation %s has %s rows', operation, count(*)) END
  FROM idempotency_keys GROUP BY agent_id, operation, key_sha256`;

const ONE_CREATION_PER_CHANGE = `
  SELECT ${NAMED_CHANGE}, NULL::uuid,
    CASE WHEN count(*) > 1 THEN format('%s keys were answered 201 with the same change', count(*)) END
  FROM ${ANSWERS} WHERE a.answer_status = 201 AND a.body->>'planChangeId' IS NOT NULL AND NOT a.body ? 'noteId' GROUP BY 1`;

const WHOLE_ANSWERS = `
  SELECT NULL::uuid, NULL::uuid, CASE
    WHEN (i.answer_status IS NULL) <> (i.answered_at IS NULL) OR (i.answer_status IS NULL) <> (i.answer_body IS NULL)
      OR (i.answer_status IS NULL) <> (i.answer_headers IS NULL) THEN format('an answer of operation %s is stored in part', i.operation)
    WHEN jsonb_typeof(i.answer_headers) <> 'object' OR (i.answer_body IS JSON AND NOT pg_input_is_valid(i.answer_body, 'jsonb'))
      THEN format('a stored answer of operation %s cannot be read', i.operation)
    WHEN i.request_sha256 !~ '^[0-9a-f]{64}$' OR i.key_sha256 !~ '^[0-9a-f]{64}$'
      THEN format('a key of operation %s is not stored as hashes', i.operation) END
  FROM idempotency_keys i`;

export const sameAnswer: Check = {
  id: 'I11',
  title: 'one stored answer per key (structure; what was sent is for the tests)',
  run: async (context) => [
    ...(await guardsInForce(context, 'I11', [
      {
        kind: 'constraint',
        table: 'idempotency_keys',
        name: 'idempotency_keys_agent_id_operation_key_sha256_key',
      },
    ])),
    ...(await applyRules(context, 'I11', [
      { sql: ONE_ROW_PER_KEY },
      { sql: ONE_CREATION_PER_CHANGE },
      { sql: WHOLE_ANSWERS },
    ])),
  ],
};
