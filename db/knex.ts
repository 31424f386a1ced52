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
  /** Longest time of a statement, milliseconds; 10 s unless given. */
  readonly statementMs?: number;
}

/** What a pool holds, as far as it is needed to be rid of it. */
interface PooledConnection {
  readonly __knexUid: string;
  readonly connection: { readonly stream: { destroy(): void } };
  once(event: 'end', listener: () => void): void;
}

const nothing = (): void => undefined;

/**
 * Opens a pool. int8 columns arrive as bigint, dates as 'YYYY-MM-DD'. Every wait is bounded, 5 s for a
 * connection and `statementMs` for a statement, so that a black-holed database becomes an error and never a
 * hang; a connection that did not answer is not used again.
 */
export function openDatabase(options: DatabaseOptions): Knex {
  const statementMs = options.statementMs ?? 10_000;
  const connections = new Map<string, PooledConnection>();
  const database = knex({
    client: 'pg',
    connection: {
      connectionString: options.url,
      application_name: options.applicationName ?? 'plan-change',
      connectionTimeoutMillis: 5_000,
      ...(options.patient !== true && {
        statement_timeout: statementMs,
        query_timeout: statementMs + 1_000,
        idle_in_transaction_session_timeout: 30_000,
      }),
      keepAlive: true,
      types: {
        getTypeParser: (oid, format) => types.getTypeParser(oid, format === 'binary' ? 'binary' : 'text'),
      },
    },
    pool: {
      min: options.patient === true ? 1 : 0,
      max: options.maxConnections ?? 10,
      afterCreate: (connection: PooledConnection, done: () => void) => {
        connections.set(connection.__knexUid, connection);
        connection.once('end', () => connections.delete(connection.__knexUid));
        done();
      },
    },
    // Messages of errors would carry the values of the statement.
    compileSqlOnError: false,
    acquireConnectionTimeout: 5_000,
    // Knex would print driver errors, which may carry values of rows; they reach the caller as exceptions.
    log: { warn: nothing, error: nothing, deprecate: nothing, debug: nothing },
  });
  // The driver gives up the statement only: the connection would go back into the pool, and every later
  // statement on it would wait as long.
  database.on('query-error', (error: Error, { __knexUid }: { __knexUid: string }) => {
    if (error.message.endsWith('Query read timeout')) connections.get(__knexUid)?.connection.stream.destroy();
  });
  return database;
}
