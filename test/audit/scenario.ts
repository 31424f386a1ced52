import { Client, Connection } from '@temporalio/client';
import type { WorkflowHandle } from '@temporalio/client';
import { claimKey, recordAnswer } from '../../db/stores/idempotency-keys.ts';
import { loadHistories, type Histories } from '../../dev/audit/histories.ts';
import type { PlanChangeInput } from '../../workflows/contract.ts';
import { planChangeWorkflowId, UPDATE } from '../../workflows/contract.ts';
import type { MailTemplates } from '../../activities/ports.ts';
import {
  createRig,
  startWorker,
  type Rig,
  type RigAccount,
  type RigWorker,
} from '../support/plan-change-rig.ts';
import { testTemporal } from '../support/test-stack.ts';

/** Ids of the changes of the scenario, by how they ended or where they wait. */
export interface ScenarioChanges {
  /** Applied at once; due now. */
  readonly upgraded: string;
  /** Applied at once, under its second quote; a surplus to the balance. */
  readonly downgraded: string;
  /** Applied on its date; its steps were run without a workflow. */
  readonly dated: string;
  readonly declined: string;
  readonly cancelled: string;
  readonly rejected: string;
  /** Applied and taken back, with a surplus. */
  readonly failed: string;
  /** Waits for people. */
  readonly held: string;
  /** Waits for its date. */
  readonly scheduled: string;
  /** Waits for consent. */
  readonly waiting: string;
}

/** A small sound system at rest: every way out of a change once, with its histories, and no worker. */
export interface Scenario {
  readonly rig: Rig;
  readonly taskQueue: string;
  readonly changes: ScenarioChanges;
  readonly histories: Histories;
  close(): Promise<void>;
}

/** The account under this name has its read-back fail for good. */
const UNLUCKY = 'Una Lucky';
const TEMPLATES: MailTemplates = {
  summary: ({ customer }) => {
    if (customer.fullName === UNLUCKY) throw Object.assign(new Error('seeded'), { code: '22000' });
    return { subject: 'Your plan', text: 'Your plan', html: '<p>Your plan</p>' };
  },
};

export async function buildScenario(name: string): Promise<Scenario> {
  const rig = await createRig(name, { templates: TEMPLATES });
  const worker = await startWorker(rig);
  const changes = await makeChanges(rig, worker).finally(() => worker.stop());
  await storeAnswers(rig, changes);
  const { address, namespace } = await testTemporal();
  const connection = await Connection.connect({ address });
  const histories = await loadHistories({
    client: new Client({ connection, namespace }),
    taskQueue: worker.taskQueue,
    onProgress: () => undefined,
  });
  return {
    rig,
    taskQueue: worker.taskQueue,
    changes,
    histories,
    async close() {
      await connection.close();
      await rig.close();
    },
  };
}

async function makeChanges(rig: Rig, worker: RigWorker): Promise<ScenarioChanges> {
  const open = async (account: RigAccount, overrides?: Partial<PlanChangeInput>) => {
    const { handle } = await worker.open(rig.input(account, overrides));
    return { handle, id: handle.workflowId.slice(planChangeWorkflowId('').length) };
  };
  const someone = rig.account;
  const rich = { planCode: 'fiber-two-lines-complete' };
  const author = { type: 'agent', id: rig.agent.agentId };

  const upgraded = await open(await someone());
  await consent(rig, upgraded);
  const downgraded = await open(await someone(rich), { planCode: 'phone-basic' });
  await upgraded.handle.result();
  await downgraded.handle.executeUpdate(UPDATE.requote, { args: [{ author }] });
  await consent(rig, downgraded);
  await downgraded.handle.result();

  const declined = await open(await someone());
  await declined.handle.executeUpdate(UPDATE.decline, { args: [{ remarkId: null, author }] });
  const cancelled = await open(await someone());
  const remarkId = await rig.remark(cancelled.id, 'Moves to another town in spring');
  await cancelled.handle.executeUpdate(UPDATE.cancel, { args: [{ remarkId, author }] });
  const rejected = await open(await someone(), { planCode: 'no-such-plan' });

  const failed = await open(await someone({ ...rich, fullName: UNLUCKY }), { planCode: 'phone-basic' });
  await consent(rig, failed);
  await failed.handle.result();

  const suspended = await someone();
  const held = await open(suspended);
  await rig.knex('customers').where({ id: suspended.customerId }).update({ status: 'suspended' });
  await consent(rig, held);

  const scheduled = await open(await someone(), { activation: { when: 'end_of_cycle' } });
  await consent(rig, scheduled);
  const waiting = await open(await someone());

  return {
    upgraded: upgraded.id,
    downgraded: downgraded.id,
    dated: await applyOnDate(rig),
    declined: declined.id,
    cancelled: cancelled.id,
    rejected: rejected.id,
    failed: failed.id,
    held: held.id,
    scheduled: scheduled.id,
    waiting: waiting.id,
  };
}

