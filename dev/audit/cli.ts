import { DefaultLogger, Runtime } from '@temporalio/worker';
import { Command, InvalidArgumentError } from 'commander';
import { AuditError, explainFailure } from './audit-error.ts';
import { audit, type AuditOptions } from './audit.ts';
import { CHECKS } from './all-checks.ts';
import { noteAnchors } from './checks/note-anchors.ts';
import { findAnchors } from './find-anchors.ts';
import { findTargets } from './find-targets.ts';
import { timeRangeOf } from './time-range.ts';
import { SOURCES, type Source, type TimeRange } from './check.ts';
import { createProgress, stackOf } from './progress.ts';
import { formatRepairs, isMended } from './repair/format-repairs.ts';
import { repairChanges } from './repair/repair.ts';
import { findingsOf, formatReport, notLookedAt, writeReport } from './report.ts';

interface Options {
  readonly database?: string;
  readonly temporal?: string;
  readonly namespace?: string;
  readonly taskQueue?: string;
  readonly bundle?: string;
  readonly json?: string;
  readonly repair?: true;
  readonly apply?: true;
  readonly operator?: string;
  readonly closeMissing?: number;
  readonly anchors?: string;
  readonly publicKey?: string;
  readonly lostHistories?: TimeRange;
  readonly without: readonly Source[];
}

/** Exit codes: scripts tell findings from an audit that did not happen. */
const NOTHING_FOUND = 0;
const FOUND = 1;
const NOT_DONE = 2;

const HOW_TO_GIVE: Readonly<Record<Source, string>> = {
  histories: 'the histories were not compared, name the Temporal server with --temporal',
  anchors: 'the anchors were not compared, name the folder of their file with --anchors',
  signatures:
    "no anchor's signature was checked, name the file of the company's public keys with --public-key",
  definitions: 'the schema was not compared, its definitions are known for another version of PostgreSQL',
};

const command = new Command('npm run audit --')
  .description('Checks the invariants of docs/ARCHITECTURE.md over the database and the Temporal histories.')
  .option(
    '--database <url>',
    'PostgreSQL to audit, as a role that may read (default: the running `npm start`)',
  )
  .option('--temporal <address>', 'Temporal server, host:port (default: the running `npm start`)')
  .option('--namespace <name>', 'Temporal namespace (default: TEMPORAL_NAMESPACE, else "default")')
  .option('--task-queue <name>', 'only workflows of this task queue')
  .option('--bundle <file>', 'workflow bundle to replay with (default: made from workflows/)')
  .option(
    '--anchors <dir>',
    'folder, or file, with the anchors outside the database (default: ANCHOR_DIR, else DATA_DIR/anchors)',
  )
  .option('--public-key <file>', "the company's public keys (default: those of DATA_DIR)")
  .option(
    '--lost-histories <from/until>',
    'when changes were opened whose workflows the server has lost, two instants in UTC: they are counted, not found',
    timeRange,
  )
  .option(
    '--without <sources>',
    `what may be left unchecked, comma-separated: ${SOURCES.join(', ')}`,
    sourcesOf,
    [],
  )
  .option('--json <file>', 'writes the whole report as JSON')
  .option('--repair', 'instead: shows how changes whose workflow was terminated or reset would be mended')
  .option('--apply', 'with --repair: mends them; --database must then be the role of the API')
  .option(
    '--operator <handle>',
    'with --apply: who repairs, an agent of the role ops, whose id the notes name (default: dev-ops, of `npm start`)',
  )
  .option(
    '--close-missing <count>',
    'with --repair: close so many changes that a restored server does not know',
    wholeNumber,
  )
  .addHelpText(
    'after',
    '\nWithout --apply it reads only. Exit code: 0 nothing found, or all repaired; 1 something found; 2 not done, or not ' +
      'all of it: what was not there to compare with is named, unless --without says so.',
  )
  .exitOverride((error) => {
    process.exit(error.exitCode === 0 ? NOTHING_FOUND : NOT_DONE);
  })
  .action(async (options: Options) => {
    process.exitCode = await run(options);
  });

await command.parseAsync();

async function run(options: Options): Promise<number> {
  // A history that does not replay is told by the report.
  Runtime.install({
    logger: new DefaultLogger('ERROR', () => undefined),
    telemetryOptions: { logging: { filter: 'OFF' } },
  });
  const showStacks = Boolean(process.env['DEBUG']);
  const progress = createProgress(process.stderr, showStacks);
  try {
    const targets = await findTargets({
      database: options.database,
      temporal: options.temporal,
      namespace: options.namespace,
      taskQueue: options.taskQueue,
      dataDir: process.env['DATA_DIR'] ?? '.local',
      env: process.env,
    });
    if (options.repair) return await repair(targets, options);
    const report = await audit({
      ...targets,
      checks: [...CHECKS, noteAnchors(await findAnchors(options, process.env))],
      lostHistories: options.lostHistories,
      ...(options.bundle !== undefined && { bundlePath: options.bundle }),
      onProgress: progress.tell,
    });
    progress.end();
    console.log(formatReport(report));
    if (options.json !== undefined) await writeReport(options.json, report);
    if (report.checks.some(({ failure }) => failure !== null)) return NOT_DONE;
    if (findingsOf(report).length > 0) return FOUND;
    const missing = notLookedAt(report, options.without);
    if (missing.length === 0) return NOTHING_FOUND;
    console.error(
      `Not all of it was done: ${missing.map((source) => HOW_TO_GIVE[source]).join('; ')}. To audit without, say --without ${missing.join(',')}.`,
    );
    return NOT_DONE;
  } catch (error) {
    progress.end();
    console.error(explainFailure(error));
    if (showStacks) console.error(stackOf(error));
    return NOT_DONE;
  }
}

async function repair(
  { databaseUrl, temporal }: Pick<AuditOptions, 'databaseUrl' | 'temporal'>,
  { apply, database, operator, closeMissing }: Options,
): Promise<number> {
  if (!temporal) throw new AuditError('Name the Temporal server with --temporal: a repair compares with it.');
  const report = await repairChanges({
    databaseUrl,
    temporal,
    apply: apply ?? false,
    // The running `npm start` has one agent of the role.
    operator: operator ?? (database === undefined ? 'dev-ops' : undefined),
    closeMissing,
  });
  console.log(formatRepairs(report));
  return report.repairs.every(isMended) ? NOTHING_FOUND : FOUND;
}

function sourcesOf(value: string): Source[] {
  return value.split(',').map((name) => {
    const source = SOURCES.find((known) => known === name);
    if (!source) throw new InvalidArgumentError(`It is a list of ${SOURCES.join(', ')}.`);
    return source;
  });
}

function timeRange(value: string): TimeRange {
  const range = timeRangeOf(value);
  if (!range) throw new InvalidArgumentError('It is 2026-11-24T08:00:00Z/2026-11-24T09:30:00Z, say.');
  return range;
}

function wholeNumber(value: string): number {
  if (!/^[1-9]\d{0,8}$/.test(value))
    throw new InvalidArgumentError('It is a whole number, as the repair told it.');
  return Number(value);
}
