import { Client, Connection } from '@temporalio/client';
import { brokenReplays, type RecordedHistory } from './replay-histories.ts';
import { testTemporal } from './test-stack.ts';

type Bundle = () => Promise<{ readonly code: string }>;

const PARALLEL_READS = 8;
const queues = new Map<string, Bundle>();

/** Remembers that the workflows of this task queue run by this code: they are replayed at the end of the run. */
export function replayAfterRun(taskQueue: string, bundle: Bundle): void {
  queues.set(taskQueue, bundle);
}

/**
 * Replays the history of every workflow that ran on the remembered queues, whether it has ended or not.
 * @throws Error naming each workflow whose history the code does not follow
 */
export async function replayRecorded(): Promise<void> {
  if (queues.size === 0) return;
  const { address, namespace } = await testTemporal();
  const connection = await Connection.connect({ address });
  const client = new Client({ connection, namespace });
  try {
    for (const [taskQueue, bundle] of queues) {
      const broken = await brokenReplays(await bundle(), await historiesOf(client, taskQueue));
      const lines = broken.map(({ workflowId, error }) => `${workflowId}: ${error.message}`);
      if (lines.length > 0) throw new Error(`These histories do not replay:\n${lines.join('\n')}`);
    }
  } finally {
    await connection.close();
  }
}

async function historiesOf(client: Client, taskQueue: string): Promise<RecordedHistory[]> {
  const executions: { workflowId: string; runId: string }[] = [];
  for await (const { workflowId, runId } of client.workflow.list({ query: `TaskQueue = '${taskQueue}'` })) {
    executions.push({ workflowId, runId });
  }
  const histories: RecordedHistory[] = [];
  const queue = executions.values();
  const lane = async (): Promise<void> => {
    for (const { workflowId, runId } of queue) {
      const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
      histories.push({ workflowId, history });
    }
  };
  await Promise.all(Array.from({ length: PARALLEL_READS }, lane));
  return histories;
}
