/** FROM item: the answers that are kept for repeats, with their JSON body (null when it is none). */
export const ANSWERS = `
  (SELECT i.*, CASE WHEN i.answer_body IS JSON OBJECT THEN i.answer_body::jsonb END AS body,
     (SELECT h.value FROM jsonb_each_text(i.answer_headers) AS h (key, value) WHERE lower(h.key) = 'content-type') AS content_type
   FROM idempotency_keys i WHERE i.answer_status IS NOT NULL) AS a`;

/** The change an answer names; null when it names none or no id at all. */
export const NAMED_CHANGE = `CASE WHEN a.body->>'planChangeId' ~ '^[0-9a-f-]{36}$' THEN (a.body->>'planChangeId')::uuid END`;
