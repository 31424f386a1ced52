import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { launchChromium, resolveChromium, type Chromium } from '../../dev/browser/chromium.ts';
import { unpackChromium, type UnpackedChromium } from '../../dev/browser/npm-chromium.ts';
import { StartError } from '../../dev/stack/start-error.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const RUNS = '#!/bin/sh\necho "Chromium 147.0.0.0"\n';
const STUB = '#!/bin/sh\necho "Please install the snap" >&2\nexit 1\n';
const NEEDS_LIBRARIES = `#!/bin/sh
case "$LD_LIBRARY_PATH" in *nss*) echo "Chromium 147.0.0.0" ;; *) echo "libnss3.so: not found" >&2; exit 127 ;; esac
`;

describe('finding a Chromium', () => {
  let folder: { path: string; remove: () => void };
  const at = (...parts: string[]): string => path.join(folder.path, ...parts);

  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(() => {
    folder.remove();
  });

  const executable = (name: string, content: string): string => {
    const file = at(name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, content);
    chmodSync(file, 0o755);
    return file;
  };
  const nothingFromNpm = (): Promise<string> => Promise.resolve('it is not installed');
  const fromNpm = (file: string) => (): Promise<UnpackedChromium> =>
    Promise.resolve({ file, libraries: at('nss'), fontsConfig: at('fonts.conf') });
  const resolve = (
    env: NodeJS.ProcessEnv,
    unpack: () => Promise<UnpackedChromium | string> = nothingFromNpm,
  ): Promise<Chromium> =>
    resolveChromium({ env: { PATH: at('bin'), ...env }, cacheDir: at('cache'), places: [], unpack });

  it('takes CHROMIUM_PATH before everything else', async () => {
    executable('bin/chromium', RUNS);
    const wanted = executable('elsewhere/my-browser', RUNS);
    assert.equal((await resolve({ CHROMIUM_PATH: wanted })).file, wanted);
  });

  it('says so when CHROMIUM_PATH does not run, and takes no other', async () => {
    executable('bin/chromium', RUNS);
    const wanted = executable('elsewhere/my-browser', STUB);
    await assert.rejects(
      resolve({ CHROMIUM_PATH: wanted }),
      (error) => error instanceof StartError && error.message.includes('Please install the snap'),
    );
  });

  it('passes over what is on PATH and does not run', async () => {
    executable('bin/chromium-browser', STUB);
    const chrome = executable('bin/google-chrome', RUNS);
    assert.equal((await resolve({})).file, chrome);
  });

  it('gives the one from npm its libraries only where the system lacks them', async () => {
    const complete = await resolve({}, fromNpm(executable('npm/complete', RUNS)));
    assert.equal(complete.env['LD_LIBRARY_PATH'], undefined);
    const needy = await resolve({}, fromNpm(executable('npm/needy', NEEDS_LIBRARIES)));
    assert.equal(needy.env['LD_LIBRARY_PATH'], at('nss'));
  });

  it('says what to install when there is none', async () => {
    await assert.rejects(resolve({}), (error) => {
      assert.ok(error instanceof StartError);
      assert.match(error.message, /No Chromium.*it is not installed/);
      assert.match(error.advice, /apt-get install chromium.*CHROMIUM_PATH/);
      return true;
    });
  });

  it('has one from npm that opens a page where none is installed', async function () {
    if (process.platform !== 'linux' || process.arch !== 'x64') {
      assert.deepEqual(typeof (await unpackChromium(at('cache'))), 'string');
      return;
    }
    const browser = await launchChromium({
      env: { ...process.env, PATH: '', CHROMIUM_PATH: '' },
      cacheDir: at('cache'),
      places: [],
    });
    try {
      const page = await browser.newPage();
      await page.setContent('<h1>Your plan change</h1>');
      assert.equal(await page.getByRole('heading', { level: 1 }).innerText(), 'Your plan change');
    } finally {
      await browser.close();
    }
    const left = readdirSync(at('cache', 'chromium'));
    assert.equal(left.length, 1, `half of an unpacking was left: ${left.join(', ')}`);
  });
});
