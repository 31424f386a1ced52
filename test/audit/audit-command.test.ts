import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { CHECKS } from '../../dev/audit/all-checks.ts';
import { audit as runAudit, type AuditReport } from '../../dev/audit/audit.ts';
import { findTargets } from '../../dev/audit/find-targets.ts';
import type { Finding } from '../../dev/audit/check.ts';
import { createRig, startWorker, workflowBundle, type Rig } from '../support/plan-change-rig.ts';
import { testPostgres, testTemporal } from '../support/test-stack.ts';

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

  before(async function () {
    this.timeout(60_000);
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
    assert.ok(report.checks.every(({ looked, guards }) => looked >= 0 && guards >= 0));
    assert.doesNotMatch(await readFile(file, 'utf8'), /@/);
  });

  it('audits a database alone, names what was not checked and exits with 2, unless that was asked for', async () => {
    const alone = ['--database', rig.database.auditorUrl];
    const { code, out, errors } = await audit(alone);
    assert.equal(code, 2);
    assert.match(
      errors,
      /^Not all of it was done: .* --temporal; .* --anchors\. .* --without histories,anchors\.$/m,
    );
    const asked = await audit([...alone, '--without', 'histories,anchors']);
    assert.equal(asked.code, 0, asked.errors);
    assert.doesNotMatch(asked.errors, /Not all of it/);
    assert.equal((await audit([...alone, '--without', 'histories'])).code, 2);
    assert.equal((await audit([...alone, '--without', 'everything'])).code, 2);
    assert.match(out, /^Nothing found in [\d.]+ s\.$/m);
    assert.match(out, /^ {2}I15 {2}the histories: no Temporal server was given \(1\)$/m);
    // Facts, guards, findings: that nothing was wrong says little without what was looked at.
    for (const { id, title } of CHECKS) {
      const row = out.split('\n').find((line) => line.startsWith(`${id} `) && line.endsWith(`  ${title}`));
      assert.match(row ?? '', /^I\d+ +[\d,]+ +\d+ +0 {2}\S/, `no row of ${id} in ${out}`);
    }
  });

  it('takes the running system from endpoints.json', async () => {
    const { address: temporalAddress } = await testTemporal();
    const endpoints = { databaseUrl: rig.database.appUrl, temporalAddress };
    await writeFile(path.join(folder, 'endpoints.json'), JSON.stringify(endpoints));
    const { code, out } = await audit(temporal.slice(2));
    assert.equal(code, 1);
    assert.match(out, /I15 {2}email address/);
  });

  it('says in one sentence what to do when nothing runs, and exits with 2', async () => {
    const { code, out, errors } = await audit([], path.join(folder, 'empty'));
    assert.equal(code, 2);
    assert.equal(out, '');
    assert.match(errors, /^No system is running on \S+: run `npm start` first .*\n$/);
  });

  it('says in one sentence what to do when a server cannot be used, and exits with 2', async () => {
    const { code, out, errors } = await audit([
      '--database',
      rig.database.auditorUrl,
      '--temporal',
      '127.0.0.1:1',
    ]);
    assert.equal(code, 2);
    assert.equal(out, '');
    assert.match(errors, /^The Temporal server at 127\.0\.0\.1:1, .* check --temporal and --namespace\.\n$/);
  });

  const databases: [what: string, url: () => string, sentence: RegExp][] = [
    [
      'a server that is not there',
      () => 'postgres://a@127.0.0.1:1/none',
      /cannot be reached \(ECONNREFUSED\): start/,
    ],
    [
      'a database that is not there',
      () => `${rig.database.auditorUrl}x`,
      /There is no such database: check the name/,
    ],
    [
      'a wrong password',
      () => rig.database.auditorUrl.replace(/:[^:@]+@/, ':wrong@'),
      /^The database refused the password: check --database\.$/,
    ],
  ];
  for (const [what, url, sentence] of databases) {
    it(`explains ${what}`, async () => {
      await assert.rejects(runAudit({ databaseUrl: url() }), { name: 'AuditError', message: sentence });
    });
  }

  it('refuses a URL that is none', async () => {
    const given = {
      temporal: undefined,
      namespace: undefined,
      taskQueue: undefined,
      dataDir: folder,
      env: {},
    };
    await assert.rejects(
      findTargets({ ...given, database: 'nonsense' }),
      /^AuditError: --database must be a URL/,
    );
  });

  it('reports a check that could not run, and runs the others', async () => {
    const { checks } = await runAudit({ databaseUrl: (await testPostgres()).ownerUrl });
    assert.equal(checks.length, CHECKS.length);
    const failures = new Set(checks.map(({ failure }) => failure));
    assert.ok(
      failures.has(
        'The database lacks tables of this system: bring it up to date first with `npm run migrate`.',
      ),
    );
  });
});
