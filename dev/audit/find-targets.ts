import path from 'node:path';
import { z } from 'zod';
import { readGivenTemporal } from '../stack/given-temporal.ts';
import { readJson } from '../stack/private-file.ts';
import { AuditError } from './audit-error.ts';
import type { AuditOptions } from './audit.ts';

export interface TargetOptions {
  readonly database: string | undefined;
  readonly temporal: string | undefined;
  readonly namespace: string | undefined;
  readonly taskQueue: string | undefined;
  readonly dataDir: string;
  /** For TEMPORAL_NAMESPACE, TEMPORAL_API_KEY, TEMPORAL_TLS and their kin. */
  readonly env: NodeJS.ProcessEnv;
}

const endpointsSchema = z.object({ databaseUrl: z.string().min(1), temporalAddress: z.string().min(1) });

/**
 * What to audit: the addresses given, else those of the `npm start` that is running on `dataDir`. A database
 * that is given alone is audited without histories.
 * @throws AuditError when nothing is given and nothing runs
 */
export async function findTargets(
  options: TargetOptions,
): Promise<Pick<AuditOptions, 'databaseUrl' | 'temporal'>> {
  const { database, temporal, dataDir } = options;
  if (database !== undefined) {
    return {
      databaseUrl: checkedUrl(database),
      ...(temporal !== undefined && { temporal: temporalAt(temporal, options) }),
    };
  }
  const running = endpointsSchema.safeParse(await readJson(path.join(dataDir, 'endpoints.json')));
  if (!running.success) {
    throw new AuditError(
      `No system is running on ${dataDir}: run \`npm start\` first (in another terminal), or name a database with --database URL.`,
    );
  }
  const { databaseUrl, temporalAddress } = running.data;
  return { databaseUrl, temporal: temporalAt(temporal ?? temporalAddress, options) };
}

function temporalAt(address: string, options: TargetOptions): NonNullable<AuditOptions['temporal']> {
  const given = readGivenTemporal(options.env);
  return {
    address,
    namespace: options.namespace ?? given.namespace,
    connection: given.connection,
    ...(options.taskQueue !== undefined && { taskQueue: options.taskQueue }),
  };
}

function checkedUrl(url: string): string {
  if (URL.canParse(url) && /^postgres(ql)?:$/.test(new URL(url).protocol)) return url;
  throw new AuditError(
    '--database must be a URL such as postgres://auditor:PASSWORD@127.0.0.1:5432/plan_change.',
  );
}
