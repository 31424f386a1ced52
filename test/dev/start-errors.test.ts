import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { checkGivenPostgres } from '../../dev/stack/given-postgres.ts';
import { prepareGivenTemporal, readGivenTemporal } from '../../dev/stack/given-temporal.ts';
import { prepareCluster, withConnection } from '../../dev/stack/postgres.ts';
import { readStartConfig } from '../../dev/stack/start-config.ts';
import { diskFull, explainFailure, explainLog } from '../../dev/stack/start-error.ts';
import { freePort, freePorts, testPostgres, testTemporal } from '../support/test-stack.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** Runs dev/start.ts, which is expected to refuse, and returns what a person would see. */
function start(env: NodeJS.ProcessEnv, args: string[] = []): { status: number | null; output: string } {
  const command = ['--import', 'tsx', 'dev/start.ts', '--no-demo', ...args];
  const result = spawnSync(process.execPath, command, {
    env: { ...process.env, DEBUG: '', ...env },
    encoding: 'utf8',
    timeout: 15_000,
  });
  return { status: result.status, output: result.stdout + result.stderr };
}

describe('what npm start says when it cannot', () => {
  let folder: { path: string; remove: () => void };
  before(() => {
    folder = temporaryFolder();
  });
  after(() => {
    folder.remove();
  });
  const dataDir = (name: string): string => path.join(folder.path, name);

  it('one sentence, what to do, exit code 1 and no stack for a port that is set and busy', async () => {
    const { ownerUrl } = await testPostgres();
    const { port } = new URL(ownerUrl);
    const { status, output } = start({ DATA_DIR: dataDir('busy'), API_PORT: port });
    assert.equal(status, 1);
    assert.equal(
      output.trim(),
      `Port ${port} (API_PORT) is in use by another program.\n` +
        'Stop that program, set API_PORT to another port, or unset it to take the next free one.',
    );
  });

  it('names the settings that cannot be used', () => {
    const { status, output } = start({
      DATA_DIR: dataDir('bad'),
      API_PORT: '99999',
      DATABASE_URL: 'mysql://x',
    });
    assert.equal(status, 1);
    assert.match(output, /API_PORT: .*DATABASE_URL: |DATABASE_URL: .*API_PORT: /);
    assert.doesNotMatch(output, /\n\s+at /);
  });

  it('a wrong DATABASE_URL ends the start, and leaves nothing running', async () => {
    const [port, outbox, api] = await freePorts(3);
    const url = `postgresql://postgres:very-secret@127.0.0.1:${port}/postgres`;
    const ports = { OUTBOX_PORT: String(outbox), API_PORT: String(api) };
    const temporal = await testTemporal();
    const { status, output } = start({
      ...ports,
      DATA_DIR: dataDir('wrong'),
      DATABASE_URL: url,
      TEMPORAL_ADDRESS: temporal.address,
    });
    assert.equal(status, 1);
    assert.match(
      output,
      new RegExp(`PostgreSQL at 127.0.0.1:${port} \\(DATABASE_URL\\) cannot be reached: ECONNREFUSED`),
    );
    assert.doesNotMatch(output, /very-secret|\n\s+at /);
    await assert.rejects(fetch(`http://127.0.0.1:${ports.OUTBOX_PORT}/messages`));
  });

  describe('DATABASE_URL', () => {
    let server: URL;
    before(async () => {
      server = new URL((await testPostgres()).ownerUrl);
      await withConnection(server.href, (client) =>
        client.query("CREATE ROLE start_plain LOGIN PASSWORD 'start-plain-password'"),
      );
    });
    after(async () => {
      await withConnection(server.href, (client) => client.query('DROP ROLE start_plain'));
    });
    const url = (change: Partial<Pick<URL, 'username' | 'password' | 'pathname' | 'hostname'>>): string =>
      Object.assign(new URL(server.href), change).href;

    it('is taken when it may do what is needed', async () => {
      await checkGivenPostgres(server.href);
    });
    const cases: readonly (readonly [string, Parameters<typeof url>[0], RegExp])[] = [
      [
        'a wrong password',
        { password: 'start-wrong-password' },
        /does not let postgres in: wrong password or role\.$/,
      ],
      ['an unknown role', { username: 'nobody_here' }, /does not let nobody_here in/],
      ['an unknown database', { pathname: '/nothing' }, /has no database nothing\.$/],
      ['a host that does not exist', { hostname: 'database.invalid' }, /cannot be reached: E/],
      [
        'a role with too few rights',
        { username: 'start_plain', password: 'start-plain-password' },
        /role start_plain of DATABASE_URL may not make roles/,
      ],
    ];
    for (const [what, change, message] of cases) {
      it(`says so for ${what}`, async () => {
        await assert.rejects(checkGivenPostgres(url(change)), (error: Error & { advice: string }) => {
          assert.equal(error.name, 'StartError');
          assert.match(error.message, message);
          assert.doesNotMatch(error.message + error.advice, /password=|start-wrong|start-plain-password/);
          return true;
        });
      });
    }
  });

  describe('TEMPORAL_ADDRESS', () => {
    it('is taken as it is, and its missing search attributes registered', async () => {
      const { address } = await testTemporal();
      const given = readGivenTemporal({
        TEMPORAL_ADDRESS: address,
        TEMPORAL_CONFIG_FILE: dataDir('none.toml'),
      });
      assert.deepEqual([given.address, given.namespace], [address, 'default']);
      await prepareGivenTemporal(given);
    });

    it('says so when nobody answers there', async () => {
      const address = `127.0.0.1:${await freePort()}`;
      const given = readGivenTemporal({
        TEMPORAL_ADDRESS: address,
        TEMPORAL_CONFIG_FILE: dataDir('none.toml'),
      });
      await assert.rejects(prepareGivenTemporal(given), {
        name: 'StartError',
        message: new RegExp(
          `^The Temporal server at ${address} \\(TEMPORAL_ADDRESS\\), namespace default, cannot be used`,
        ),
      });
    });

    it('says so for a namespace that does not exist', async () => {
      const { address } = await testTemporal();
      const env = {
        TEMPORAL_ADDRESS: address,
        TEMPORAL_NAMESPACE: 'nowhere',
        TEMPORAL_CONFIG_FILE: dataDir('none.toml'),
      };
      await assert.rejects(
        prepareGivenTemporal(readGivenTemporal(env)),
        /namespace nowhere, cannot be used: .*not found/,
      );
    });
  });

  it('refuses the data of another major version of PostgreSQL', async () => {
    const cluster = dataDir('old-cluster');
    mkdirSync(cluster);
    writeFileSync(path.join(cluster, 'PG_VERSION'), '16\n');
    const home = { cluster, initdb: 'initdb', postgres: 'postgres', user: undefined, outside: undefined };
    await assert.rejects(prepareCluster(home, 'unused', { durable: true }), {
      name: 'StartError',
      message: `The data in ${cluster} was made by PostgreSQL 16; this is PostgreSQL 18.`,
    });
  });

  it('refuses one port for two', () => {
    assert.throws(
      () => readStartConfig({ API_PORT: '9000', OUTBOX_PORT: '9000' }),
      /API_PORT.*9000|OUTBOX_PORT.*9000/,
    );
  });

  describe('a full disk', () => {
    const sentence = diskFull('/data').message;

    it('is told from the error of a write', () => {
      const error = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
      for (const each of [error, new Error('could not bundle', { cause: error })]) {
        assert.equal(explainFailure(each, '/data').message, sentence);
      }
    });

    for (const line of [
      'initdb: error: could not write to file "base/1": No space left on device',
      'PANIC:  could not write to file "pg_wal/xlogtemp.7": No space left on device',
      '{"level":"error","msg":"database or disk is full (13)"}',
      "Error: ENOSPC: no space left on device, open '/data/outbox.jsonl'",
    ]) {
      it(`is told from a child's words: ${line.slice(0, 50)}`, () => {
        assert.equal(explainLog(`fine\n${line}\n`, '/data')?.message, sentence);
      });
    }

    it('ends a real start on a disk of one megabyte', () => {
      const disk = dataDir('disk');
      mkdirSync(disk);
      // A mount namespace of its own: the mount is gone with the process. Only root may do that.
      const inner = `mount -t tmpfs -o size=1m tmpfs "$1" && exec "$0" --import tsx dev/start.ts --no-demo --data-dir "$1/data"`;
      const run = spawnSync('unshare', ['-m', 'sh', '-c', inner, process.execPath, disk], {
        encoding: 'utf8',
        timeout: 15_000,
        env: { ...process.env, DEBUG: '' },
      });
      const mayMount =
        run.error === undefined && !/unshare failed|permission denied|must be superuser/i.test(run.stderr);
      const seen = mayMount ? run.stdout + run.stderr : explainFailure(diskFull(disk), disk).message;
      if (mayMount) assert.equal(run.status, 1);
      assert.match(seen, /The disk is full: nothing more can be written under /);
    });
  });

  it('names a folder that may not be written', () => {
    const error = Object.assign(new Error("EACCES: permission denied, mkdir '/data'"), { code: 'EACCES' });
    assert.match(explainFailure(error, '/data').message, /^\/data cannot be written: EACCES/);
  });
});
