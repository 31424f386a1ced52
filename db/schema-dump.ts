import type { Knex } from 'knex';
import { rows } from './sql.ts';

/**
 * The schema as statements, from the catalogue of the database (the binaries of the development server bring no
 * pg_dump): `statement`, by kind and name, so that a migration shows in review as the lines it changes. Any role may
 * ask; what a trigger or a right does is here, not only its name. `npm run audit` compares it with db/schema.sql.
 */
export const SCHEMA_STATEMENTS = `
  WITH ns AS (SELECT 'public'::regnamespace::oid AS oid),
  rel AS (
    SELECT c.* FROM pg_class c, ns WHERE c.relnamespace = ns.oid AND c.relname NOT LIKE 'knex_%'
      AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')),
  own_function AS (
    SELECT p.* FROM pg_proc p, ns WHERE p.pronamespace = ns.oid AND p.prokind <> 'a'
      AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')),
  acl AS (
    SELECT quote_ident(c.relname) AS object, NULL::name AS attribute, c.relowner AS owner, c.relacl AS acl FROM rel c
    UNION ALL
    SELECT quote_ident(c.relname), a.attname, c.relowner, a.attacl FROM rel c JOIN pg_attribute a ON a.attrelid = c.oid
    UNION ALL
    SELECT format('FUNCTION %s', p.oid::regprocedure), NULL, p.proowner, coalesce(p.proacl, acldefault('f', p.proowner))
      FROM own_function p),
  granted AS (
    SELECT acl.object, acl.attribute,
      CASE WHEN x.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(x.grantee)) END AS grantee,
      x.privilege_type || CASE WHEN x.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END AS privilege
    FROM acl CROSS JOIN LATERAL aclexplode(acl.acl) AS x
    -- Other roles, of a backup for example, are not of the migrations: what they may only read is not told.
    WHERE x.grantee <> acl.owner AND (x.privilege_type <> 'SELECT' OR x.grantee = 0
      OR x.grantee IN (to_regrole('app'), to_regrole('auditor'))))
  SELECT statement FROM (
    SELECT 1 AS part, e.extname AS name, format('CREATE EXTENSION %I;', e.extname) AS statement
      FROM pg_extension e WHERE e.extname <> 'plpgsql'
    UNION ALL
    SELECT 2, t.typname, format('CREATE TYPE %I AS ENUM (%s);', t.typname,
        (SELECT string_agg(quote_literal(l.enumlabel), ', ' ORDER BY l.enumsortorder) FROM pg_enum l WHERE l.enumtypid = t.oid))
      FROM pg_type t, ns WHERE t.typnamespace = ns.oid AND t.typtype = 'e'
    UNION ALL
    SELECT 3, c.relname, format(E'CREATE %sTABLE %I (\\n%s\\n);', CASE c.relpersistence WHEN 'u' THEN 'UNLOGGED ' ELSE '' END, c.relname,
        (SELECT string_agg(format('  %I %s%s%s%s', a.attname, format_type(a.atttypid, a.atttypmod),
            CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END,
            CASE WHEN a.attidentity = 'a' THEN ' GENERATED ALWAYS AS IDENTITY' ELSE '' END,
            coalesce(' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid), '')), E',\\n' ORDER BY a.attnum)
          FROM pg_attribute a LEFT JOIN pg_attrdef d ON (d.adrelid, d.adnum) = (a.attrelid, a.attnum)
          WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped))
      FROM rel c WHERE c.relkind = 'r'
    UNION ALL
    SELECT 4, c.relname || k.conname, format('ALTER TABLE %I ADD CONSTRAINT %I %s;', c.relname, k.conname, pg_get_constraintdef(k.oid))
      FROM pg_constraint k JOIN rel c ON c.oid = k.conrelid WHERE k.contype <> 'n'
    UNION ALL
    SELECT 5, i.indexname, i.indexdef || CASE WHEN x.indisvalid THEN ';' ELSE '; -- not valid' END
      FROM pg_indexes i JOIN rel c ON c.relname = i.indexname JOIN pg_index x ON x.indexrelid = c.oid WHERE i.schemaname = 'public' AND i.tablename NOT LIKE 'knex_%'
        AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conname = i.indexname)
    UNION ALL
    SELECT 6, c.relname, format(E'CREATE VIEW %I AS\\n%s', c.relname, pg_get_viewdef(c.oid)) FROM rel c WHERE c.relkind = 'v'
    UNION ALL
    SELECT 7, p.proname, pg_get_functiondef(p.oid) || ';' FROM own_function p
    UNION ALL
    SELECT 8, c.relname || t.tgname, pg_get_triggerdef(t.oid) || ';'
      FROM pg_trigger t JOIN rel c ON c.oid = t.tgrelid WHERE NOT t.tgisinternal
    UNION ALL
    SELECT DISTINCT 9, c.relname || coalesce(k.conname, t.tgname),
        format('ALTER TABLE %I DISABLE TRIGGER %s;', c.relname, coalesce('ALL -- of ' || quote_ident(k.conname), quote_ident(t.tgname)))
      FROM pg_trigger t JOIN rel c ON c.oid = t.tgrelid LEFT JOIN pg_constraint k ON k.oid = t.tgconstraint
      WHERE t.tgenabled IN ('D', 'R')
    UNION ALL
    SELECT 9, c.relname || r.rulename, pg_get_ruledef(r.oid)
      FROM pg_rewrite r JOIN rel c ON c.oid = r.ev_class WHERE r.rulename <> '_RETURN'
    UNION ALL
    SELECT 9, c.relname, format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY;', c.relname) FROM rel c WHERE c.relrowsecurity
    UNION ALL
    SELECT 10, object || grantee || privileges, format('GRANT %s ON %s TO %s;', privileges, object, grantee)
      FROM (SELECT object, grantee, string_agg(privilege, ', ' ORDER BY privilege COLLATE "C") AS privileges
            FROM granted WHERE attribute IS NULL GROUP BY object, grantee
            UNION ALL
            SELECT object, grantee, format('%s (%s)', privilege, string_agg(quote_ident(attribute), ', ' ORDER BY attribute COLLATE "C"))
            FROM granted WHERE attribute IS NOT NULL GROUP BY object, grantee, privilege) AS g
  ) AS s ORDER BY part, name COLLATE "C", statement COLLATE "C"`;

export async function dumpSchema(knex: Knex): Promise<string> {
  const statements = await rows<{ statement: string }>(knex, SCHEMA_STATEMENTS);
  const header =
    '-- Generated by `npm run schema` from a migrated database; compared in the tests. Do not edit.\n';
  return `${header}\n${statements.map(({ statement }) => statement.trim()).join('\n\n')}\n`;
}
