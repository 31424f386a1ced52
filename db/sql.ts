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

/** SQL for an ISO 8601 instant with microseconds and Z, as the domain takes it. */
export function isoInstant(expression: string): string {
  return `to_char(${expression} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
}
