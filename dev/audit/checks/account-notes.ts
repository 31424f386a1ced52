import { NOTES_OF_TRANSITION } from '../../../domain/note-kinds.ts';
import type { Check } from '../check.ts';
import { applyRules } from '../check.ts';
import { appendOnlyForApp, guardsInForce } from './guards.ts';
import { notesHashedApart } from './notes-hashed-apart.ts';
import { recordsAsNoted } from './records-as-noted.ts';
import { timesAsNoted } from './times-as-noted.ts';
import { writtenTimes } from './written-times.ts';

const KINDS = `(SELECT e.key AS status, k.kind FROM jsonb_each($1::jsonb) AS e (key, value)
  CROSS JOIN LATERAL jsonb_array_elements_text(e.value) AS k (kind))`;

const NOTE_OF_EACH_TRANSITION = `
  SELECT pc.id, pc.customer_id,
    CASE WHEN counted.notes < counted.transitions THEN format('%s transitions to %s, %s notes of it', counted.transitions, counted.status, counted.notes)
         WHEN counted.notes > counted.transitions AND counted.status <> 'awaiting_consent'
         THEN format('%s notes of %s, %s transitions to it', counted.notes, counted.status, counted.transitions) END
  FROM (SELECT plan_change_id, status, count(*) FILTER (WHERE NOT is_note) AS transitions, count(*) FILTER (WHERE is_note) AS notes
        FROM (SELECT t.plan_change_id, t.status::text, false AS is_note FROM plan_change_transitions t WHERE t.status <> 'quoting'
              UNION ALL
              SELECT n.plan_change_id, k.status, true FROM account_notes n JOIN ${KINDS} AS k ON k.kind = n.kind::text
              WHERE n.plan_change_id IS NOT NULL) AS either
        GROUP BY plan_change_id, status) AS counted
  LEFT JOIN plan_changes pc ON pc.id = counted.plan_change_id`;

const NOTE_OF_EACH_QUOTE = `
  SELECT pc.id, pc.customer_id, CASE
    WHEN count(n.id) <> 1 THEN format('quote %s has %s notes', q.revision, count(n.id))
    WHEN (q.revision = 1) <> bool_and(n.kind = 'quoted') THEN format('the note of quote %s is of the wrong kind', q.revision)
    WHEN NOT bool_and(position(q.hash IN n.body) > 0) THEN format('the note of quote %s names another hash', q.revision) END
  FROM quotes q JOIN plan_changes pc ON pc.id = q.plan_change_id
  LEFT JOIN account_notes n ON n.plan_change_id = q.plan_change_id AND n.revision = q.revision
    AND n.kind IN ('quoted', 'requoted', 'rescheduled')
  GROUP BY pc.id, q.plan_change_id, q.revision`;

const NOTE_OF_EACH_APPROVAL = `
  SELECT coalesce(k.plan_change_id, n.plan_change_id), coalesce(pc.customer_id, n.customer_id), CASE
    WHEN n.id IS NULL THEN format('the consent to quote %s has no note', k.revision)
    WHEN k.plan_change_id IS NULL THEN format('a note tells of a consent to quote %s that is not there', n.revision)
    WHEN position(k.quote_hash IN n.body) = 0 THEN format('the note of the consent to quote %s names another hash', k.revision) END
  FROM (SELECT k.plan_change_id, k.quote_hash, q.revision FROM consents k
        JOIN quotes q ON (q.plan_change_id, q.hash) = (k.plan_change_id, k.quote_hash)) AS k
  FULL JOIN (SELECT * FROM account_notes WHERE kind = 'consent_accepted') AS n
    ON (n.plan_change_id, n.revision) = (k.plan_change_id, k.revision)
  LEFT JOIN plan_changes pc ON pc.id = k.plan_change_id`;