async function consent(rig: Rig, { id, handle }: { id: string; handle: WorkflowHandle }): Promise<void> {
  const quoteHash = await currentHash(rig, id);
  const evidenceId = await rig.evidence(id, quoteHash);
  const author = { type: 'agent', id: rig.agent.agentId };
  await handle.executeUpdate(UPDATE.recordConsent, { args: [{ evidenceId, quoteHash, method: 'verbal', author }] });
}

async function currentHash(rig: Rig, planChangeId: string): Promise<string> {
  const quote = await rig
    .knex('quotes')
    .where({ plan_change_id: planChangeId })
    .orderBy('revision', 'desc')
    .first<{ hash: string }>('hash');
  return quote.hash;
}

/** The steps of a dated change with the instants that its workflow would give them, weeks from now. */
async function applyOnDate(rig: Rig): Promise<string> {
  const account = await rig.account();
  const input = rig.input(account, { activation: { when: 'end_of_cycle' } });
  const { planChangeId, customerId } = input;
  const execution = { workflowId: planChangeWorkflowId(planChangeId) };
  const now = new Date().toISOString();
  const opened = await rig.run('openPlanChange', { ...input, now }, execution);
  if (opened.outcome !== 'quoted') throw new Error(`The scenario's change was refused: ${opened.code}`);
  const { revision, hash: quoteHash, activateAt } = opened.quote;
  const later = activateAt ?? '';
  const author = { type: 'agent', id: rig.agent.agentId } as const;
  const evidenceId = await rig.evidence(planChangeId, quoteHash);
  await rig.run(
    'scheduleActivation',
    { planChangeId, revision, consent: { evidenceId, quoteHash, method: 'verbal', author, acceptedAt: now } },
    execution,
  );
  await rig.run('activatePlan', { planChangeId, revision, quoteHash, consent: null, now: later }, execution);
  await rig.run('verifyActivation', { planChangeId, customerId, revision }, execution);
  await rig.run('sendSummary', { planChangeId, customerId, now: later }, execution);
  return planChangeId;
}

/** What the API keeps for repeats of the requests that made the changes. */
async function storeAnswers(rig: Rig, changes: ScenarioChanges): Promise<void> {
  const answer = async (operation: string, status: number, body: object, contentType = 'application/json') => {
    const sha256 = (digit: string): string => digit.repeat(64);
    const { id } = await claimKey(rig.knex, {
      agentId: rig.agent.agentId,
      operation,
      keySha256: sha256('a'),
      requestSha256: sha256('b'),
    });
    const headers = { 'Content-Type': contentType };
    await recordAnswer(rig.knex, id, { status, headers, body: JSON.stringify(body) });
  };
  const quote = { hash: await currentHash(rig, changes.upgraded) };
  const kept = await rig.knex('consents').where({ plan_change_id: changes.upgraded }).first<{ id: string }>('id');
  const note = await rig.knex('account_notes').first<{ id: string }>('id');
  const { upgraded: planChangeId } = changes;
  await answer('createPlanChange', 201, { planChangeId, status: 'awaiting_consent', quote, confirmedAt: null });
  await answer('consent', 200, { planChangeId, status: 'activated', quote, consent: { consentId: kept.id } });
  await answer('addNote', 201, { noteId: note.id, planChangeId: null });
  await answer('createWebhook', 202, {});
  const problem = { status: 409, code: 'wrong-state', title: 'The change has ended' };
  await answer('cancel', 409, problem, 'application/problem+json');
}
