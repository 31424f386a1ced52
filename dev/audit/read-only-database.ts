import pg from 'pg';
import type { Query } from './check.ts';

const STATEMENT_MS = 300_000;

/** One connection that can only read; any role that may read the tables will do. */
export async function openReadOnly(url: string): Promise<{ query: Query; close: () => Promise<void> }> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'plan-change audit',
    connectionTimeoutMillis: 5_000,
    statement_timeout: STATEMENT_MS,
    query_timeout: STATEMENT_MS + 5_000,
    keepAlive: true,
  });
  // The server may go away between two statements: the next one rejects, this event is extra.
  client.on('error', () => undefined);
  await client.connect();
  await client.query('SET default_transaction_read_only = on');
  // What is asked for is what is looked at, whatever the role's own path says.
  await client.query('SET search_path = pg_catalog, public, pg_temp');
  return {
    query: async <T extends object>(sql: string, parameters: readonly unknown[] = []) =>
      (await client.query<T>(sql, [...parameters])).rows,
    close: () => client.end(),
  };
}