const NOTE_OF_EACH_COMPENSATION = `
  SELECT coalesce(c.plan_change_id, n.plan_change_id), n.customer_id, CASE
    WHEN n.id IS NULL THEN format('the charges of quote %s were reversed without a note', c.quote_revision)
    WHEN c.plan_change_id IS NULL THEN format('a note tells of a compensation of quote %s that is not there', n.revision) END
  FROM (SELECT DISTINCT plan_change_id, quote_revision FROM charges WHERE reversal) AS c
  FULL JOIN (SELECT * FROM account_notes WHERE kind = 'compensated') AS n
    ON (n.plan_change_id, n.revision) = (c.plan_change_id, c.quote_revision)`;

const NOTE_OF_EACH_CONFIRMATION = `
  SELECT pc.id, pc.customer_id,
    CASE WHEN (pc.confirmed_at IS NOT NULL)::int <> (SELECT count(*) FROM account_notes n
           WHERE n.plan_change_id = pc.id AND n.kind = 'confirmed')
         THEN 'the confirmation and its note do not agree' END
  FROM plan_changes pc`;

const NOTE_OF_EACH_IDENTIFICATION = `
  SELECT NULL::uuid, customer_id,
    CASE WHEN sum(n) FILTER (WHERE NOT is_note) IS DISTINCT FROM sum(n) FILTER (WHERE is_note)
         THEN format('%s identifications, %s notes of them', coalesce(sum(n) FILTER (WHERE NOT is_note), 0),
           coalesce(sum(n) FILTER (WHERE is_note), 0)) END
  FROM (SELECT customer_id, false AS is_note, count(*) AS n FROM identifications GROUP BY customer_id
        UNION ALL
        SELECT customer_id, true, count(*) FROM account_notes WHERE kind = 'identified' GROUP BY customer_id) AS counted
  GROUP BY customer_id`;

const NOTES_OF_THEIR_CHANGE = `
  SELECT n.plan_change_id, n.customer_id,
    CASE WHEN pc.id IS NULL THEN format('note %s names a change that is not there', n.sequence)
         WHEN pc.customer_id <> n.customer_id THEN format('note %s names a change of another customer', n.sequence) END
  FROM account_notes n LEFT JOIN plan_changes pc ON pc.id = n.plan_change_id
  WHERE n.plan_change_id IS NOT NULL`;

const CHAINS = `
  SELECT NULL::uuid, a.customer_id,
    CASE WHEN broken.first IS NOT NULL THEN format('the chain of notes does not verify from note %s on', broken.first) END
  FROM (SELECT DISTINCT customer_id FROM account_notes) AS a
  CROSS JOIN LATERAL (SELECT min(b) AS first FROM broken_account_notes(a.customer_id) AS b) AS broken`;

export const accountNotes: Check = {
  id: 'I9',
  title: 'one note for every transition, approval and interaction; the chain verifies',
  run: async (context) => [
    ...(await guardsInForce(context, 'I9', [
      { kind: 'trigger', table: 'account_notes', name: 'account_notes_chain' },
      { kind: 'trigger', table: 'account_notes', name: 'account_notes_append_only' },
      { kind: 'constraint', table: 'account_notes', name: 'account_notes_customer_id_sequence_key' },
      { kind: 'constraint', table: 'account_notes', name: 'account_notes_plan_change_id_kind_revision_key' },
    ])),
    ...(await notesHashedApart(context)),
    ...(await recordsAsNoted(context)),
    ...(await timesAsNoted(context)),
    ...(await writtenTimes(context)),
    ...(await appendOnlyForApp(context, 'I9', ['account_notes', 'plan_change_transitions'])),
    ...(await applyRules(context, 'I9', [
      { sql: NOTE_OF_EACH_TRANSITION, parameters: [JSON.stringify(NOTES_OF_TRANSITION)] },
      { sql: NOTE_OF_EACH_QUOTE },
      { sql: NOTE_OF_EACH_APPROVAL },
      { sql: NOTE_OF_EACH_COMPENSATION },
      { sql: NOTE_OF_EACH_CONFIRMATION },
      { sql: NOTE_OF_EACH_IDENTIFICATION },
      { sql: NOTES_OF_THEIR_CHANGE },
      { sql: CHAINS },
    ])),
  ],
};
