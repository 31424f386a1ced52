import type { Knex } from 'knex';
import { PATH } from './018-functions.ts';

const HASH = '[0-9a-f]{64}';
const CLOCK = String.raw`([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\.[0-9]{3}Z`;

/** The canonical JSON of a `SealedNoteAnchor` (evidence/note-anchor.ts), byte for byte, as number and day say. */
const AS_SEALED = `coalesce(sealed ~ (
        '^\\{"anchor":\\{"accounts":(0|[1-9][0-9]{0,14}),"date":"' || to_char(anchored_on, 'YYYY-MM-DD')
        || '","format":"plan-change-anchor/1","number":' || number || ',"previous":"${HASH}","root":"${HASH}","takenAt":"'
        || to_char(anchored_on, 'YYYY-MM-DD') || 'T${CLOCK}"\\},"signature":\\{"keyId":"${HASH}","value":"[0-9a-f]{128}"\\}\\}$'), false)`;

const FORMER_AS_SEALED = `coalesce(
      (sealed::jsonb #>> '{anchor,number}') = number::text
      AND (sealed::jsonb #>> '{anchor,date}') = to_char(anchored_on, 'YYYY-MM-DD'), false)`;

/**
 * A row of the anchors is one in its whole shape, whoever writes it; that a key of the company signed it the API asks
 * before it chains to it or proves by it. A newest row that is none can be struck out by the owner, and stays on record.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE struck_note_anchors (
      id uuid PRIMARY KEY DEFAULT uuidv7(),
      number integer NOT NULL,
      anchored_on date NOT NULL,
      sealed text NOT NULL,
      heads jsonb NOT NULL,
      reason text NOT NULL CHECK (reason ~ '[^[:space:]]'),
      struck_by text NOT NULL DEFAULT session_user,
      struck_at timestamptz NOT NULL DEFAULT clock_timestamp()
    );
    COMMENT ON TABLE struck_note_anchors IS 'rows of note_anchors that were no anchors of the company, as they stood, and why they went';
    CREATE TRIGGER struck_note_anchors_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON struck_note_anchors
      FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
    GRANT SELECT ON struck_note_anchors TO app, auditor;

    CREATE FUNCTION strike_note_anchor(struck integer, reason text) RETURNS void LANGUAGE plpgsql ${PATH} AS $$
    BEGIN
      -- As the API does before it adds one.
      PERFORM pg_advisory_xact_lock(7261012);
      IF struck IS DISTINCT FROM (SELECT max(a.number) FROM public.note_anchors a) THEN
        RAISE EXCEPTION 'anchor % is not the newest: only that one can be struck out', struck USING ERRCODE = 'check_violation';
      END IF;
      INSERT INTO public.struck_note_anchors (number, anchored_on, sealed, heads, reason)
        SELECT a.number, a.anchored_on, a.sealed, (SELECT coalesce(jsonb_agg(jsonb_build_object(
            'customerId', h.customer_id, 'sequence', h.sequence, 'hash', h.hash) ORDER BY h.customer_id), '[]')
          FROM public.note_anchor_heads h WHERE h.number = a.number), strike_note_anchor.reason
        FROM public.note_anchors a WHERE a.number = struck;
      ALTER TABLE public.note_anchor_heads DISABLE TRIGGER note_anchor_heads_append_only;
      ALTER TABLE public.note_anchors DISABLE TRIGGER note_anchors_append_only;
      DELETE FROM public.note_anchor_heads h WHERE h.number = struck;
      DELETE FROM public.note_anchors a WHERE a.number = struck;
      ALTER TABLE public.note_anchors ENABLE TRIGGER note_anchors_append_only;
      ALTER TABLE public.note_anchor_heads ENABLE TRIGGER note_anchor_heads_append_only;
    END $$;
    COMMENT ON FUNCTION strike_note_anchor IS 'for the owner of the table alone, see the runbook: takes out the newest row, and keeps it with the reason';
    REVOKE ALL ON FUNCTION strike_note_anchor FROM PUBLIC;

    -- A row that was slipped in before must not keep the schema from moving on.
    DO $$
    DECLARE
      wrong integer;
    BEGIN
      FOREACH wrong IN ARRAY ARRAY(SELECT a.number FROM note_anchors a WHERE a.number >=
          (SELECT min(number) FROM note_anchors WHERE NOT ${AS_SEALED}) ORDER BY a.number DESC) LOOP
        PERFORM strike_note_anchor(wrong, 'migration 022: it, or one before it, was not in the shape of an anchor');
      END LOOP;
    END $$;
    ALTER TABLE note_anchors DROP CONSTRAINT note_anchors_as_sealed;
    ALTER TABLE note_anchors ADD CONSTRAINT note_anchors_as_sealed CHECK (${AS_SEALED});
  `);
}

/** Refused once a row was struck out: that must stay on record. */
export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    DO $$ BEGIN
      IF EXISTS (SELECT 1 FROM struck_note_anchors) THEN
        RAISE EXCEPTION 'anchors were struck out, which must stay on record' USING ERRCODE = 'object_in_use';
      END IF;
    END $$;
    ALTER TABLE note_anchors DROP CONSTRAINT note_anchors_as_sealed;
    ALTER TABLE note_anchors ADD CONSTRAINT note_anchors_as_sealed CHECK (${FORMER_AS_SEALED});
    DROP FUNCTION strike_note_anchor;
    DROP TABLE struck_note_anchors;
  `);
}
