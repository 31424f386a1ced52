import type { Knex } from 'knex';

/** Every row of every table of the product, as text, by table. */
export type DatabaseContents = Readonly<Record<string, readonly string[]>>;

/** In one statement, so at one instant. `knex`: a connection that may read everything. */
export async function contentsOf(knex: Knex): Promise<DatabaseContents> {
  const tables = await tablesOf(knex);
  const statement = tables.map(() => 'SELECT ? AS name, to_jsonb(t)::text AS line FROM ?? t');
  const bindings = tables.flatMap((table) => [table, table]);
  const { rows } = await knex.raw<{ rows: { name: string; line: string }[] }>(
    `${statement.join(' UNION ALL ')} ORDER BY 1, 2`,
    bindings,
  );
  const contents: Record<string, string[]> = Object.fromEntries(tables.map((table) => [table, []]));
  for (const { name, line } of rows) contents[name]?.push(line);
  return contents;
}

/** How many rows each table has. */
export async function rowCounts(knex: Knex): Promise<ReadonlyMap<string, number>> {
  const tables = await tablesOf(knex);
  const statement = tables.map(() => 'SELECT ? AS name, count(*)::int FROM ??').join(' UNION ALL ');
  const { rows } = await knex.raw<{ rows: { name: string; count: number }[] }>(
    statement,
    tables.flatMap((table) => [table, table]),
  );
  return new Map(rows.map(({ name, count }) => [name, count]));
}

/** How many rows each table gained; tables without a change are left out. */
export function rowsGained(
  before: ReadonlyMap<string, number>,
  after: ReadonlyMap<string, number>,
): Record<string, number> {
  const gained = [...after].map(([name, count]): [string, number] => [name, count - (before.get(name) ?? 0)]);
  return Object.fromEntries(gained.filter(([, count]) => count !== 0));
}

function tablesOf(knex: Knex): Promise<string[]> {
  return (
    knex('pg_tables')
      .where({ schemaname: 'public' })
      .whereNot('tablename', 'like', 'knex_%')
      // Who asks is counted, whatever the request does.
      .whereNot('tablename', 'request_counts')
      .orderBy('tablename')
      .pluck<string[]>('tablename')
  );
}
