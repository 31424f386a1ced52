import type { WorkflowHandle } from '@temporalio/client';
import { Worker } from '@temporalio/worker';

export interface RecordedHistory {
  readonly workflowId: string;
  /** As the server gives it, or the JSON that was stored of it. */
  readonly history: Awaited<ReturnType<WorkflowHandle['fetchHistory']>> | Readonly<Record<string, unknown>>;
}

export interface BrokenReplay {
  readonly workflowId: string;
  readonly error: Error;
}

/** Replays histories with some workflow code; returns those that the code does not follow. */
export async function brokenReplays(
  bundle: { readonly code: string },
  histories: readonly RecordedHistory[],
): Promise<BrokenReplay[]> {
  const broken: BrokenReplay[] = [];
  const seen = new Set<string>();
  const results = Worker.runReplayHistories({ workflowBundle: bundle, replayName: 'test' }, histories);
  for await (const { workflowId, error } of results) {
    seen.add(workflowId);
    if (error) broken.push({ workflowId, error });
  }
  const missing = histories.find(({ workflowId }) => !seen.has(workflowId));
  if (missing) throw new Error(`${missing.workflowId} was not replayed`);
  return broken;
}
