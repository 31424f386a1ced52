/**
 * What a change costs, beside a workflow of the same shape that does nothing: `npm run bench [-- --changes 200]`.
 * Client, worker and steps share this process, so its CPU time holds them all; the servers are not in it. Machines
 * differ and are busy: read the ratios of one run, not the milliseconds of two.
 */
import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { WithStartWorkflowOperation, type WorkflowHandle } from '@temporalio/client';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { Command, InvalidArgumentError } from 'commander';
import { driveChange } from '../test/support/driven-change.ts';
import { createRig, startWorker, workflowBundle } from '../test/support/plan-change-rig.ts';
import { brokenReplays } from '../test/support/replay-histories.ts';
import { stopTestStack } from '../test/support/test-stack.ts';

/** Figures per change. */
interface Measured {
  readonly what: string;
  readonly cpuMs: number;
  readonly wallMs: number;
  readonly sql: number;
  readonly events: number;
}

type Change = () => Promise<WorkflowHandle>;

const { changes, atOnce } = new Command('bench')
  .description('Measures what a change costs, as ratios to a workflow of the same shape that does nothing.')
  .option('--changes <n>', 'changes of each kind', wholeNumber, 100)
  .option('--at-once <n>', 'how many are under way at any time', wholeNumber, 8)
  .parse()
  .opts<{ changes: number; atOnce: number }>();

const rig = await createRig('bench');
const worker = await startWorker(rig);
const idle = await startWorker(rig, {
  taskQueue: 'baseline',
  workflowBundle: await bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL('./baseline-workflow.ts', import.meta.url)),
    logger: new DefaultLogger('ERROR'),
  }),
  activities: { nothing: () => Promise.resolve('done') },
});
try {
  // The first ones pay for compiling and connecting.
  await measure('warm up', baselineChanges(10));
  await measure('warm up', await planChanges(10));
  const baseline = await measure('no-op of the same shape', baselineChanges(changes));
  const product = await measure('immediate change', await planChanges(changes));
  print(baseline.figures, product.figures);
  console.log(`replay of one history: ${(await replayMs(product.handles)).toFixed(1)} ms`);
} finally {
  await worker.stop();
  await idle.stop();
  await rig.close();
  await stopTestStack();
}

/** Carries them out, `atOnce` at a time. */
async function measure(
  what: string,
  all: readonly Change[],
): Promise<{ figures: Measured; handles: WorkflowHandle[] }> {
  let statements = 0;
  const count = (): void => {
    statements += 1;
  };
  const handles: WorkflowHandle[] = [];
  const queue = all.values();
  const lane = async (): Promise<void> => {
    for (const change of queue) handles.push(await change());
  };
  rig.knex.on('query', count);
  const startedAt = performance.now();
  const cpu = process.cpuUsage();
  await Promise.all(Array.from({ length: atOnce }, lane));
  const { user, system } = process.cpuUsage(cpu);
  const wallMs = (performance.now() - startedAt) / all.length;
  rig.knex.off('query', count);

  const lengths = await Promise.all(handles.map(async (handle) => (await handle.describe()).historyLength));
  const events = lengths.reduce((sum, length) => sum + length, 0) / all.length;
  const cpuMs = (user + system) / 1_000 / all.length;
  return { figures: { what, cpuMs, wallMs, sql: statements / all.length, events }, handles };
}

/** Changes of accounts that are there already: only the change itself is measured. */
async function planChanges(count: number): Promise<Change[]> {
  const accounts = await Promise.all(Array.from({ length: count }, () => rig.account()));
  return accounts.map((account) => async () => {
    const input = rig.input(account);
    await worker.open(input);
    const change = driveChange(rig, worker, account, input);
    await change.consent();
    await change.result();
    return change.handle;
  });
}

function baselineChanges(count: number): Change[] {
  return Array.from({ length: count }, () => async () => {
    const start = new WithStartWorkflowOperation('baseline', {
      workflowId: `baseline-${randomUUID()}`,
      taskQueue: idle.taskQueue,
      args: [],
      workflowIdConflictPolicy: 'USE_EXISTING',
    });
    await idle.client.workflow.executeUpdateWithStart('openPlanChange', { startWorkflowOperation: start });
    const handle = await start.workflowHandle();
    await handle.executeUpdate('recordConsent');
    await handle.result();
    return handle;
  });
}

async function replayMs(handles: readonly WorkflowHandle[]): Promise<number> {
  const histories = await Promise.all(
    handles.map(async (handle) => ({ workflowId: handle.workflowId, history: await handle.fetchHistory() })),
  );
  const bundle = await workflowBundle();
  const startedAt = performance.now();
  const broken = await brokenReplays(bundle, histories);
  if (broken.length > 0) throw new Error(`${broken.length} histories do not replay`);
  return (performance.now() - startedAt) / histories.length;
}

function print(baseline: Measured, product: Measured): void {
  const row = ({ cpuMs, wallMs, sql, events }: Measured) => ({
    'CPU ms': cpuMs.toFixed(1),
    'ms at this load': wallMs.toFixed(1),
    'SQL statements': sql.toFixed(1),
    'history events': events.toFixed(1),
  });
  console.table({
    [baseline.what]: row(baseline),
    [product.what]: row(product),
    ratio: {
      'CPU ms': (product.cpuMs / baseline.cpuMs).toFixed(2),
      'ms at this load': (product.wallMs / baseline.wallMs).toFixed(2),
      'history events': (product.events / baseline.events).toFixed(2),
    },
  });
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 10_000) {
    throw new InvalidArgumentError('a whole number from 1 to 10,000 is expected');
  }
  return value;
}
