import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Knex } from 'knex';
import { openDatabase } from '../../db/knex.ts';
import { localDateOf } from '../../domain/calendar.ts';
import { findDatabase } from '../../dev/import/find-database.ts';
import { derivedPasswords } from '../../dev/stack/database-passwords.ts';
import { ACCOUNTS_FILE } from '../../dev/seed/seed-demo.ts';
import { createTestDatabase, eventually, type TestDatabase } from '../support/test-stack.ts';

const CLI = fileURLToPath(new URL('../../dev/import/cli.ts', import.meta.url));
const ROOT = path.dirname(path.dirname(path.dirname(CLI)));

interface Run {
  readonly child: ChildProcess;
  readonly ended: Promise<{ code: number | null; stdout: string; stderr: string }>;
}

function start(args: readonly string[], env: Record<string, string> = {}): Run {
  const child = spawn(process.execPath, ['--import', 'tsx', CLI, ...args], {
    cwd: ROOT,
    env: { ...process.env, DATABASE_URL: '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  return { child, ended: once(child, 'close').then(() => ({ code: child.exitCode, stdout, stderr })) };
}

describe('npm run import', function () {
  this.timeout(60_000);
  let folder: string;
  let database: TestDatabase;
  let knex: Knex;
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'plan-change-import-'));
    database = await createTestDatabase('import');
    knex = openDatabase({ url: database.migratorUrl, maxConnections: 2 });
  });
  after(async () => {
    await knex.destroy();
    await database.drop();
    await rm(folder, { recursive: true });
  });

  const importFile = (file: string, ...more: string[]) =>
    start([file, '--database', database.migratorUrl, ...more]).ended;

  async function counts(): Promise<Record<string, number>> {
    const { rows } = await knex.raw<{ rows: Record<string, number>[] }>(`
      SELECT (SELECT count(*)::int FROM customers) customers, (SELECT count(*)::int FROM subscriptions) subscriptions,
             (SELECT count(*)::int FROM subscription_periods WHERE upper_inf(valid)) periods,
             (SELECT count(DISTINCT subscription_id)::int FROM usage_records) usage`);
    return rows[0] ?? {};
  }

  it('killed on its way leaves whole accounts only, and goes on where it was', async () => {
    const { child, ended } = start([ACCOUNTS_FILE, '--database', database.migratorUrl]);
    await eventually(async () => ((await counts())['customers'] ?? 0) > 0 || undefined, { within: 20_000 });
    child.kill('SIGKILL');
    await ended;
    const { customers = 0, ...parts } = await counts();
    assert.ok(customers > 0 && customers < 7043, `${customers} accounts when it was killed`);
    for (const [part, count] of Object.entries(parts)) assert.equal(count, customers, part);

    const { code, stdout } = await importFile(ACCOUNTS_FILE);
    assert.equal(code, 0, stdout);
    assert.match(
      stdout,
      new RegExp(
        `${(7043 - customers).toLocaleString('en-US')} accounts? loaded, ${customers.toLocaleString('en-US')} already there, 0 rows refused`,
      ),
    );
    assert.deepEqual(await counts(), { customers: 7043, subscriptions: 7043, periods: 7043, usage: 7043 });
  });

  it('run again, also twice at once, adds nothing', async () => {
    for (const { code, stdout, stderr } of await Promise.all([
      importFile(ACCOUNTS_FILE),
      importFile(ACCOUNTS_FILE),
    ])) {
      assert.equal(code, 0, stderr);
      assert.match(stdout, /0 accounts loaded, 7,043 already there, 0 rows refused/);
      assert.match(stderr, /^1,000 rows, \d+ % of the file read$/m);
    }
    assert.deepEqual(await counts(), { customers: 7043, subscriptions: 7043, periods: 7043, usage: 7043 });
  });

  it('gives each account its own charge, and a cycle that has begun', async () => {
    const rows = await knex('customers')
      .join('subscriptions', 'subscriptions.customer_id', 'customers.id')
      .join('subscription_periods', 'subscription_periods.subscription_id', 'subscriptions.id')
      .select<
        {
          account_number: string;
          price_minor: bigint;
          plan_code: string;
          anchor_date: string;
          start: Date;
          time_zone: string;
        }[]
      >(
        ...['account_number', 'price_minor', 'plan_code', 'anchor_date', 'time_zone'],
        knex.raw('lower(valid) AS start'),
      );
    const lines = (await readFile(ACCOUNTS_FILE, 'utf8')).trim().split(/\r?\n/).slice(1);
    const charges = new Map(
      lines.map((line) => line.split(',')).map((cells) => [cells[0], Number(cells[18])]),
    );
    for (const row of rows) {
      const months = row.plan_code.endsWith('-yearly') ? 12 : 1;
      assert.equal(
        Number(row.price_minor),
        Math.round((charges.get(row.account_number) ?? NaN) * 100) * months,
      );
      assert.equal(localDateOf(row.start.toISOString(), row.time_zone), row.anchor_date);
      assert.ok(row.start.getTime() <= Date.now());
    }
    assert.equal(rows.length, 7043);
  });

  it('takes the good rows of a bad file and reports the others by line', async () => {
    const [header = '', ...lines] = (await readFile(ACCOUNTS_FILE, 'utf8')).split(/\r?\n/);
    const [one = '', two = '', three = ''] = lines;
    const file = path.join(folder, 'bad.csv');
    const report = path.join(folder, 'report.json');
    await writeFile(
      file,
      [
        header,
        one.replace('7590-VHVEG', 'NEW-1'),
        one.replace('7590-VHVEG', ''),
        two.replace('5575-GNVDE', 'NEW-2').replace('56.95', '5x.95'),
        three.replace('3668-QPYBK', 'NEW-3').replace('DSL', 'Carrier\u001b[2Jpigeon'),
        one.replace('7590-VHVEG', 'new 1'),
        one.replace('7590-VHVEG', '7590vhveg'),
        'NEW-4,Female',
        two.replace('5575-GNVDE', 'NEW-5'),
      ].join('\n'),
    );

    const { code, stdout } = await importFile(file, '--report', report);
    assert.equal(code, 1);
    assert.match(stdout, /2 accounts loaded, 0 already there, 6 rows refused/);
    assert.ok(!stdout.includes('\u001b'));
    const written = JSON.parse(await readFile(report, 'utf8')) as {
      loaded: number;
      alreadyThere: number;
      refused: { line: number; accountNumber: string | null; reason: string }[];
    };
    assert.deepEqual([written.loaded, written.alreadyThere], [2, 0]);
    const expected: [number, string | null, RegExp][] = [
      [3, null, /customerID is missing/],
      [4, 'NEW-2', /MonthlyCharges "5x\.95" is not a decimal/],
      [5, 'NEW-3', /InternetService .* is not one of DSL/],
      [6, 'new 1', /the same customerID is on line 2/],
      [7, '7590vhveg', /is account 7590-VHVEG but for case or punctuation/],
      [8, null, /has 2 columns, the header has 21/],
    ];
    assert.equal(written.refused.length, expected.length);
    for (const [at, [line, accountNumber, reason]] of expected.entries()) {
      const row = written.refused[at]!;
      assert.deepEqual([row.line, row.accountNumber], [line, accountNumber]);
      assert.match(row.reason, reason);
    }

    const again = await importFile(file);
    assert.match(again.stdout, /0 accounts loaded, 2 already there, 6 rows refused/);
  });

  it('finds the database of the running system', async () => {
    const dataDir = path.join(folder, 'data');
    await mkdir(dataDir);
    const file = path.join(folder, 'one.csv');
    await writeFile(file, (await readFile(ACCOUNTS_FILE, 'utf8')).split('\n').slice(0, 2).join('\n'));
    const stopped = await start([file], { DATA_DIR: dataDir }).ended;
    assert.deepEqual([stopped.code, stopped.stdout], [2, '']);
    assert.match(stopped.stderr, /^No system is running on .*: run `npm start` first .*\n$/);

    await writeFile(path.join(dataDir, 'endpoints.json'), JSON.stringify({ databaseUrl: database.appUrl }));
    const onGiven = await start([file], { DATA_DIR: dataDir }).ended;
    assert.equal(onGiven.code, 2);
    assert.match(onGiven.stderr, /set DATABASE_URL as for `npm start`/);

    const migrator = decodeURIComponent(new URL(database.migratorUrl).password);
    await writeFile(path.join(dataDir, 'database-passwords.json'), JSON.stringify({ migrator }));
    const running = await start([file], { DATA_DIR: dataDir }).ended;
    assert.equal(running.code, 0, running.stderr);
    assert.match(running.stdout, /0 accounts loaded, 1 already there/);
  });

  it('asks the server of DATABASE_URL when the running system was given one', async () => {
    const hints = { given: undefined, dataDir: path.join(folder, 'data') };
    const serverUrl = 'postgres://admin:secret@db.example:5432/postgres';
    const found = new URL(await findDatabase({ ...hints, serverUrl }));
    assert.equal(found.username, 'migrator');
    assert.equal(decodeURIComponent(found.password), derivedPasswords(serverUrl).migrator);
    assert.equal(found.pathname, new URL(database.appUrl).pathname);
    await assert.rejects(findDatabase({ ...hints, serverUrl: 'here' }), /must be a URL/);
  });

  const nowhere: [string, () => string[], RegExp][] = [
    [
      'a file that is not there',
      () => ['none.csv', '--database', database.migratorUrl],
      /There is no file none\.csv\./,
    ],
    [
      'a file without the header',
      () => [CLI, '--database', database.migratorUrl],
      /its first line must be the header/,
    ],
    ['a role that may not', () => [ACCOUNTS_FILE, '--database', database.appUrl], /give the migrator/],
    [
      'a wrong password',
      () => [ACCOUNTS_FILE, '--database', database.migratorUrl.replace(/:[^:@]+@/, ':wrong@')],
      /refused the password/,
    ],
    [
      'a database that is not there',
      () => [ACCOUNTS_FILE, '--database', `${database.migratorUrl}x`],
      /no such database/,
    ],
    [
      'a closed port',
      () => [ACCOUNTS_FILE, '--database', 'postgres://a:b@127.0.0.1:1/x'],
      /cannot be reached \(ECONNREFUSED\)/,
    ],
    ['something that is no URL', () => [ACCOUNTS_FILE, '--database', 'here'], /must be a URL/],
    ['no file named', () => [], /missing required argument 'file'/],
    ['an unknown option', () => [ACCOUNTS_FILE, '--force'], /unknown option/],
  ];
  for (const [what, args, sentence] of nowhere) {
    it(`does nothing with ${what}, and says so in a sentence`, async () => {
      const { code, stderr } = await start(args()).ended;
      assert.equal(code, 2);
      assert.match(stderr, sentence);
      assert.ok(!stderr.includes('    at '), stderr);
    });
  }
});
