import { randomUUID } from 'node:crypto';
import { createRig, startWorker } from '../support/plan-change-rig.ts';
import { openChange } from '../support/driven-change.ts';
import { eventually } from '../support/eventually.ts';
import { contentsOf } from '../support/database-contents.ts';
describe('z', () => {
for (const way of ['consent', 'cancel'] as const) it(way, async () => { 
  const rig = await createRig('m'); const w = await startWorker(rig);
  const c = await openChange(rig, w); await c[way](); console.log(await c.result());
  const before = await contentsOf(rig.ownerKnex);
  const { events } = await c.handle.fetchHistory();
  const at = events!.find((e) => e.workflowTaskCompletedEventAttributes)!.eventId!;
  const r = await w.client.workflowService.resetWorkflowExecution({ namespace: 'default', workflowExecution: { workflowId: c.workflowId, runId: events![0]!.workflowExecutionStartedEventAttributes!.originalExecutionRunId! }, reason: 'test', workflowTaskFinishEventId: at, requestId: randomUUID() });
  console.log(r.runId);
  const h2 = w.client.workflow.getHandle(c.workflowId, r.runId);
  console.log(await h2.result().catch((e) => e));
  const after = await contentsOf(rig.ownerKnex);
  for (const t of Object.keys(after)) if (JSON.stringify(after[t]) !== JSON.stringify(before[t])) console.log('differs', t, after[t].length - before[t].length);
  await w.stop(); await rig.close();
 });
});
