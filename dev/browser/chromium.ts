import { access, constants } from 'node:fs/promises';
import path from 'node:path';
import { chromium, type Browser } from 'playwright-core';
import { cacheFolder } from '../stack/cache-folder.ts';
import { runCommand } from '../stack/run-command.ts';
import { StartError } from '../stack/start-error.ts';
import { unpackChromium, type UnpackedChromium } from './npm-chromium.ts';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];
/** Where desktop systems keep it without putting it on PATH. */
const PLACES: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  darwin: [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
  ],
  win32: [
    String.raw`C:\Program Files\Google\Chrome\Application\chrome.exe`,
    String.raw`C:\Program Files (x86)\Google\Chrome\Application\chrome.exe`,
  ],
};
const PROBE_WITHIN_MS = 30_000;

export interface Chromium {
  readonly file: string;
  /** Its environment: the given one, and what the one from npm needs besides. */
  readonly env: NodeJS.ProcessEnv;
  /** For people: where it came from. */
  readonly source: string;
}

export interface ChromiumOptions {
  /** CHROMIUM_PATH (a file, before everything else), PATH, and what a child process needs. */
  readonly env: NodeJS.ProcessEnv;
  /** Where the one from npm is kept once it is unpacked; the user's cache unless told. */
  readonly cacheDir?: string;
  /** Files looked at after PATH; the usual ones of this platform unless told. */
  readonly places?: readonly string[];
  /** Brings the one from npm, or says why it cannot. */
  readonly unpack?: (cacheDir: string) => Promise<UnpackedChromium | string>;
}

/**
 * Finds a Chromium that runs here: CHROMIUM_PATH, else one on PATH or in the usual places, else the one in the
 * npm package @sparticuz/chromium (Linux on x64), which serves where nothing is installed.
 * Throws StartError saying what to install when there is none, or when CHROMIUM_PATH is set and does not run.
 */
export async function resolveChromium(options: ChromiumOptions): Promise<Chromium> {
  const { env } = options;
  const wanted = env['CHROMIUM_PATH'];
  if (wanted !== undefined && wanted !== '') {
    const failure = await whyNot(wanted, env);
    if (failure === undefined) return { file: wanted, env, source: 'CHROMIUM_PATH' };
    throw new StartError(
      `CHROMIUM_PATH is ${wanted}, which does not run: ${failure}.`,
      'Set it to the file of a Chromium or Chrome, or leave it out to have one found.',
    );
  }
  for (const file of [...onPath(env['PATH'] ?? ''), ...(options.places ?? PLACES[process.platform] ?? [])]) {
    if (await isExecutable(file)) {
      if ((await whyNot(file, env)) === undefined) return { file, env, source: 'installed' };
    }
  }
  const unpacked = await (options.unpack ?? unpackChromium)(options.cacheDir ?? cacheFolder(env));
  const failure = typeof unpacked === 'string' ? unpacked : await firstFailure(unpacked, env);
  if (typeof failure !== 'string') return failure;
  throw new StartError(
    `No Chromium: none on PATH runs (looked for ${NAMES.join(', ')}), and the npm package @sparticuz/chromium cannot be used (${failure}).`,
    'Install Chromium or Google Chrome (Debian and Ubuntu: apt-get install chromium), or set CHROMIUM_PATH to its file.',
  );
}

/** Starts the Chromium that resolveChromium finds, without a window. Closed by `close()`. Throws StartError. */
export async function launchChromium(options: ChromiumOptions): Promise<Browser> {
  const found = await resolveChromium(options);
  return chromium.launch({
    executablePath: found.file,
    env: present(found.env),
    // Chromium's sandbox does not work for root.
    chromiumSandbox: process.getuid?.() !== 0,
    // A container's /dev/shm is too small for it.
    args: ['--disable-dev-shm-usage'],
  });
}

/** As it is where the system has the libraries it needs, else with those that came with it. */
async function firstFailure(unpacked: UnpackedChromium, env: NodeJS.ProcessEnv): Promise<Chromium | string> {
  const [source, { file, libraries, fontsConfig }] = ['npm', unpacked];
  const fonts = (await isReadable('/etc/fonts/fonts.conf')) ? {} : { FONTCONFIG_FILE: fontsConfig };
  const plain = { ...env, ...fonts };
  if ((await whyNot(file, plain)) === undefined) return { file, env: plain, source };
  const searched = [libraries, env['LD_LIBRARY_PATH']].filter(Boolean).join(path.delimiter);
  const complete = { ...plain, LD_LIBRARY_PATH: searched };
  return (await whyNot(file, complete)) ?? { file, env: complete, source };
}

function onPath(searchPath: string): string[] {
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const folders = searchPath.split(path.delimiter).filter((folder) => folder !== '');
  return folders.flatMap((folder) => NAMES.map((name) => path.join(folder, name + suffix)));
}

/** Undefined when the file is a Chromium that runs: libraries may be missing, or it is only a stub. */
async function whyNot(file: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  // On Windows `--version` opens a window instead.
  if (process.platform === 'win32') return (await isExecutable(file)) ? undefined : 'no such file';
  const result = await runCommand({ file, args: ['--version'], env }, PROBE_WITHIN_MS);
  if (result.code === 0 && /chrom/i.test(result.stdout)) return undefined;
  if (result.timedOut) return `no answer within ${PROBE_WITHIN_MS / 1_000} s`;
  const said = (result.stderr.trim() || result.stdout.trim()).split('\n').at(-1) ?? '';
  return result.startFailure ?? (said === '' ? `exit code ${result.code ?? 'unknown'}` : said);
}

function present(env: NodeJS.ProcessEnv): Record<string, string> {
  const entries = Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return Object.fromEntries(entries);
}

async function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}

async function isReadable(file: string): Promise<boolean> {
  return access(file, constants.R_OK).then(
    () => true,
    () => false,
  );
}
