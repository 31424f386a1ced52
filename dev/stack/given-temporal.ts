import type { ConnectionOptions } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { registerSearchAttributes, withTemporal } from './temporal-namespace.ts';
import { StartError } from './start-error.ts';

export interface GivenTemporal {
  readonly address: string;
  readonly namespace: string;
  readonly connection: ConnectionOptions;
}

/** The connection settings of TEMPORAL_ADDRESS and its kin (namespace, API key, TLS, profile). */
export function readGivenTemporal(env: NodeJS.ProcessEnv): GivenTemporal {
  const overrideEnvVars = Object.fromEntries(
    Object.entries(env).filter((pair): pair is [string, string] => pair[1] !== undefined),
  );
  const { connectionOptions, namespace } = loadClientConnectConfig({ overrideEnvVars });
  const { address, tls, apiKey, metadata } = connectionOptions;
  return {
    address: address ?? '127.0.0.1:7233',
    namespace: namespace ?? 'default',
    connection: {
      ...(address !== undefined && { address }),
      ...(tls !== undefined && tls !== null && { tls }),
      ...(apiKey !== undefined && { apiKey }),
      ...(metadata !== undefined && { metadata: metadata }),
    },
  };
}

/** Checks that it is there and knows the namespace, and registers the search attributes that it lacks. */
export async function prepareGivenTemporal(given: GivenTemporal): Promise<void> {
  const { address, namespace, connection } = given;
  const failed = (problem: string, advice: string) => (error: unknown) => {
    if (error instanceof StartError) throw error;
    throw new StartError(`${problem}: ${reasonOf(error)}.`, advice, { cause: error });
  };
  await withTemporal(connection, (open) => open.workflowService.describeNamespace({ namespace })).catch(
    failed(
      `The Temporal server at ${address} (TEMPORAL_ADDRESS), namespace ${namespace}, cannot be used`,
      'Correct TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE, or unset them to start a server of this project’s own.',
    ),
  );
  await registerSearchAttributes(connection, namespace).catch(
    failed(
      `The search attributes of plan changes cannot be registered at ${address}`,
      'Have an administrator register PlanChangeStatus, CustomerId, PlanCode, ConsentMethod and HoldReason ' +
        '(Keyword) and EffectiveDate (Datetime) in that namespace.',
    ),
  );
}

function reasonOf(error: unknown): string {
  const { details, message } = error as { details?: string; message?: string };
  return (
    (details !== undefined && details !== '' ? details : (message ?? String(error))).split('\n', 1)[0] ?? ''
  );
}
