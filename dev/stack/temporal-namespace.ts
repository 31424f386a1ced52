import { Connection, type ConnectionOptions } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import proto from '@temporalio/proto';
import { SEARCH_ATTRIBUTES } from './temporal-server.ts';
import { StartError } from './start-error.ts';
import { acceptsConnections } from './tcp.ts';

const { IndexedValueType } = proto.temporal.api.enums.v1;
/** start-dev keeps closed workflows for a day only. */
const RETENTION = '90 days';

const VALUE_TYPES = {
  Keyword: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
  Datetime: IndexedValueType.INDEXED_VALUE_TYPE_DATETIME,
} as const;

/** Runs `action` on a connection of its own; every call has five seconds. */
export async function withTemporal<T>(
  options: ConnectionOptions,
  action: (connection: Connection) => Promise<T>,
): Promise<T> {
  const connection = await Connection.connect({ connectTimeout: 5_000, ...options });
  try {
    return await connection.withDeadline(Date.now() + 5_000, () => action(connection));
  } finally {
    await connection.close();
  }
}

/**
 * Whether a server that is coming up at this address answers yet and knows the namespace. Plain TCP comes first:
 * gRPC waits a second after each refused connection.
 */
export async function temporalAnswers(address: string, namespace: string): Promise<boolean> {
  if (!(await acceptsConnections(address))) return false;
  try {
    await withTemporal({ address, connectTimeout: 2_000 }, (connection) =>
      connection.workflowService.describeNamespace({ namespace }),
    );
    return true;
  } catch {
    return false;
  }
}

/** Registers the search attributes that are missing. Throws StartError when one is there with another type. */
export async function registerSearchAttributes(options: ConnectionOptions, namespace: string): Promise<void> {
  await withTemporal(options, async (connection) => {
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
    const missing: Record<string, (typeof VALUE_TYPES)[keyof typeof VALUE_TYPES]> = {};
    for (const [name, type] of Object.entries(SEARCH_ATTRIBUTES)) {
      const present = customAttributes[name];
      if (present === undefined) missing[name] = VALUE_TYPES[type];
      else if (present !== VALUE_TYPES[type]) {
        throw new StartError(
          `The Temporal namespace ${namespace} has a search attribute ${name} that is not of type ${type}.`,
          'Use another namespace (TEMPORAL_NAMESPACE), or remove that attribute there.',
        );
      }
    }
    if (Object.keys(missing).length === 0) return;
    await connection.operatorService.addSearchAttributes({ namespace, searchAttributes: missing });
  });
}

/** Ours to set on the server that we run; a given server's retention is its owner's. */
export async function keepClosedWorkflows(options: ConnectionOptions, namespace: string): Promise<void> {
  await withTemporal(options, (connection) =>
    connection.workflowService.updateNamespace({
      namespace,
      config: { workflowExecutionRetentionTtl: msToTs(RETENTION) },
    }),
  );
}
