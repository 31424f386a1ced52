import assert from 'node:assert/strict';
import { Connection, type WorkflowHandle } from '@temporalio/client';
import { createPlanChangeGateway, type PlanChangeGateway } from '../../api/plan-change-gateway.ts';
import { planChangeWorkflowId } from '../../workflows/contract.ts';
import { driveChange } from '../support/driven-change.ts';
import { eventually } from '../support/eventually.ts';
import { createRig, startWorker, type Rig, type RigWorker } from '../support/plan-change-rig.ts';
import { skipTime } from '../support/skip-time.ts';
import { testTemporal } from '../support/test-stack.ts';

type HistoryEvent = NonNullable<Awaited<ReturnType<WorkflowHandle['fetchHistory']>>['events']>[number];

/** The agreed budget, and what a change costs today: a dearer one is a regression, a cheaper one a new number. */
const COSTS = {
  immediately: { budget: { events: 30, actions: 9 }, today: { events: 29, actions: 9 } },
  end_of_cycle: { budget: { events: 36, actions: 11 }, today: { events: 32, actions: 11 } },
} as const;

const PAYLOAD_LIMIT = 1_000;

describe('cost of a change, as the API starts it', () => {
  let rig: Rig;
  let worker: RigWorker;
  let gateway: PlanChangeGateway;
  before(async () => {
    rig = await createRig('cost');
    worker = await startWorker(rig);
    const { address, namespace } = await testTemporal();
    gateway = createPlanChangeGateway({ connection: { address }, namespace, taskQueue: worker.taskQueue });
  });
  after(async () => {
    await gateway.close();
    await worker.stop();
    await rig.close();
  });

  for (const [when, { budget, today }] of Object.entries(COSTS) as [
    keyof typeof COSTS,
    (typeof COSTS)[keyof typeof COSTS],
  ][]) {
    it(`${when}: ${today.events} events and ${today.actions} billable actions`, async () => {
      const account = await rig.account();
      const input = rig.input(account, { activation: { when } });
      const change = driveChange(rig, worker, account, input);
      const before = await actionsCounted();
      await gateway.open(input, 'open');
      await gateway.send(input.planChangeId, 'recordConsent', await change.consentTo(), 'consent');
      if (when === 'end_of_cycle') {
        await change.reaches('scheduled');
        await skipTime(planChangeWorkflowId(input.planChangeId), { days: 32 });
      }
      assert.deepEqual(await change.result(), { status: 'completed' });
      const actions = (await actionsCounted()) - before;

      const { events } = await change.handle.fetchHistory();
      // Skipping time is the test's own doing.
      const own = (events ?? []).filter((event) => !isTimeSkipping(event));
      assert.deepEqual({ events: own.length, actions: billable(own) }, today);
      assert.equal(actions, today.actions);
      assert.ok(own.length <= budget.events && today.actions <= budget.actions);
      const sizes = own.flatMap(payloadSizes);
      assert.ok(Math.max(...sizes) < PAYLOAD_LIMIT, `the largest payload has ${Math.max(...sizes)} bytes`);
    });
  }
});

/** What the server bills for this history, by its own rules. */
function billable(events: readonly HistoryEvent[]): number {
  const tasksWithMarkers = new Set<string>();
  let actions = 0;
  for (const event of events) {
    const marker = event.markerRecordedEventAttributes;
    if (marker) tasksWithMarkers.add(String(marker.workflowTaskCompletedEventId));
    if (
      event.workflowExecutionStartedEventAttributes ??
      event.workflowExecutionUpdateAcceptedEventAttributes ??
      event.activityTaskScheduledEventAttributes ??
      event.timerStartedEventAttributes ??
      event.upsertWorkflowSearchAttributesEventAttributes ??
      event.startChildWorkflowExecutionInitiatedEventAttributes ??
      event.signalExternalWorkflowExecutionInitiatedEventAttributes
    ) {
      actions += 1;
    }
  }
  // The local activities of one workflow task count once.
  return actions + tasksWithMarkers.size;
}

/** What the server has counted until now, of every workflow. */
async function actionsCounted(): Promise<number> {
  // Counters show with a delay of up to a second: once this call of ours shows, so does all before it.
  const before = await counted('service_requests{', 'operation="GetSystemInfo"');
  const { address, namespace } = await testTemporal();
  const connection = await Connection.connect({ address });
  await connection.close();
  await eventually(
    async () => (await counted('service_requests{', 'operation="GetSystemInfo"')) > before || undefined,
    { what: 'the counters of the server' },
  );
  // Skipping time is the test's own doing, and is billed too.
  const skips = await counted('action{', 'operation="UpdateWorkflowExecutionOptions"');
  return (await counted('action{', `namespace="${namespace}"`)) - skips;
}

async function counted(metric: string, label: string): Promise<number> {
  const { metricsUrl } = await testTemporal();
  const text = await (await fetch(metricsUrl)).text();
  return text
    .split('\n')
    .filter((line) => line.startsWith(metric) && line.includes(label))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
}

function payloadSizes(value: unknown): number[] {
  if (value instanceof Uint8Array) return [value.length];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(payloadSizes);
}

function isTimeSkipping(event: HistoryEvent): boolean {
  return Object.keys(event).some((member) => /timeSkipping|OptionsUpdated/.test(member));
}
