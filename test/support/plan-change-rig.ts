import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client, Connection, WithStartWorkflowOperation, type WorkflowHandle } from '@temporalio/client';
import type { Workflow } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import {
  bundleWorkflowCode,
  DefaultLogger,
  makeTelemetryFilterString,
  NativeConnection,
  Runtime,
  Worker,
  type WorkerOptions,
} from '@temporalio/worker';
import type { Knex } from 'knex';
import { v7 as uuidv7 } from 'uuid';
import { createActivities, type Activities, type ActivityDeps } from '../../activities/index.ts';
import type { Mailer, MailTemplates, OutgoingMail } from '../../activities/ports.ts';
import { openDatabase } from '../../db/knex.ts';
import { createSteps } from '../../db/once.ts';
import { createOutbox } from '../../db/stores/outbox.ts';
import { seedAgents } from '../../dev/seed/seed-agents.ts';
import { seedCatalogue } from '../../dev/seed/seed-catalogue.ts';
import { insertAccount, type AccountOverrides, type TestAccount } from '../../dev/seed/test-account.ts';
import type { Policy } from '../../domain/policy.ts';
import { CONSENT_SCRIPT_VERSION } from '../../domain/consent-script.ts';
import { DEFAULT_POLICY } from '../../domain/policy.ts';
import type { OpenAnswer, PlanChangeInput } from '../../workflows/contract.ts';
import {
  PLAN_CHANGE_WORKFLOW,
  planChangeWorkflowId,
  SEARCH_ATTRIBUTE,
  UPDATE,
} from '../../workflows/contract.ts';
import { replayAfterRun } from './replay-after-run.ts';
import { createTestDatabase, testTemporal, type TestDatabase, type TestTemporal } from './test-stack.ts';

export interface RigOptions {
  /** Windows that a test shortens. */
  readonly policy?: Partial<Policy>;
  /** Instead of the one that accepts everything into `mails`. */
  readonly mailer?: Mailer;
  readonly templates?: MailTemplates;
  /** How long a send without an answer is respected, milliseconds; 10 minutes unless given. */
  readonly mailUnknownForMs?: number;
}

export interface RigAccount extends TestAccount {
  readonly identificationId: string;
}

/** A database of its own with catalogue and agents, and the real activities over it. */
export interface Rig {
  readonly database: TestDatabase;
  /** As the app's role. */
  readonly knex: Knex;
  /** As the superuser. */
  readonly ownerKnex: Knex;
  readonly activities: Activities;
  readonly agent: { readonly agentId: string };
  /** What the rig's own mailer was given, oldest first. */
  readonly mails: readonly OutgoingMail[];
  /** Runs one activity as its workflow would. */
  run<Name extends keyof Activities>(
    name: Name,
    input: Parameters<Activities[Name]>[0],
    execution: { readonly workflowId: string; readonly runId?: string },
  ): Promise<Awaited<ReturnType<Activities[Name]>>>;
  /** An account that the rig's agent has just identified. */
  account(overrides?: AccountOverrides): Promise<RigAccount>;
  /** A request for a change of this account; to fiber-plus at once unless told otherwise. */
  input(account: RigAccount, overrides?: Partial<PlanChangeInput>): PlanChangeInput;
  /** Received verbal evidence for a quote, as the API stores it before the message; returns its id. */
  evidence(planChangeId: string, quoteHash: string): Promise<string>;
  /** The free text of a message, as the API stores it before the message; returns its id. */
  remark(planChangeId: string, body: string): Promise<string>;
  close(): Promise<void>;
}

const TEMPLATES: MailTemplates = {
  summary: (applied) => ({
    subject: `Your plan is ${applied.current?.planName ?? 'unknown'}`,
    text: `Dear ${applied.customer.fullName}`,
    html: '<p>Your new plan</p>',
  }),
  notice: (kind, pending) => ({
    subject: `Your plan change: ${kind}`,
    text: `Dear ${pending.customer.fullName}`,
    html: '<p>Your plan change</p>',
  }),
};

/** `name` shows in pg_stat_activity. Close it in `after`. */
export async function createRig(name: string, options: RigOptions = {}): Promise<Rig> {
  const database = await createTestDatabase(name);
  const knex = openDatabase({ url: database.appUrl, maxConnections: 8, applicationName: `${name} app` });
  const ownerKnex = openDatabase({ url: database.ownerUrl, maxConnections: 2, applicationName: name });
  await seedCatalogue(ownerKnex);
  const { agent: agentId } = await seedAgents(ownerKnex, apiKeys());
  const mails: OutgoingMail[] = [];
  const deps: ActivityDeps = {
    steps: createSteps(knex),
    outbox: createOutbox(knex, { publicUrl: 'http://api.test' }),
    mailer: options.mailer ?? acceptInto(mails),
    templates: options.templates ?? TEMPLATES,
    policy: { ...DEFAULT_POLICY, ...options.policy },
    mailUnknownForMs: options.mailUnknownForMs ?? 600_000,
  };
  const activities = createActivities(deps);

  return {
    database,
    knex,
    ownerKnex,
    activities,
    agent: { agentId },
    mails,
    run(activity, input, { workflowId, runId = randomUUID() }) {
      const info = { workflowExecution: { workflowId, runId } };
      const environment = new MockActivityEnvironment(info, { logger: new DefaultLogger('ERROR') });
      const step = activities[activity] as (input: unknown) => Promise<never>;
      return environment.run(step, input);
    },
    async account(overrides) {
      const account = await insertAccount(ownerKnex, overrides);
      const identificationId = await identify(knex, agentId, account.customerId);
      return { ...account, identificationId };
    },
    input: (account, overrides) => ({
      planChangeId: randomUUID(),
      customerId: account.customerId,
      agentId,
      identificationId: account.identificationId,
      planCode: 'fiber-plus',
      promotionCode: null,
      activation: { when: 'immediately' },
      replacesId: null,
      revertsId: null,
      ...overrides,
    }),
    async evidence(planChangeId, quoteHash) {
      const id = uuidv7();
      await knex('consent_evidence').insert({
        id,
        plan_change_id: planChangeId,
        quote_hash: quoteHash,
        method: 'verbal',
        details: JSON.stringify({
          id: 'rec-1',
          startedAt: new Date(Date.now() - 60_000).toISOString(),
          durationSeconds: 60,
          announced: true,
          scriptVersion: CONSENT_SCRIPT_VERSION,
        }),
        agent_id: agentId,
        given_at: new Date(),
      });
      return id;
    },
    async remark(planChangeId, body) {
      const id = uuidv7();
      await knex('remarks').insert({ id, plan_change_id: planChangeId, agent_id: agentId, body });
      return id;
    },
    async close() {
      await knex.destroy();
      await ownerKnex.destroy();
      await database.drop();
    },
  };
}

