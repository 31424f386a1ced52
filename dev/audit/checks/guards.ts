import type { CheckContext, Finding } from '../check.ts';
import { applyRules } from '../check.ts';

/**
 * What the schema itself refuses. An invariant that holds only because nobody has tried yet does not hold, so
 * each check also asks whether its guards are in force.
 */
export interface Guard {
  readonly kind: 'constraint' | 'unique index' | 'trigger';
  readonly table: string;
  readonly name: string;
}

const GUARDS_IN_FORCE = `
  SELECT NULL::uuid, NULL::uuid,
    CASE WHEN NOT CASE g.kind
      WHEN 'constraint' THEN EXISTS (SELECT 1 FROM pg_constraint c
        WHERE c.conrelid = to_regclass(g.table) AND c.conname = g.name AND c.convalidated)
      WHEN 'unique index' THEN EXISTS (SELECT 1 FROM pg_index i
        WHERE i.indrelid = to_regclass(g.table) AND i.indexrelid = to_regclass(g.name) AND i.indisunique AND i.indisvalid)
      ELSE EXISTS (SELECT 1 FROM pg_trigger t
        WHERE t.tgrelid = to_regclass(g.table) AND t.tgname = g.name AND t.tgenabled IN ('O', 'A'))
    END THEN format('the %s %s of %s is missing or not in force', g.kind, g.name, g.table) END
  FROM jsonb_to_recordset($1::jsonb) AS g (kind text, "table" text, name text)`;

export function guardsInForce(
  context: CheckContext,
  check: string,
  guards: readonly Guard[],
): Promise<Finding[]> {
  const rule = { sql: GUARDS_IN_FORCE, parameters: [JSON.stringify(guards)] };
  return applyRules(context, check, [rule], context.guarded);
}

const NO_RIGHT_TO_CHANGE = `
  SELECT NULL::uuid, NULL::uuid,
    CASE WHEN has_table_privilege('app', t.name, 'UPDATE') OR has_any_column_privilege('app', t.name, 'UPDATE')
           OR has_table_privilege('app', t.name, 'DELETE') OR has_table_privilege('app', t.name, 'TRUNCATE')
         THEN format('the role app may change or delete rows of %s', t.name) END
  FROM unnest($1::text[]) AS t (name) WHERE to_regrole('app') IS NOT NULL`;

/** The product's role may add to these tables and read them, no more. */
export function appendOnlyForApp(
  context: CheckContext,
  check: string,
  tables: readonly string[],
): Promise<Finding[]> {
  return applyRules(context, check, [{ sql: NO_RIGHT_TO_CHANGE, parameters: [tables] }], context.guarded);
}
