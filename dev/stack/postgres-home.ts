import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chown, mkdir, mkdtemp, realpath, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import {
  canRun,
  copyNative,
  findNativePostgres,
  postgresTool,
  toolCommand,
  type NativePostgres,
  type RunAs,
} from './postgres-binaries.ts';
import { readJson, writePrivateJson } from './private-file.ts';
import { runCommand } from './run-command.ts';
import { StartError } from './start-error.ts';

/** Where one DATA_DIR's PostgreSQL lives and as whom it runs. */
export interface PostgresHome {
  readonly initdb: string;
  readonly postgres: string;
  /** The cluster's own folder: PGDATA. */
  readonly cluster: string;
  /** undefined: as ourselves. */
  readonly user: RunAs | undefined;
  /** The folder outside of DATA_DIR that had to be made, if any. */
  readonly outside: string | undefined;
}

const LOCATION_FILE = 'postgres-location.json';
const location = z.object({ outside: z.string() });

/**
 * PostgreSQL refuses to run as root, so as root it runs as the user postgres, who must reach both the binaries
 * and the cluster. That is tried as that user. Where it fails (a home folder or a temporary folder closed to
 * others), no permission of a folder that is not ours is changed: what it cannot reach goes to a folder of that
 * user under `outsideParent`, named after DATA_DIR and remembered in it.
 */
export async function findPostgresHome(options: {
  dataDir: string;
  outsideParent?: string;
}): Promise<PostgresHome> {
  const native = await findNativePostgres();
  const inside = path.join(options.dataDir, 'postgres');
  if (process.getuid?.() !== 0) return home(native.folder, inside, undefined, undefined);

  const owner = await clusterOwner(inside);
  const user = owner ?? (await postgresUser());
  const remembered = await rememberedOutside(options.dataDir, owner !== undefined);
  const reachesCluster = await canWriteInside(inside, user, owner !== undefined);
  if (owner !== undefined && !reachesCluster) {
    throw new StartError(
      `The PostgreSQL data in ${inside} cannot be reached by the user who owns it (uid ${owner.uid}).`,
      'A folder on the way is closed to others: open it again, or start with another DATA_DIR.',
    );
  }
  const clusterInside = owner !== undefined || (remembered === undefined && reachesCluster);
  const binariesInPlace = await canRun(native.folder, user);
  if (clusterInside && binariesInPlace) return home(native.folder, inside, user, undefined);

  const outside =
    remembered ?? (await makeOutside(options.dataDir, options.outsideParent ?? '/var/tmp', user));
  const cluster = clusterInside ? inside : path.join(outside, 'data');
  if (!clusterInside) await rm(inside, { recursive: true, force: true });
  if (binariesInPlace) return home(native.folder, cluster, user, outside);
  return home(await copyOutside(native, outside, user), cluster, user, outside);
}

function home(
  folder: string,
  cluster: string,
  user: RunAs | undefined,
  outside: string | undefined,
): PostgresHome {
  return {
    initdb: postgresTool(folder, 'initdb'),
    postgres: postgresTool(folder, 'postgres'),
    cluster,
    user,
    outside,
  };
}

/** Who owns an existing cluster: it can only be run as that user. */
async function clusterOwner(cluster: string): Promise<RunAs | undefined> {
  if (!existsSync(path.join(cluster, 'PG_VERSION'))) return undefined;
  const { uid, gid } = await stat(cluster);
  return uid === 0 ? undefined : { uid, gid };
}

/** The user postgres, made where the system has none. */
async function postgresUser(): Promise<RunAs> {
  const known = await lookUp('postgres');
  if (known) return known;
  const ways = [
    ['useradd', '--system', '--user-group', '--no-create-home', '--shell', '/bin/false', 'postgres'],
    ['adduser', '-S', '-D', '-H', 'postgres'],
  ];
  for (const [tool = '', ...args] of ways) {
    await runCommand({ file: tool, args, env: { PATH: '/usr/sbin:/sbin:/usr/bin:/bin' } }, 10_000);
    const made = await lookUp('postgres');
    if (made) return made;
  }
  throw new StartError(
    'PostgreSQL does not run as root, and a user named postgres could not be made.',
    'Make one (useradd --system postgres), start as another user than root, or give a PostgreSQL with DATABASE_URL.',
  );
}

async function lookUp(name: string): Promise<RunAs | undefined> {
  const ids = await Promise.all(
    ['-u', '-g'].map((flag) =>
      runCommand({ file: 'id', args: [flag, name], env: { PATH: '/usr/bin:/bin' } }, 5_000),
    ),
  );
  const [uid, gid] = ids.map((result) => (result.code === 0 ? Number(result.stdout.trim()) : NaN));
  if (uid === undefined || gid === undefined || !Number.isInteger(uid) || !Number.isInteger(gid))
    return undefined;
  return { uid, gid };
}

/** Whether the user gets into the folder and may write there. The folder is ours: it is made when missing. */
async function canWriteInside(folder: string, user: RunAs, exists: boolean): Promise<boolean> {
  if (!exists) {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await chown(folder, user.uid, user.gid);
  }
  const probe = toolCommand(
    '/bin/sh',
    ['-c', 'cd "$1" && : > .reachable && rm .reachable', 'sh', folder],
    user,
  );
  return (await runCommand(probe, 5_000)).code === 0;
}

async function rememberedOutside(dataDir: string, clusterInside: boolean): Promise<string | undefined> {
  const remembered = location.safeParse(await readJson(path.join(dataDir, LOCATION_FILE)));
  if (!remembered.success) return undefined;
  const { outside } = remembered.data;
  if (existsSync(outside)) return outside;
  if (clusterInside) return undefined;
  throw new StartError(
    `The PostgreSQL data of ${dataDir} lay in ${outside} and is gone.`,
    `Bring it back, or remove ${dataDir} to begin afresh.`,
  );
}

/** Made with an unguessable ending: anybody may put things into /var/tmp, so a name known before is not safe. */
async function makeOutside(dataDir: string, parent: string, user: RunAs): Promise<string> {
  const real = await realpath(dataDir);
  const name = path.basename(real).replaceAll(/[^\w-]+/g, '') || 'data';
  const digest = createHash('sha256').update(real).digest('hex').slice(0, 8);
  const outside = await mkdtemp(path.join(parent, `plan-change-${name}-${digest}-`));
  await chown(outside, user.uid, user.gid);
  await writePrivateJson(path.join(dataDir, LOCATION_FILE), { outside });
  return outside;
}

async function copyOutside(native: NativePostgres, outside: string, user: RunAs): Promise<string> {
  const copy = path.join(outside, `native-${native.version}`);
  await copyNative(native, copy);
  if (await canRun(copy, user)) return copy;
  throw new StartError(
    `The PostgreSQL binaries do not run as the user postgres, not even from ${copy}.`,
    'Start as another user than root, or give a PostgreSQL with DATABASE_URL.',
  );
}
