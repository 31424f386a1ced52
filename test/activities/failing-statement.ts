import type { Knex } from 'knex';

/**
 * Makes every insert or update of a table fail until `mend` is called, with a message that carries a value.
 * `knex`: the superuser.
 */
export async function failWritesTo(
  knex: Knex,
  table: string,
  message: string,
  sqlstate = 'P0001',
): Promise<{ mend: () => Promise<void> }> {
  await knex.raw(
    `CREATE FUNCTION fail_for_test() RETURNS trigger LANGUAGE plpgsql AS $$
     BEGIN RAISE EXCEPTION USING MESSAGE = TG_ARGV[0], ERRCODE = TG_ARGV[1]; END $$`,
  );
  // Arguments of a trigger are literals: they cannot be bound.
  const literals = [message, sqlstate].map((text) => `'${text.replaceAll("'", "''")}'`).join(', ');
  await knex.raw(
    `CREATE TRIGGER zz_fail_for_test BEFORE INSERT OR UPDATE ON ?? FOR EACH ROW EXECUTE FUNCTION fail_for_test(${literals.replaceAll('?', '\\?')})`,
    [table],
  );
  return {
    async mend() {
      await knex.raw('DROP FUNCTION fail_for_test CASCADE');
    },
  };
}
