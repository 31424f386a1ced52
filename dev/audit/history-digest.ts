import { defaultPayloadConverter } from '@temporalio/common';
import type { temporal } from '@temporalio/proto';
import { PLAN_CHANGE_STATUSES } from '../../domain/plan-change-status.ts';
import { planChangeWorkflowId } from '../../workflows/contract.ts';
import type { PlanChangeStatus } from '../../domain/plan-change-status.ts';

export type History = temporal.api.history.v1.IHistory;
type HistoryEvent = temporal.api.history.v1.IHistoryEvent;
type Payloads = temporal.api.common.v1.IPayloads;

/** A message that the workflow accepted; `acceptedAt` is its event id. */
export interface AcceptedUpdate {
  readonly name: string;
  readonly input: unknown;
  readonly acceptedAt: number;
}

/** A durable step that the history holds as done; `scheduledAt` is an event id. A local one has no input. */
export interface DoneStep {
  readonly name: string;
  readonly input: unknown;
  readonly result: Readonly<Record<string, unknown>> | undefined;
  readonly scheduledAt: number;
}

/** An ordinary activity that the history holds as begun, whatever came of it; `scheduledAt` is an event id. */
export interface BegunStep {
  readonly name: string;
  readonly input: unknown;
  readonly scheduledAt: number;
}

/** What the checks compare with the database, without the bulk of the history. */
export interface HistoryDigest {
  readonly workflowId: string;
  readonly planChangeId: string;
  readonly customerId: string;
  readonly updates: readonly AcceptedUpdate[];
  /** In the order in which they were done. */
  readonly steps: readonly DoneStep[];
  /** Its answer may be lost, or be on its way, although it has committed. */
  readonly begun: readonly BegunStep[];
  /** Terminated, failed or timed out: its last steps may have committed without being in it. */
  readonly isCutOff: boolean;
  /** What a workflow that completed returned. */
  readonly result: { readonly status: PlanChangeStatus } | undefined;
}

const PREFIX = planChangeWorkflowId('');
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const LOCAL_ACTIVITY = 'core_local_activity';

/** Returns undefined for a history that is not one about a plan change. */
export function digestOf(workflowId: string, history: History): HistoryDigest | undefined {
  const events = history.events ?? [];
  const input = members(first(events[0]?.workflowExecutionStartedEventAttributes?.input));
  const { planChangeId, customerId } = input ?? {};
  if (typeof planChangeId !== 'string' || typeof customerId !== 'string') return undefined;

  const updates: AcceptedUpdate[] = [];
  const steps: DoneStep[] = [];
  const scheduled = new Map<number, BegunStep>();
  let result: HistoryDigest['result'];
  for (const event of events) {
    const id = Number(event.eventId);
    const request = event.workflowExecutionUpdateAcceptedEventAttributes?.acceptedRequest?.input;
    if (request) updates.push({ name: request.name ?? '', input: first(request.args), acceptedAt: id });

    const activity = event.activityTaskScheduledEventAttributes;
    if (activity)
      scheduled.set(id, {
        name: activity.activityType?.name ?? '',
        input: first(activity.input),
        scheduledAt: id,
      });
    const completed = event.activityTaskCompletedEventAttributes;
    if (completed) {
      const scheduledAt = Number(completed.scheduledEventId);
      const step = scheduled.get(scheduledAt);
      if (step) steps.push({ ...step, result: members(first(completed.result)) });
    }
    const local = localStepOf(event);
    if (local) steps.push({ ...local, input: undefined, scheduledAt: id });
    const status = members(first(event.workflowExecutionCompletedEventAttributes?.result))?.['status'];
    if (isPlanChangeStatus(status)) result = { status };
  }
  const begun = [...scheduled.values()];
  return {
    ...{ workflowId, planChangeId, customerId, updates, steps, begun, result },
    isCutOff: isCutOff(events.at(-1)),
  };
}

function isCutOff(last: HistoryEvent | undefined): boolean {
  return Boolean(
    last?.workflowExecutionTerminatedEventAttributes ??
    last?.workflowExecutionFailedEventAttributes ??
    last?.workflowExecutionTimedOutEventAttributes,
  );
}

/** A local activity leaves only a marker with its type and its result, or a failure: then it is not done. */
function localStepOf(event: HistoryEvent): Pick<DoneStep, 'name' | 'result'> | undefined {
  const marker = event.markerRecordedEventAttributes;
  if (marker?.markerName !== LOCAL_ACTIVITY || marker.failure) return undefined;
  const name = members(first(marker.details?.['data']))?.['activity_type'];
  return typeof name === 'string' ? { name, result: members(first(marker.details?.['result'])) } : undefined;
}

function first(payloads: Payloads | null | undefined): unknown {
  const payload = payloads?.payloads?.[0];
  if (!payload) return undefined;
  try {
    return defaultPayloadConverter.fromPayload<unknown>(payload);
  } catch {
    return undefined; // an unknown encoding: not one of ours
  }
}

function members(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}

function isPlanChangeStatus(value: unknown): value is PlanChangeStatus {
  return (PLAN_CHANGE_STATUSES as readonly unknown[]).includes(value);
}

/** The change whose workflow this is; null for other workflows of the product. */
export function planChangeIdOf(workflowId: string): string | null {
  const id = workflowId.slice(PREFIX.length);
  return workflowId.startsWith(PREFIX) && UUID.test(id) ? id : null;
}
