import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { readPidFile, pidFileNames } from '../../dev/stack/pid-file.ts';
import { isAlive, signalProcess } from '../../dev/stack/process.ts';
import { createSupervisor, type Service, type Supervisor } from '../../dev/stack/supervisor.ts';
import { eventually } from '../support/eventually.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

describe('supervisor', () => {
  let folder: { path: string; remove: () => void };
  let starting: AbortController;
  let supervisor: Supervisor;
  let said: string[];
  const at = (...parts: string[]): string => path.join(folder.path, ...parts);

  beforeEach(() => {
    folder = temporaryFolder();
    mkdirSync(at('run'));
    mkdirSync(at('logs'));
    starting = new AbortController();
    said = [];
    const say = (line: string): void => void said.push(line);
    const places = { runFolder: at('run'), logFolder: at('logs'), dataDir: folder.path };
    supervisor = createSupervisor({ ...places, say, starting, firstPause: 10 });
  });
  afterEach(() => {
    supervisor.killAll();
    folder.remove();
  });

  const service = (name: string, script: string, more: Partial<Service> = {}): Service => ({
    name,
    title: `the ${name}`,
    command: { file: '/bin/sh', args: ['-c', script] },
    answers: () => true,
    answersWithin: 2_000,
    stop: { signal: 'SIGTERM', within: 2_000 },
    ...more,
  });

  it('notes each child and its output in files that only we may read', async () => {
    await supervisor.start(service('worker', 'echo hello; exec sleep 60'));
    const mark = supervisor.mark('worker');
    assert.ok(mark && isAlive(mark));
    assert.deepEqual(readPidFile(at('run'), 'worker'), mark);
    await eventually(() =>
      Promise.resolve(readFileSync(at('logs', 'worker.log'), 'utf8') === 'hello\n' || undefined),
    );
    assert.equal(statSync(at('logs', 'worker.log')).mode & 0o777, 0o600);
  });

  for (const signal of ['SIGKILL', 'SIGSEGV'] as const) {
    it(`starts a child again that ended by ${signal}, and says so`, async () => {
      await supervisor.start(service('worker', 'exec sleep 60'));
      supervisor.settle();
      const before = supervisor.mark('worker');
      assert.ok(before && signalProcess(before, signal));
      const after = await eventually(() => {
        const mark = supervisor.mark('worker');
        return Promise.resolve(mark && mark.pid !== before.pid && said.length === 2 ? mark : undefined);
      });
      assert.deepEqual(readPidFile(at('run'), 'worker'), after);
      assert.deepEqual(said, [`The worker ended (${signal}); it is started again.`, 'The worker is back.']);
    });
  }

  it('keeps trying, with growing pauses, until a child stays', async () => {
    // Fails until its fourth start.
    const script = `echo x >> ${at('starts')}; [ $(wc -l < ${at('starts')}) -gt 4 ] || exit 7; exec sleep 60`;
    supervisor.settle();
    await supervisor.start(service('api', script, { answers: () => supervisor.mark('api') !== undefined }));
    await eventually(() => Promise.resolve(said.at(-1) === 'The api is back.' || undefined));
    await eventually(() =>
      Promise.resolve(
        readFileSync(at('starts'), 'utf8').split('\n').length === 6 && supervisor.mark('api')
          ? true
          : undefined,
      ),
    );
    assert.equal(
      said.filter((line) => line === 'The api ended (exit code 7); it is started again.').length,
      4,
    );
  });

  it('stops in the order given, and by force what does not listen', async () => {
    const noting = (name: string): string =>
      `trap 'echo ${name} >> ${at('order')}; exit 0' TERM; touch ${at(name)}; while :; do sleep 0.02; done`;
    const exists = (name: string) => (): boolean =>
      statSync(at(name), { throwIfNoEntry: false }) !== undefined;
    await supervisor.start(service('postgres', noting('postgres'), { answers: exists('postgres') }));
    await supervisor.start(service('api', noting('api'), { answers: exists('api') }));
    const deaf = `trap "" TERM; touch ${at('deaf')}; while :; do sleep 0.02; done`;
    const bound = { signal: 'SIGTERM', within: 100 } as const;
    await supervisor.start(service('worker', deaf, { answers: exists('deaf'), stop: bound }));
    supervisor.settle();
    const marks = ['api', 'worker', 'postgres'].map((name) => supervisor.mark(name));
    await supervisor.stopAll(['api', 'worker', 'unknown', 'postgres']);
    assert.equal(readFileSync(at('order'), 'utf8'), 'api\npostgres\n');
    for (const mark of marks) assert.ok(mark && !isAlive(mark));
    assert.deepEqual(pidFileNames(at('run')), []);
    assert.deepEqual(said, []);
  });

  it('starts nothing any more once it stops', async () => {
    await supervisor.stopAll([]);
    await assert.rejects(supervisor.start(service('late', 'exec sleep 60')));
    assert.equal(supervisor.mark('late'), undefined);
  });

  const failing: readonly (readonly [string, string, RegExp])[] = [
    [
      'its last words',
      'echo fine; echo "Error: no such table" >&2; exit 3',
      /\(exit code 3\): Error: no such table$/,
    ],
    [
      'a logged error',
      `echo '{"level":60,"msg":"cannot bind","err":{"message":"taken"}}'; exit 1`,
      /: cannot bind: taken$/,
    ],
    [
      'a full disk',
      'echo "FATAL: could not write: No space left on device"; exit 1',
      /^The disk is full: nothing/,
    ],
    ['only its end', 'exit 9', /^The api ended while starting \(exit code 9\)$/],
  ];
  for (const [what, script, message] of failing) {
    it(`fails the start when a child ends during it, with ${what}`, async () => {
      await assert.rejects(supervisor.start(service('api', script, { answers: () => false })), {
        name: 'StartError',
        message,
      });
      assert.ok(starting.signal.aborted);
    });
  }

  it('fails the start for a program that is not there', async () => {
    const missing = service('api', '', { command: { file: at('nothing'), args: [] }, answers: () => false });
    await assert.rejects(supervisor.start(missing), { message: 'The api ended while starting (ENOENT)' });
  });

  it('fails the start when a child stays silent', async () => {
    const silent = service('api', 'exec sleep 60', { answers: () => false, answersWithin: 50 });
    await assert.rejects(supervisor.start(silent), { message: 'The api does not answer after 0.05 s.' });
  });
});