/** A worker in this process, with the rig's activities, on a Temporal server. */
export interface RigWorker {
  readonly client: Client;
  readonly taskQueue: string;
  /** Starts a change the way the API does, and waits for the quote or the refusal. */
  open(input: PlanChangeInput): Promise<{ handle: WorkflowHandle; answer: OpenAnswer }>;
  /** Ends the worker and its connections; safe to call twice. */
  stop(): Promise<void>;
}

/**
 * `options` go to the worker: a task queue of its own unless one is given, other workflow code, a smaller cache.
 * `server`: instead of the run's Temporal server, whose histories alone are replayed at the end of the run.
 */
export async function startWorker(
  rig: Rig,
  options: Partial<WorkerOptions> = {},
  server?: TestTemporal,
): Promise<RigWorker> {
  installQuietRuntime();
  const { address, namespace } = server ?? (await testTemporal());
  const native = await NativeConnection.connect({ address });
  const connection = await Connection.connect({ address });
  const taskQueue = options.taskQueue ?? rig.database.name;
  if (!options.workflowBundle && !server) replayAfterRun(taskQueue, workflowBundle);
  const worker = await Worker.create({
    connection: native,
    namespace,
    taskQueue,
    workflowBundle: await workflowBundle(),
    activities: rig.activities,
    stickyQueueScheduleToStartTimeout: '2s',
    maxCachedWorkflows: 100,
    ...options,
  });
  const running = worker.run();
  const client = new Client({ connection, namespace });
  let stopped: Promise<void> | undefined;

  const stop = async (): Promise<void> => {
    if (worker.getState() === 'RUNNING') worker.shutdown();
    await running;
    await connection.close();
    await native.close();
  };
  return {
    client,
    taskQueue,
    async open(input) {
      const start = new WithStartWorkflowOperation(PLAN_CHANGE_WORKFLOW, {
        workflowId: planChangeWorkflowId(input.planChangeId),
        taskQueue,
        args: [input],
        workflowIdConflictPolicy: 'USE_EXISTING',
        workflowIdReusePolicy: 'REJECT_DUPLICATE',
        workflowTaskTimeout: '5 seconds',
        typedSearchAttributes: [
          { key: SEARCH_ATTRIBUTE.status, value: 'awaiting_consent' },
          { key: SEARCH_ATTRIBUTE.customerId, value: input.customerId },
          { key: SEARCH_ATTRIBUTE.planCode, value: input.planCode },
        ],
      });
      const answer = await client.workflow.executeUpdateWithStart<Workflow, OpenAnswer, []>(
        UPDATE.openPlanChange,
        { startWorkflowOperation: start },
      );
      return { handle: await start.workflowHandle(), answer };
    },
    stop: () => (stopped ??= stop()),
  };
}

let bundle: Promise<{ code: string }> | undefined;

/** The workflow code of the checkout, bundled once for the run. */
export function workflowBundle(): Promise<{ code: string }> {
  installQuietRuntime();
  bundle ??= bundleWorkflowCode({
    workflowsPath: path.join(path.dirname(fileURLToPath(import.meta.url)), '../../workflows/index.ts'),
    logger: new DefaultLogger('ERROR'),
  });
  return bundle;
}

let isQuiet = false;

/** The SDK's own lines would drown the report; errors still show. Before the first worker of the process. */
function installQuietRuntime(): void {
  if (isQuiet) return;
  isQuiet = true;
  Runtime.install({
    logger: new DefaultLogger('ERROR'),
    telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' }) } },
  });
}

function acceptInto(mails: OutgoingMail[]): Mailer {
  return {
    send(mail) {
      mails.push(mail);
      return Promise.resolve({ outcome: 'accepted', providerMessageId: `message-${mails.length}` });
    },
  };
}

/** What the API commits when an agent identified a customer: the identification and its note. */
async function identify(knex: Knex, agentId: string, customerId: string): Promise<string> {
  const identificationId = uuidv7();
  await knex.transaction(async (trx) => {
    await trx('identifications').insert({
      id: identificationId,
      agent_id: agentId,
      customer_id: customerId,
      expires_at: trx.raw(`now() + interval '1 hour'`),
    });
    await trx('account_notes').insert({
      customer_id: customerId,
      kind: 'identified',
      body: 'Name, address and account number were verified.',
      author_type: 'agent',
      author_id: agentId,
    });
  });
  return identificationId;
}

function apiKeys() {
  const key = (): string => {
    const characters = randomUUID().replaceAll('-', '');
    return `pc_${characters.slice(0, 8)}_${characters.slice(8)}`;
  };
  return { agent: key(), supervisor: key(), ops: key(), auditor: key() };
}
