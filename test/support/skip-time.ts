import { skipWorkflowTime, type TimeSpan } from '../../dev/stack/skip-time.ts';
import { testTemporal, type TestTemporal } from './test-stack.ts';

/** Lets the time of a running workflow jump ahead, on the run's Temporal server unless another is given. */
export async function skipTime(workflowId: string, by: TimeSpan, server?: TestTemporal): Promise<void> {
  await skipWorkflowTime(server ?? (await testTemporal()), workflowId, by);
}
