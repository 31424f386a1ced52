import knex, { type Knex } from 'knex';
import pg from 'pg';

// int8 counts money and sequences: never through a float. Dates stay dates: no zone may move them.
const types = new pg.TypeOverrides();
types.setTypeParser(pg.types.builtins.INT8, BigInt);
types.setTypeParser(pg.types.builtins.DATE, (text) => text);

export interface DatabaseOptions {
  readonly url: string;
  readonly maxConnections?: number;
  /** Shown in pg_stat_activity. */
  readonly applicationName?: string;
  /** For migrations: statements may take as long as they need, and idle connections stay. */
  readonly patient?: boolean;
}

const nothing = (): void => undefined;

/**
 * Opens a pool. int8 columns arrive as bigint, dates as 'YYYY-MM-DD'. Every wait is bounded: 5 s for a
 * connection, 10 s for a statement, so that a black-holed database becomes an error and never a hang.
 */
export function openDatabase(options: DatabaseOptions): Knex {
  return knex({
    client: 'pg',
    connection: {
      connectionString: options.url,
      application_name: options.applicationName ?? 'plan-change',
      connectionTimeoutMillis: 5_000,
      ...(options.patient !== true && {
        statement_timeout: 10_000,
        query_timeout: 12_000,
        idle_in_transaction_session_timeout: 30_000,
      }),
      keepAlive: true,
      types: {
        getTypeParser: (oid, format) => types.getTypeParser(oid, format === 'binary' ? 'binary' : 'text'),
      },
    },
    pool: { min: options.patient === true ? 1 : 0, max: options.maxConnections ?? 10 },
    // Messages of errors would carry the values of the statement.
    compileSqlOnError: false,
    acquireConnectionTimeout: 5_000,
    // Knex would print driver errors, which may carry values of rows; they reach the caller as exceptions.
    log: { warn: nothing, error: nothing, deprecate: nothing, debug: nothing },
  });
}
