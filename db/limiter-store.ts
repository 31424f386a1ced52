import type { Knex } from 'knex';

/** What rate-limiter-flexible asks of a client of PostgreSQL. */
export interface LimiterStore {
  query(statement: { readonly text: string; readonly values?: readonly unknown[] }): Promise<unknown>;
}

/**
 * The pool, for the counters of rate-limiter-flexible. Its own way with knex takes connections past knex's
 * events, so one that does not answer would go back into the pool (db/knex.ts).
 */
export function createLimiterStore(knex: Knex): LimiterStore {
  return {
    query: ({ text, values = [] }) => {
      const bindings = Object.fromEntries(
        values.map((value, index) => [`v${index + 1}`, value as Knex.Value]),
      );
      return knex.raw(text.replaceAll(/\$(\d+)/g, ':v$1'), bindings);
    },
  };
}
