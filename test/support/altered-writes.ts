import type { Knex } from 'knex';

/**
 * Makes the database store something else than it is told, until `mend` is called: `alteration` is PL/pgSQL that
 * changes NEW, returns or raises, before each row inserted. `knex`: the superuser.
 */
export async function alterWritesTo(
  knex: Knex,
  table: string,
  alteration: string,
): Promise<{ mend: () => Promise<void> }> {
  await knex.raw(
    `CREATE FUNCTION alter_for_test() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${alteration}; RETURN NEW; END $$`,
  );
  await knex.raw(
    'CREATE TRIGGER zz_alter_for_test BEFORE INSERT ON ?? FOR EACH ROW EXECUTE FUNCTION alter_for_test()',
    [table],
  );
  return {
    async mend() {
      await knex.raw('DROP FUNCTION alter_for_test CASCADE');
    },
  };
}
