import {
  WithStartWorkflowOperation,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import type { Client, ConnectionOptions, WorkflowUpdateHandle } from '@temporalio/client';
import { ApplicationFailure, WorkflowIdConflictPolicy, WorkflowIdReusePolicy } from '@temporalio/common';
import proto from '@temporalio/proto';
import type { Refusal } from '../domain/failures.ts';
import { REFUSAL } from '../domain/failures.ts';
import type {
  MessageAnswer,
  OpenAnswer,
  PlanChangeInput,
  RequestConsentWorkflowInput,
} from '../workflows/contract.ts';
import {
  PLAN_CHANGE_WORKFLOW,
  planChangeWorkflowId,
  REQUEST_CONSENT_WORKFLOW,
  requestConsentWorkflowId,
  SEARCH_ATTRIBUTE,
  UPDATE,
} from '../workflows/contract.ts';
import { connectToTemporal, grpcCodeOf } from './temporal-connection.ts';
import { GRPC } from './temporal-retries.ts';

/**
 * What came of a call to Temporal, for the one table that makes it a response:
 * - `answered`: the workflow has answered.
 * - `accepted`: the message is in the history and so durable; the answer is not there yet.
 * - `not_accepted`: no worker took it within the wait. Nothing is promised; a retry meets the same message.
 * - `refused`: a validator said no.
 * - `closed`: the workflow has ended, or this message was sent to none.
 * - `overloaded`: the server turned the call away (RESOURCE_EXHAUSTED). Told at once, never tried again here.
 */
export type Outcome<T> =
  | { readonly kind: 'answered'; readonly answer: T }
  | { readonly kind: 'accepted' }
  | { readonly kind: 'not_accepted' }
  | { readonly kind: 'refused'; readonly refusal: Refusal; readonly status: string }
  | { readonly kind: 'closed' }
  | { readonly kind: 'paused' }
  | { readonly kind: 'overloaded' }
  | { readonly kind: 'unreachable' };

export interface PlanChangeGateway {
  /** Starts the workflow, or meets the one that runs, and waits for its quote. */
  open(input: PlanChangeInput, updateId: string): Promise<Outcome<OpenAnswer>>;
  /** Sends a message to a running change and waits for what came of it. */
  send(
    planChangeId: string,
    message: MessageName,
    payload: object,
    updateId: string,
  ): Promise<Outcome<MessageAnswer>>;
  /** Starts the mail that asks the customer for written consent; a repeat finds it started. */
  requestConsent(input: RequestConsentWorkflowInput): Promise<Outcome<null>>;
  /** Whether the server answers and a worker polls the task queue. */
  readiness(): Promise<{ readonly server: boolean; readonly worker: boolean }>;
  close(): Promise<void>;
}

export type MessageName = Exclude<keyof typeof UPDATE, 'openPlanChange'>;

export interface GatewayOptions {
  readonly connection: ConnectionOptions;
  readonly namespace: string;
  readonly taskQueue: string;
  /** How long a request waits, for a worker to accept it and then for its answer together, milliseconds. */
  readonly waitMs?: number;
}

const { TaskQueueType } = proto.temporal.api.enums.v1;

const DEFAULT_WAIT_MS = 5_000;
/** A worker counts as polling when it polled within this time. */
const POLLER_FRESH_MS = 70_000;

/** The only door to Temporal. It connects on first use, so the API starts while the server is away. */
export function createPlanChangeGateway(options: GatewayOptions): PlanChangeGateway {
  const waitMs = options.waitMs ?? DEFAULT_WAIT_MS;
  const temporal = connectToTemporal({ ...options.connection, namespace: options.namespace }, waitMs);

  /** ACCEPTED first: an update that no worker accepted lives in server memory only. Then the answer. */
  async function outcomeOf<T>(
    start: (client: Client) => Promise<WorkflowUpdateHandle<T>>,
  ): Promise<Outcome<T>> {
    const deadline = Date.now() + waitMs;
    const line = temporal.line();
    const { connection, client } = line;
    let accepted = false;
    try {
      const handle = await connection.withDeadline(deadline, () => start(client));
      accepted = true;
      const answer = await connection.withDeadline(deadline, () => handle.result());
      return { kind: 'answered', answer };
    } catch (error) {
      const outcome = outcomeOfError<T>(error, accepted);
      // The client tries again until the deadline while the server is away: nobody there is not "no worker".
      if (outcome.kind !== 'not_accepted' || (await temporal.isServerThere(line))) return outcome;
      return { kind: 'unreachable' };
    }
  }

  return {
    open(input, updateId) {
      const startWorkflowOperation = new WithStartWorkflowOperation<PlanChangeWorkflow>(
        PLAN_CHANGE_WORKFLOW,
        {
          workflowId: planChangeWorkflowId(input.planChangeId),
          taskQueue: options.taskQueue,
          args: [input],
          workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
          workflowIdReusePolicy: WorkflowIdReusePolicy.REJECT_DUPLICATE,
          workflowTaskTimeout: '5 seconds',
          staticSummary: `Plan change to ${input.planCode}, ${input.activation.when}`,
          staticDetails: `Customer \`${input.customerId}\`, agent \`${input.agentId}\`, identification \`${input.identificationId}\`.`,
          typedSearchAttributes: [
            // The quote takes milliseconds, and then the change waits for consent: set here, it costs no upsert.
            { key: SEARCH_ATTRIBUTE.status, value: 'awaiting_consent' },
            { key: SEARCH_ATTRIBUTE.customerId, value: input.customerId },
            { key: SEARCH_ATTRIBUTE.planCode, value: input.planCode },
          ],
        },
      );
      return outcomeOf<OpenAnswer>((client) =>
        client.workflow.startUpdateWithStart<PlanChangeWorkflow, OpenAnswer, []>(UPDATE.openPlanChange, {
          updateId,
          waitForStage: 'ACCEPTED',
          startWorkflowOperation,
        }),
      );
    },
    send(planChangeId, message, payload, updateId) {
      return outcomeOf<MessageAnswer>(({ workflow }) =>
        workflow.getHandle(planChangeWorkflowId(planChangeId)).startUpdate<MessageAnswer, [object]>(message, {
          updateId,
          args: [payload],
          waitForStage: 'ACCEPTED',
        }),
      );
    },
    async requestConsent(input) {
      const line = temporal.line();
      const { connection, client } = line;
      try {
        await connection.withDeadline(Date.now() + waitMs, () =>
          client.workflow.start<(input: RequestConsentWorkflowInput) => Promise<void>>(
            REQUEST_CONSENT_WORKFLOW,
            {
              workflowId: requestConsentWorkflowId(input.requestId),
              taskQueue: options.taskQueue,
              args: [input],
              workflowIdReusePolicy: WorkflowIdReusePolicy.REJECT_DUPLICATE,
              workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
              staticSummary: `Consent request for plan change ${input.planChangeId}`,
              typedSearchAttributes: [{ key: SEARCH_ATTRIBUTE.customerId, value: input.customerId }],
            },
          ),
        );
        return { kind: 'answered', answer: null };
      } catch (error) {
        if (error instanceof WorkflowExecutionAlreadyStartedError) return { kind: 'answered', answer: null };
        const outcome = outcomeOfError<null>(error, false);
        if (outcome.kind !== 'not_accepted') return outcome;
        // A start needs no worker: nobody answered.
        await temporal.isServerThere(line);
        return { kind: 'unreachable' };
      }
    },
    async readiness() {
      const line = temporal.line();
      const { connection, client } = line;
      if (!(await temporal.isServerThere(line))) return { server: false, worker: false };
      try {
        const queue = await connection.withDeadline(Date.now() + 2_000, () =>
          client.workflowService.describeTaskQueue({
            namespace: options.namespace,
            taskQueue: { name: options.taskQueue },
            taskQueueType: TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
          }),
        );
        const oldest = Date.now() - POLLER_FRESH_MS;
        const worker = queue.pollers.some(
          ({ lastAccessTime }) => Number(lastAccessTime?.seconds ?? 0) * 1_000 > oldest,
        );
        return { server: true, worker };
      } catch {
        return { server: false, worker: false };
      }
    },
    close: () => temporal.close(),
  };
}

type PlanChangeWorkflow = (input: PlanChangeInput) => Promise<unknown>;

function outcomeOfError<T>(error: unknown, accepted: boolean): Outcome<T> {
  if (error instanceof WorkflowUpdateFailedError) {
    const { cause } = error;
    if (cause instanceof ApplicationFailure && isRefusal(cause.type)) {
      const [details] = (cause.details ?? []) as [{ status?: string }?];
      return { kind: 'refused', refusal: cause.type, status: details?.status ?? 'unknown' };
    }
    // The workflow ended before it could answer.
    return { kind: 'closed' };
  }
  if (error instanceof WorkflowNotFoundError || error instanceof WorkflowExecutionAlreadyStartedError) {
    return { kind: 'closed' };
  }
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError)
    return accepted ? { kind: 'accepted' } : { kind: 'not_accepted' };
  const grpc = grpcCodeOf(error);
  if (grpc === undefined) throw error;
  if (grpc.code === GRPC.FAILED_PRECONDITION)
    return /paused/i.test(grpc.details) ? { kind: 'paused' } : { kind: 'closed' };
  // What is in the history will be done, whatever keeps its answer away.
  if (accepted) return { kind: 'accepted' };
  switch (grpc.code) {
    case GRPC.DEADLINE_EXCEEDED:
    case GRPC.CANCELLED:
      return { kind: 'not_accepted' };
    case GRPC.RESOURCE_EXHAUSTED:
      return { kind: 'overloaded' };
    default:
      return { kind: 'unreachable' };
  }
}

function isRefusal(type: string | null | undefined): type is Refusal {
  return typeof type === 'string' && type in REFUSAL;
}
