import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { endLeftovers } from '../../dev/stack/leftovers.ts';
import { pidFileNames, readPidFile, writePidFile } from '../../dev/stack/pid-file.ts';
import {
  commandLine,
  endProcess,
  isAlive,
  parentOf,
  processMark,
  type ProcessMark,
} from '../../dev/stack/process.ts';
import { eventually } from '../support/eventually.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

describe('processes and their notes', () => {
  let folder: { path: string; remove: () => void };
  let children: ChildProcess[];

  beforeEach(() => {
    folder = temporaryFolder();
    children = [];
  });
  afterEach(() => {
    for (const child of children) child.kill('SIGKILL');
    folder.remove();
  });

  /** A shell in its own process group that says when it is ready. */
  const shell = async (script: string): Promise<ProcessMark & { child: ChildProcess }> => {
    const child = spawn('/bin/sh', ['-c', script], {
      detached: true,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    children.push(child);
    await once(child.stdout, 'data');
    const mark = processMark(child.pid!);
    assert.ok(mark);
    return { ...mark, child };
  };

  it('tells a live process from none, and from a later one with its number', async () => {
    const { child, ...mark } = await shell('echo up; sleep 60');
    assert.ok(isAlive(mark));
    assert.ok(!isAlive({ ...mark, startedAt: `${mark.startedAt}0` }));
    assert.equal(parentOf(mark.pid), process.pid);
    assert.match(commandLine(mark.pid), /echo up/);
    const exit = once(child, 'exit');
    child.kill('SIGKILL');
    await exit;
    assert.ok(!isAlive(mark));
    assert.equal(processMark(mark.pid), undefined);
  });

  it('counts a zombie as gone', async () => {
    // The shell's child ends at once, and the shell, become `sleep`, never asks for its status.
    const { pid } = await shell(
      `sh -c 'echo $$ > ${path.join(folder.path, 'child')}' & echo up; exec sleep 60`,
    );
    const zombie = await eventually(async () => {
      const child = Number(readFileSync(path.join(folder.path, 'child'), 'utf8'));
      return Promise.resolve(child > 0 && processMark(child) === undefined ? child : undefined);
    });
    assert.ok(zombie > 0 && processMark(pid));
  });

  it('reads a note back only while the same process lives', async () => {
    const { child, pid } = await shell('echo up; sleep 60');
    const mark = writePidFile(folder.path, 'worker', pid);
    assert.deepEqual(readPidFile(folder.path, 'worker'), mark);
    assert.deepEqual(pidFileNames(folder.path), ['worker']);
    const exit = once(child, 'exit');
    child.kill('SIGKILL');
    await exit;
    assert.equal(readPidFile(folder.path, 'worker'), undefined);
  });

  for (const [what, content] of [
    ['of another process with the same number', JSON.stringify({ pid: process.pid, startedAt: 'long ago' })],
    ['that is cut short', '{"pid":'],
    ['with a number that is none', '{"pid":-1,"startedAt":"x"}'],
    ['that is empty', ''],
  ] as const) {
    it(`does not believe a note ${what}, and ends nothing for it`, async () => {
      writeFileSync(path.join(folder.path, 'worker.pid'), content);
      assert.equal(readPidFile(folder.path, 'worker'), undefined);
      assert.deepEqual(await endLeftovers(folder.path), []);
      assert.ok(!existsSync(path.join(folder.path, 'worker.pid')));
    });
  }

  it('ends with the signal, or by force after the bound, with the whole group', async () => {
    const willing = await shell('trap "exit 0" TERM; echo up; while :; do sleep 0.05; done');
    assert.equal(await endProcess(willing, { signal: 'SIGTERM', within: 5_000 }), 'stopped');
    assert.equal(await endProcess(willing, { signal: 'SIGTERM', within: 5_000 }), 'absent');
    const file = path.join(folder.path, 'grandchild');
    const deaf = await shell(
      `trap "" TERM; sleep 60 & echo $! > ${file}; echo up; while :; do sleep 0.05; done`,
    );
    assert.equal(await endProcess(deaf, { signal: 'SIGTERM', within: 200 }), 'killed');
    const grandchild = Number(readFileSync(file, 'utf8'));
    await eventually(() => Promise.resolve(processMark(grandchild) ? undefined : true));
  });

  it('ends what a killed start left, and forgets its notes', async () => {
    const [worker, postgres] = [await shell('echo up; exec sleep 60'), await shell('echo up; exec sleep 60')];
    writePidFile(folder.path, 'worker', worker.pid);
    writePidFile(folder.path, 'postgres', postgres.pid);
    assert.deepEqual(await endLeftovers(folder.path), ['worker', 'postgres']);
    assert.ok(!isAlive(worker) && !isAlive(postgres));
    assert.deepEqual(pidFileNames(folder.path), []);
  });
});
