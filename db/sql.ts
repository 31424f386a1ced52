import type { Knex } from 'knex';

/** Runs one statement with named bindings (`:name`) and returns its rows. */
export async function rows<T>(
  knex: Knex,
  statement: string,
  bindings: Readonly<Record<string, unknown>> = {},
): Promise<T[]> {
  const { rows: found } = await knex.raw<{ rows: T[] }>(statement, bindings as Record<string, Knex.Value>);
  return found;
}

/** A row that must exist is missing: no retry brings it. The code is PostgreSQL's no_data_found. */
export class MissingRowError extends Error {
  override readonly name = 'MissingRowError';
  readonly code = 'P0002';
}

/** The one row a statement must return. Throws MissingRowError when it returns none. */
export async function row<T>(
  knex: Knex,
  statement: string,
  bindings: Readonly<Record<string, unknown>> = {},
): Promise<T> {
  const [found] = await rows<T>(knex, statement, bindings);
  if (found === undefined) throw new MissingRowError('A row that must exist is missing');
  return found;
}

/**
 * SQL for an ISO 8601 instant with microseconds and Z, as the domain takes it. An infinite one, which only a row from
 * before the schema refused them has, is the last or first of four digits: readers have an instant, and find it wrong.
 */
export function isoInstant(expression: string): string {
  return `coalesce(to_char(${expression} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    CASE ${expression} WHEN 'infinity' THEN '9999-12-31T23:59:59.999999Z' WHEN '-infinity' THEN '0001-01-01T00:00:00.000000Z' END)`;
}
