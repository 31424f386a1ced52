import type { Check } from '../check.ts';
import { applyRules } from '../check.ts';
import { ANSWERS, NAMED_CHANGE } from './stored-answers.ts';

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
