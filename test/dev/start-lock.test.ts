import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { isAlive, processMark, type ProcessMark } from '../../dev/stack/process.ts';
import { lockDataDir, lockHolder } from '../../dev/stack/start-lock.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

describe('one start for each DATA_DIR', () => {
  let folder: { path: string; remove: () => void };
  let run: string;
  let other: ChildProcess;
  let mark: ProcessMark;
  const dead = { pid: process.pid, startedAt: 'long ago' };

  beforeEach(async () => {
    folder = temporaryFolder();
    run = path.join(folder.path, 'run');
    mkdirSync(run);
    other = spawn('/bin/sh', ['-c', 'echo up; exec sleep 60'], { stdio: ['ignore', 'pipe', 'ignore'] });
    await once(other.stdout!, 'data');
    mark = processMark(other.pid!)!;
  });
  afterEach(() => {
    other.kill('SIGKILL');
    folder.remove();
  });
  const lockedBy = (content: unknown): void => {
    writeFileSync(
      path.join(run, 'start.lock'),
      typeof content === 'string' ? content : JSON.stringify(content),
    );
  };

  it('is held until it is let go, and leaves nothing else behind', async () => {
    const unlock = await lockDataDir(folder.path, run);
    assert.equal(lockHolder(run), process.pid);
    assert.deepEqual(readdirSync(run), ['start.lock']);
    unlock();
    assert.equal(lockHolder(run), undefined);
    assert.deepEqual(readdirSync(run), []);
  });

  it('refuses a second one, naming the first by process and URL', async () => {
    lockedBy(mark);
    writeFileSync(path.join(folder.path, 'endpoints.json'), '{"api":"http://127.0.0.1:8099"}');
    await assert.rejects(lockDataDir(folder.path, run), {
      name: 'StartError',
      message: `${folder.path} is in use by a start that is running (process ${mark.pid}, http://127.0.0.1:8099).`,
      advice: new RegExp(`kill ${mark.pid}`),
    });
    assert.ok(isAlive(mark));
    assert.equal(lockHolder(run), mark.pid);
  });

  it('refuses while the npm of the first lives', async () => {
    lockedBy({ ...mark, npm: processMark(process.pid) });
    await assert.rejects(lockDataDir(folder.path, run), /is in use/);
  });

  it('stops a first one whose npm was killed, and takes its place', async () => {
    lockedBy({ ...mark, npm: dead });
    const unlock = await lockDataDir(folder.path, run);
    assert.ok(!isAlive(mark));
    assert.equal(lockHolder(run), process.pid);
    unlock();
  });

  for (const [what, content] of [
    ['of a start that was killed', dead],
    ['that is cut short', '{"pid":12'],
    ['that is empty', ''],
  ] as const) {
    it(`takes over a lock ${what}`, async () => {
      lockedBy(content);
      const unlock = await lockDataDir(folder.path, run);
      assert.equal(lockHolder(run), process.pid);
      unlock();
      assert.ok(!existsSync(path.join(run, 'start.lock')));
    });
  }

  it('does not let go of a lock that another holds by now', async () => {
    const unlock = await lockDataDir(folder.path, run);
    lockedBy(mark);
    unlock();
    assert.equal(lockHolder(run), mark.pid);
  });
});
