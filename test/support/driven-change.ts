import assert from 'node:assert/strict';
import type { WorkflowHandle } from '@temporalio/client';
import { WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { RequestedActivation } from '../../domain/activation-date.ts';
import type { PlanChangeStatus } from '../../domain/plan-change-status.ts';
import type {
  MessageAnswer,
  OpenAnswer,
  PlanChangeInput,
  PlanChangeResult,
  RecordConsentInput,
} from '../../workflows/contract.ts';
import { planChangeWorkflowId, UPDATE } from '../../workflows/contract.ts';
import { eventually } from './eventually.ts';
import type { Rig, RigAccount, RigWorker } from './plan-change-rig.ts';
import type { StageOptions } from './staged-change.ts';

/** What the database says of a change. */
export interface ChangeRow {
  readonly status: PlanChangeStatus;
  readonly hold_reason: string | null;
  readonly rejection_code: string | null;
  readonly quote_revision: number;
  readonly effective_date: string;
  readonly activate_at: Date | null;
  readonly consent_deadline_at: Date;
  readonly applied_at: Date | null;
  readonly closed_at: Date | null;
}

export interface SendOptions {
  /** The id of the message; sending the same one again meets the first. */
  readonly updateId?: string;
}

/** A change that runs in a workflow, as its caller and the database see it. */
export interface DrivenChange {
  readonly account: RigAccount;
  readonly input: PlanChangeInput;
  readonly planChangeId: string;
  readonly workflowId: string;
  readonly handle: WorkflowHandle;
  /** The same change over another worker's connection. */
  readonly over: (worker: RigWorker) => DrivenChange;
  readonly send: (
    message: Exclude<keyof typeof UPDATE, 'openPlanChange'>,
    payload: object,
    options?: SendOptions,
  ) => Promise<MessageAnswer>;
  /** The message of a consent to the current quote, or to `quoteHash`, with its evidence received. */
  readonly consentTo: (quoteHash?: string) => Promise<RecordConsentInput>;
  readonly consent: (quoteHash?: string, options?: SendOptions) => Promise<MessageAnswer>;
  readonly decline: (options?: SendOptions) => Promise<MessageAnswer>;
  /** `reason`: free text that is kept for the note. */
  readonly cancel: (reason?: string, options?: SendOptions) => Promise<MessageAnswer>;
  readonly requote: (options?: SendOptions) => Promise<MessageAnswer>;
  readonly reschedule: (activation: RequestedActivation, options?: SendOptions) => Promise<MessageAnswer>;
  readonly quoteHash: () => Promise<string>;
  readonly row: () => Promise<ChangeRow>;
  readonly reaches: (status: PlanChangeStatus) => Promise<ChangeRow>;
  /** Every status the change has had, in order. */
  readonly history: () => Promise<PlanChangeStatus[]>;
  readonly noteKinds: () => Promise<string[]>;
  /** Lines of the ledger and entries of the balance, reversals among them. */
  readonly posted: () => Promise<{ lines: number; sum: bigint; balance: bigint }>;
  /** Plan of the account that is running. */
  readonly plan: () => Promise<string>;
  readonly result: () => Promise<PlanChangeResult>;
}

/** Opens a change as the API does. Throws when it is refused. */
export async function openChange(
  rig: Rig,
  worker: RigWorker,
  options: StageOptions = {},
): Promise<DrivenChange> {
  const account = await rig.account(options.account);
  const { change, answer } = await tryToOpen(rig, worker, account, options.input);
  assert.deepEqual(answer, { outcome: 'quoted' });
  return change;
}

/** Opens a change for an account that is there already; the answer may be a refusal. */
export async function tryToOpen(
  rig: Rig,
  worker: RigWorker,
  account: RigAccount,
  asked: Partial<PlanChangeInput> = {},
): Promise<{ change: DrivenChange; answer: OpenAnswer }> {
  const input = rig.input(account, asked);
  const { answer } = await worker.open(input);
  return { change: driveChange(rig, worker, account, input), answer };
}

/** A change that was or will be opened by somebody else. */
export function driveChange(
  rig: Rig,
  worker: RigWorker,
  account: RigAccount,
  input: PlanChangeInput,
): DrivenChange {
  const { planChangeId } = input;
  const workflowId = planChangeWorkflowId(planChangeId);
  const handle = worker.client.workflow.getHandle(workflowId);
  const author = { type: 'agent', id: rig.agent.agentId } as const;
  const mine = (table: string) => rig.knex(table).where({ plan_change_id: planChangeId });

  const send: DrivenChange['send'] = (message, payload, options = {}) =>
    handle.executeUpdate<MessageAnswer, [object]>(UPDATE[message], { args: [payload], ...options });
  const quoteHash = async (): Promise<string> => {
    const [hash] = await mine('quotes').orderBy('revision', 'desc').limit(1).pluck<string[]>('hash');
    assert.ok(hash, 'the change has a quote');
    return hash;
  };
  const consentTo: DrivenChange['consentTo'] = async (hash) => {
    const agreed = hash ?? (await quoteHash());
    return {
      evidenceId: await rig.evidence(planChangeId, agreed),
      quoteHash: agreed,
      method: 'verbal',
      author,
    };
  };
  const row = async (): Promise<ChangeRow> => {
    const found = await rig.knex('plan_changes').where({ id: planChangeId }).first<ChangeRow | undefined>();
    assert.ok(found, 'the change has a row');
    return found;
  };

  return {
    ...{ account, input, planChangeId, workflowId, handle, send, consentTo, quoteHash, row },
    over: (other) => driveChange(rig, other, account, input),
    consent: async (hash, options) => send('recordConsent', await consentTo(hash), options),
    decline: (options) => send('decline', { remarkId: null, author }, options),
    async cancel(reason, options) {
      const remarkId = reason === undefined ? null : await rig.remark(planChangeId, reason);
      return send('cancel', { remarkId, author }, options);
    },
    requote: (options) => send('requote', { author }, options),
    reschedule: (activation, options) => send('reschedule', { activation, author }, options),
    reaches: (status) =>
      eventually(
        async () => {
          const now = await row();
          return now.status === status ? now : undefined;
        },
        { within: 20_000, what: `${workflowId} ${status}` },
      ),
    history: () => mine('plan_change_transitions').orderBy('id').pluck<PlanChangeStatus[]>('status'),
    noteKinds: () => mine('account_notes').orderBy('sequence').pluck<string[]>('kind'),
    async posted() {
      const amounts = (values: bigint[]): bigint => values.reduce((sum, value) => sum + value, 0n);
      const lines = await mine('charges').pluck<bigint[]>('amount_minor');
      const balance = await mine('balance_entries').pluck<bigint[]>('amount_minor');
      return { lines: lines.length, sum: amounts(lines), balance: amounts(balance) };
    },
    async plan() {
      const [plan] = await rig
        .knex('subscription_periods')
        .where({ subscription_id: account.subscriptionId })
        .whereRaw('upper_inf(valid)')
        .pluck<string[]>('plan_code');
      assert.ok(plan, 'the account has a plan');
      return plan;
    },
    result: () => handle.result() as Promise<PlanChangeResult>,
  };
}

/** The refusal with which a validator turned a message away. */
export async function refusalOf(attempt: Promise<unknown>): Promise<{ type: string; status: string }> {
  const error: unknown = await attempt.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  const cause = error instanceof WorkflowUpdateFailedError ? error.cause : undefined;
  if (!(cause instanceof ApplicationFailure)) {
    throw new Error('the message should have been refused', { cause: error });
  }
  const [details] = (cause.details ?? []) as [{ status?: string }?];
  return { type: cause.type ?? '', status: details?.status ?? '' };
}
