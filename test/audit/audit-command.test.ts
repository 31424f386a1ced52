import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { AuditReport } from '../../dev/audit/audit.ts';
import type { Finding } from '../../dev/audit/check.ts';
import { createRig, startWorker, workflowBundle, type Rig } from '../support/plan-change-rig.ts';
import { testTemporal } from '../support/test-stack.ts';

const run = promisify(execFile);

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly errors: string;
}

describe('npm run audit', () => {
  let folder: string;
  let rig: Rig;
  let temporal: string[];
  let planChangeId: string;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'plan-change-audit-'));
    await writeFile(path.join(folder, 'bundle.js'), (await workflowBundle()).code);
    rig = await createRig('audit command');
    const worker = await startWorker(rig);
    try {
      const account = await rig.account();
      await worker.open(rig.input(account));
      // What must never be: an email address in a request that reaches Temporal.
      const input = rig.input(await rig.account(), { planCode: account.email });
      ({ planChangeId } = input);
      await worker.open(input);
    } finally {
      await worker.stop();
    }
    const { address } = await testTemporal();
    temporal = ['--temporal', address, '--task-queue', worker.taskQueue];
  });

  after(async () => {
    await rig.close();
    await rm(folder, { recursive: true });
  });

  async function audit(options: readonly string[], dataDir = folder): Promise<Ran> {
    const args = [
      '--import',
      'tsx',
      'dev/audit/cli.ts',
      '--bundle',
      path.join(folder, 'bundle.js'),
      ...options,
    ];
    try {
      const { stdout, stderr } = await run(process.execPath, args, {
        env: { ...process.env, DATA_DIR: dataDir },
      });
      return { code: 0, out: stdout, errors: stderr };
    } catch (error) {
      const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
      return { code, out: stdout, errors: stderr };
    }
  }

  it('finds an email address in a real history, exits with 1 and reports everything as JSON', async () => {
    const file = path.join(folder, 'report.json');
    const { code, out, errors } = await audit([
      '--database',
      rig.database.auditorUrl,
      ...temporal,
      '--json',
      file,
    ]);
    assert.equal(code, 1, errors);
    assert.match(out, new RegExp(`^ {2}I15 {2}email address in event 1 of plan-change-${planChangeId}`, 'm'));
    const report = JSON.parse(await readFile(file, 'utf8')) as AuditReport & { findings: Finding[] };
    assert.deepEqual([...new Set(report.findings.map(({ check }) => check))], ['I15']);
    assert.deepEqual(report.findings[0]?.planChangeId, planChangeId);
    assert.ok(report.checks.every(({ failure }) => failure === null));
    assert.doesNotMatch(await readFile(file, 'utf8'), /@/);
  });

  it('audits a database alone, says that histories were not checked and exits with 0', async () => {
    const { code, out } = await audit(['--database', rig.database.auditorUrl]);
    assert.equal(code, 0);
    assert.match(out, /^Nothing found in [\d.]+ s\.$/m);
    assert.match(out, /^ {2}I15 {2}the histories: no Temporal server was given \(1\)$/m);
  });

  it('takes the running system from endpoints.json', async () => {
    const { address: temporalAddress } = await testTemporal();
    const endpoints = { databaseUrl: rig.database.appUrl, temporalAddress };
    await writeFile(path.join(folder, 'endpoints.json'), JSON.stringify(endpoints));
    const { code, out } = await audit(temporal.slice(2));
    assert.equal(code, 1);
    assert.match(out, /I15 {2}email address/);
  });

  const refused: [what: string, options: () => string[], sentence: RegExp][] = [
    ['nothing runs', () => [], /^No system is running on \S+: run `npm start` first/],
    ['the URL is none', () => ['--database', 'nonsense'], /^--database must be a URL such as postgres:/],
    [
      'the database is not there',
      () => ['--database', 'postgres://auditor@127.0.0.1:1/none'],
      /^The database cannot be reached \(ECONNREFUSED\): start the system with `npm start`, or check --database\.$/,
    ],
    [
      'the password is wrong',
      () => ['--database', rig.database.auditorUrl.replace(/:[^:@]+@/, ':wrong@')],
      /^The database refused the password: check --database\.$/,
    ],
    [
      'Temporal is not there',
      () => ['--database', rig.database.auditorUrl, '--temporal', '127.0.0.1:1'],
      /^The Temporal server at 127\.0\.0\.1:1, namespace default, cannot be used: .*check --temporal/,
    ],
  ];
  for (const [what, options, sentence] of refused) {
    it(`says in one sentence what to do when ${what}, and exits with 2`, async () => {
      const { code, out, errors } = await audit(options(), path.join(folder, 'empty'));
      assert.equal(code, 2);
      assert.equal(out, '');
      assert.match(errors.trim(), sentence);
      assert.equal(errors.trim().split('\n').length, 1);
    });
  }
});
