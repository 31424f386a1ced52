import path from 'node:path';
import { cacheFolder } from './cache-folder.ts';
import { withoutTemporalSettings } from './child-env.ts';
import { databasePasswords, derivedPasswords, type RolePasswords } from './database-passwords.ts';
import { closeToOthers } from './endpoints.ts';
import { checkGivenPostgres } from './given-postgres.ts';
import { prepareGivenTemporal, readGivenTemporal } from './given-temporal.ts';
import type { Ports } from './ports.ts';
import { findPostgresHome } from './postgres-home.ts';
import { createDatabase, ownerUrl, prepareCluster } from './postgres.ts';
import { postgresService, temporalService } from './services.ts';
import type { StartConfig } from './start-config.ts';
import type { Supervisor } from './supervisor.ts';
import { resolveTemporalBinary } from './temporal-binary.ts';
import { keepClosedWorkflows, registerSearchAttributes } from './temporal-namespace.ts';

export interface BringUp {
  readonly config: StartConfig;
  readonly numbers: Ports['numbers'];
  readonly supervisor: Supervisor;
}

export interface PostgresPlace {
  /** As a role that may migrate. */
  readonly ownerUrl: string;
  readonly passwords: RolePasswords;
  /** For people. */
  readonly description: string;
}

/** PostgreSQL, ours or the one of DATABASE_URL, answering and with the database there. */
export async function bringUpPostgres({ config, numbers, supervisor }: BringUp): Promise<PostgresPlace> {
  if (config.databaseUrl !== undefined) {
    await checkGivenPostgres(config.databaseUrl);
    const { host } = new URL(config.databaseUrl);
    const passwords = derivedPasswords(config.databaseUrl);
    return { ownerUrl: config.databaseUrl, passwords, description: `${host}, given by DATABASE_URL` };
  }
  const { superuser, ...passwords } = await databasePasswords(config.dataDir);
  const home = await findPostgresHome({ dataDir: config.dataDir });
  await prepareCluster(home, superuser, { durable: true });
  const access = { port: numbers.postgres, password: superuser };
  await supervisor.start(postgresService(home, access.port, access.password));
  await createDatabase(access);
  return {
    ownerUrl: ownerUrl(access),
    passwords,
    description: `127.0.0.1:${access.port}, data in ${home.cluster}`,
  };
}

export interface TemporalPlace {
  readonly address: string;
  readonly namespace: string;
  readonly uiUrl: string;
  readonly description: string;
}

/** A Temporal server, ours or the one of TEMPORAL_ADDRESS, that knows the search attributes. */
export async function bringUpTemporal(
  { config, numbers, supervisor }: BringUp,
  say: (line: string) => void,
): Promise<TemporalPlace> {
  if (config.usesGivenTemporal) {
    const given = readGivenTemporal(config.env);
    await prepareGivenTemporal(given);
    const { address, namespace } = given;
    const uiUrl = config.temporalUiUrl ?? `http://${address.slice(0, address.lastIndexOf(':'))}:8233`;
    return { address, namespace, uiUrl, description: `${address}, given by TEMPORAL_ADDRESS` };
  }
  const { dataDir } = config;
  const env = withoutTemporalSettings(config);
  const binary = await resolveTemporalBinary({
    env,
    cacheDir: cacheFolder(env),
    fallbackDir: path.join(dataDir, 'cache'),
    say,
  });
  const namespace = config.env['TEMPORAL_NAMESPACE'] ?? 'default';
  await supervisor.start(temporalService({ binary: binary.file, dataDir, numbers, namespace, env }));
  const address = `127.0.0.1:${numbers.temporal}`;
  await registerSearchAttributes({ address }, namespace);
  await keepClosedWorkflows({ address }, namespace);
  await closeToOthers(
    ['temporal.db', 'temporal.db-wal', 'temporal.db-shm'].map((name) => path.join(dataDir, name)),
  );
  const uiUrl = `http://127.0.0.1:${numbers.temporalUi}`;
  return {
    address,
    namespace,
    uiUrl,
    description: `CLI ${binary.version} from ${binary.source}, ${address}`,
  };
}
