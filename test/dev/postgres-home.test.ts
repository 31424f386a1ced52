import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { findPostgresHome } from '../../dev/stack/postgres-home.ts';
import { endPostmaster } from '../../dev/stack/postgres.ts';
import { processMark } from '../../dev/stack/process.ts';
import { eventually } from '../support/eventually.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** Only as root does PostgreSQL run as another user, from whom folders can be closed. */
const isRoot = process.getuid?.() === 0;

describe('where PostgreSQL lives', () => {
  let closed: { path: string; remove: () => void };
  let open: { path: string; remove: () => void };
  beforeEach(() => {
    closed = temporaryFolder(0o700);
    open = temporaryFolder(0o711);
  });
  afterEach(() => {
    closed.remove();
    open.remove();
  });
  const find = (dataDir: string): ReturnType<typeof findPostgresHome> => {
    mkdirSync(dataDir, { recursive: true });
    return findPostgresHome({ dataDir, outsideParent: open.path });
  };

  it('is DATA_DIR where its user can get in', async () => {
    const dataDir = path.join(open.path, 'data');
    const home = await find(dataDir);
    assert.equal(home.cluster, path.join(dataDir, 'postgres'));
    assert.equal(home.user === undefined, !isRoot);
  });

  it('is a folder named after DATA_DIR where its user cannot, remembered, and no permission is changed', async () => {
    const dataDir = path.join(closed.path, 'my data');
    const home = await find(dataDir);
    assert.equal(statSync(closed.path).mode & 0o777, 0o700);
    assert.deepEqual(await find(dataDir), home);
    if (!isRoot) {
      assert.equal(home.cluster, path.join(dataDir, 'postgres'));
      return;
    }
    assert.match(path.relative(open.path, home.cluster), /^plan-change-mydata-[0-9a-f]{8}-\w{6}\/data$/);
    assert.equal(statSync(path.dirname(home.cluster)).uid, home.user?.uid);
    assert.deepEqual(JSON.parse(readFileSync(path.join(dataDir, 'postgres-location.json'), 'utf8')), {
      outside: home.outside,
    });
    rmSync(home.outside ?? '', { recursive: true });
    await assert.rejects(find(dataDir), /The PostgreSQL data of .* lay in .* and is gone\.$/);
  });

  it('stays in DATA_DIR when there is data already, run as its owner', async () => {
    const cluster = path.join(open.path, 'data', 'postgres');
    await find(path.dirname(cluster));
    writeFileSync(path.join(cluster, 'PG_VERSION'), '18\n');
    const home = await find(path.dirname(cluster));
    assert.equal(home.cluster, cluster);
    assert.equal(statSync(cluster).uid, home.user?.uid ?? process.getuid?.());
  });

  it('forgets a postmaster.pid whose number another process has, and ends nothing for it', async () => {
    const pidFile = path.join(open.path, 'postmaster.pid');
    writeFileSync(pidFile, `${process.pid}\n${open.path}\n`);
    assert.equal(await endPostmaster(open.path), 'absent');
    assert.ok(!existsSync(pidFile));
  });

  it('ends what a killed server left on the cluster, and forgets its number though a zombie has it', async () => {
    // The shell's child ends at once, and the shell, become `sleep`, never asks for its status.
    const script = "sh -c 'echo $$ > postmaster.pid' & exec sleep 60";
    const orphan = spawn('/bin/sh', ['-c', script], { cwd: open.path, stdio: 'ignore' });
    try {
      const pidFile = path.join(open.path, 'postmaster.pid');
      await eventually(() => {
        const pid = existsSync(pidFile) ? Number(readFileSync(pidFile, 'utf8')) : 0;
        return Promise.resolve((pid > 0 && processMark(pid) === undefined) || undefined);
      });
      const exit = once(orphan, 'exit');
      assert.equal(await endPostmaster(open.path), 'absent');
      assert.ok(!existsSync(pidFile));
      if (process.platform === 'linux') await exit;
    } finally {
      orphan.kill('SIGKILL');
    }
  });
});
