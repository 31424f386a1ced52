import assert from 'node:assert/strict';
import { checkBroken, itFinds } from './broken-system.ts';
import { sharedScenario, useScenario } from './scenario.ts';

describe('audit of a schema that was altered', () => {
  useScenario();

  itFinds(
    (
      [
        [
          'a function that refuses nothing any more',
          `CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql
           SET search_path = pg_catalog, public, pg_temp AS $$ BEGIN RETURN NULL; END $$`,
          /^the function refuse_change\(\) is not as the migrations make it: "AS \$function\$ BEGIN RETURN NULL; END/,
        ],
        [
          'a function that finds temporary tables first',
          'ALTER FUNCTION take_back_period(uuid) SET search_path = public',
          /^the function take_back_period\(taken_back uuid\) is not .*"SET search_path TO 'public'" instead of "SET search_path TO 'pg_catalog', 'public', 'pg_temp'"$/,
        ],
        [
          'a function that is missing',
          'DROP FUNCTION switch_plan',
          /^the function switch_plan\(applied uuid\) is missing/,
        ],
        [
          'a trigger of the same name on another event',
          `DROP TRIGGER charges_append_only ON charges;
           CREATE TRIGGER charges_append_only BEFORE TRUNCATE ON charges FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()`,
          /^the trigger charges_append_only of charges is not .*BEFORE TRUNCATE .* instead of .*BEFORE DELETE OR UPDATE OR TRUNCATE/,
        ],
        [
          'a trigger that is missing',
          'DROP TRIGGER plan_changes_ended_stay ON plan_changes',
          /^the trigger plan_changes_ended_stay of plan_changes is missing/,
        ],
        [
          'a trigger that is switched off',
          'ALTER TABLE idempotency_keys DISABLE TRIGGER idempotency_keys_answered_once',
          /^ALTER TABLE idempotency_keys DISABLE TRIGGER idempotency_keys_answered_once; is not of the migrations/,
        ],
        [
          'a trigger that the migrations do not make',
          `CREATE FUNCTION swallow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
           CREATE TRIGGER swallowed BEFORE INSERT ON account_notes FOR EACH ROW EXECUTE FUNCTION swallow()`,
          /^the trigger swallowed of account_notes is not of the migrations/,
        ],
        [
          'foreign keys that are switched off',
          'ALTER TABLE charges DISABLE TRIGGER ALL',
          /^ALTER TABLE charges DISABLE TRIGGER ALL -- of charges_plan_change_id_quote_hash_fkey; is not of the migrations/,
        ],
        [
          'a constraint of the same name that holds always',
          `ALTER TABLE plan_changes DROP CONSTRAINT plan_changes_check1;
           ALTER TABLE plan_changes ADD CONSTRAINT plan_changes_check1 CHECK (true)`,
          /^the constraint plan_changes_check1 of plan_changes is not .*CHECK \(true\);" instead of/,
        ],
        [
          'a unique index that is none any more',
          `DROP INDEX subscription_periods_one_per_change;
           CREATE INDEX subscription_periods_one_per_change ON subscription_periods (plan_change_id)`,
          /^the index subscription_periods_one_per_change is/,
        ],
        [
          'a rule that swallows rows',
          'CREATE RULE swallow AS ON INSERT TO account_notes DO INSTEAD NOTHING',
          /^CREATE RULE swallow AS is not of the migrations/,
        ],
        [
          'a right to delete periods',
          'GRANT DELETE ON subscription_periods TO app',
          /^what app may do with subscription_periods is not .*"GRANT DELETE, SELECT ON subscription_periods TO app;" instead of "GRANT SELECT/,
        ],
        [
          'a right to rewrite evidence',
          'GRANT UPDATE ON consent_evidence TO app',
          /^what app may do with consent_evidence is not/,
        ],
        [
          'a right to rewrite one column',
          'GRANT UPDATE (opened_at) ON plan_changes TO app',
          /^what app may do with plan_changes is not .*, opened_at, /,
        ],
        [
          'a right of everybody',
          'GRANT SELECT ON customers TO PUBLIC',
          /^what PUBLIC may do with customers is not of the migrations: "GRANT SELECT ON customers TO PUBLIC;"$/,
        ],
        [
          'a right of another role to write',
          'CREATE ROLE somebody; GRANT UPDATE ON charges TO somebody',
          /^what somebody may do with charges is not of the migrations/,
        ],
        [
          'a right that the product needs and lost',
          'REVOKE INSERT ON account_notes FROM app',
          /^what app may do with account_notes is not/,
        ],
        [
          'a function that everybody may call',
          'GRANT EXECUTE ON FUNCTION switch_plan TO PUBLIC',
          /^what PUBLIC may do with FUNCTION switch_plan\(uuid\) is not of the migrations/,
        ],
        ['a role in a role', 'GRANT migrator TO app', /^the role app has the rights of another role$/],
        ['a mighty role', 'ALTER ROLE app BYPASSRLS', /^the role app has rights over the whole server$/],
        ['an owner that should not be', 'ALTER TABLE charges OWNER TO app', /^the role app owns tables/],
        [
          'a right to make tables',
          'GRANT CREATE ON SCHEMA public TO app',
          /^the role app may make tables and functions$/,
        ],
        [
          'a right to make temporary tables',
          `DO $$ BEGIN EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO PUBLIC', current_database()); END $$`,
          /^the role app may make temporary tables/,
        ],
      ] as const
    ).map(([what, sql, finds]) => ({ check: 'I21', what, sql: () => sql, finds })),
  );

  it('I21 says nothing of what does no harm: an index more, and a role that reads', async () => {
    const { findings } = await checkBroken({
      check: 'I21',
      sql: () => `
        CREATE INDEX charges_by_day ON charges (effective_date);
        CREATE ROLE reports; GRANT SELECT ON charges TO reports`,
    });
    assert.deepEqual(findings, []);
  });

  it('I21 names one thing that differs, and no more than that', async () => {
    const { findings, guards } = await checkBroken({
      check: 'I21',
      sql: () => 'DROP TRIGGER charges_append_only ON charges',
    });
    assert.deepEqual(
      findings.map(({ what }) => what.split(':')[0]),
      ['the trigger charges_append_only of charges is missing'],
    );
    assert.ok(guards > 300);
  });

  it('I21 says on another major version of PostgreSQL that it did not compare', async () => {
    const { CHECKS } = await import('../../dev/audit/all-checks.ts');
    const { runCheck } = await import('../../dev/audit/audit.ts');
    const check = CHECKS.find(({ id }) => id === 'I21');
    assert.ok(check);
    const { rig } = await sharedScenario();
    const report = await runCheck(check, {
      query: async <T extends object>(sql: string, parameters: readonly unknown[] = []) => {
        if (sql.includes('server_version_num')) return [{ major: 19 }] as unknown as T[];
        const statement = sql.replaceAll(/\$(\d)/g, '?');
        return (await rig.ownerKnex.raw<{ rows: T[] }>(statement, parameters as never)).rows;
      },
      histories: undefined,
      workflowBundle: () => Promise.reject(new Error('not needed')),
    });
    assert.equal(report.failure, null);
    assert.deepEqual(report.findings, []);
    assert.match(report.unchecked[0]?.what ?? '', /^definitions of the schema: .*PostgreSQL 18/);
    assert.deepEqual(report.without, ['definitions']);
  });
});
