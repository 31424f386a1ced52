import { asId, asObject } from './stored-ids.ts';

/** FROM item: the answers that are kept for repeats, with their JSON body (null when it is none). */
export const ANSWERS = `
  (SELECT i.*, ${asObject('i.answer_body')} AS body,
     (SELECT h.value FROM jsonb_each_text(CASE WHEN jsonb_typeof(i.answer_headers) = 'object' THEN i.answer_headers END) AS h (key, value) WHERE lower(h.key) = 'content-type') AS content_type
   FROM idempotency_keys i WHERE i.answer_status IS NOT NULL) AS a`;

/** The change an answer names; null when it names none or no id at all. */
export const NAMED_CHANGE = asId(`a.body->>'planChangeId'`);
