import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { WorkflowHandle } from '@temporalio/client';
import type { AccountOverrides } from '../../dev/seed/test-account.ts';
import { row, rows } from '../../db/sql.ts';
import { spendLink } from '../../db/stores/consent-links.ts';
import { insertEvidence } from '../../db/stores/evidence.ts';
import { claimKey, recordAnswer } from '../../db/stores/idempotency-keys.ts';
import { loadHistories, type Histories } from '../../dev/audit/histories.ts';
import type { PlanChangeInput } from '../../workflows/contract.ts';
import { FAULT } from '../../domain/failures.ts';
import { createTemplates } from '../../emails/templates.ts';
import {
  planChangeWorkflowId,
  REQUEST_CONSENT_WORKFLOW,
  requestConsentWorkflowId,
  UPDATE,
} from '../../workflows/contract.ts';
import {
  createRig,
  startWorker,
  type Rig,
  type RigAccount,
  type RigWorker,
} from '../support/plan-change-rig.ts';
import { skipTime } from '../support/skip-time.ts';
import { eventually, testTemporal } from '../support/test-stack.ts';

/** Ids of the changes of the scenario, by how they ended or where they wait. */
export interface ScenarioChanges {
  /** Applied at once; due now. */
  readonly upgraded: string;
  /** Applied at once, under its second quote; a surplus to the balance. */
  readonly downgraded: string;
  /** Applied on its date. */
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
  /** The customer agreed by a link that an agent had asked for. */
  readonly byLink: string;
  /** The customer declined by a link. */
  readonly declinedByLink: string;
  /** Takes an applied change back, with a promotion of today. */
  readonly reverted: string;
}

/** A small sound system at rest: every way out of a change once, with its histories, and no worker. */
export interface Scenario {
  readonly rig: Rig;
  readonly taskQueue: string;
  readonly changes: ScenarioChanges;
  readonly histories: Histories;
  close(): Promise<void>;
}

const CUSTOMER = { type: 'customer', id: null } as const;
const COMPANY = {
  name: 'QuickConnect',
  phone: '1-800-555-0100',
  publicUrl: 'http://api.test',
  supportEmail: 'support@example.com',
};

let shared: Promise<Scenario> | undefined;

/** One scenario for all suites of the audit: what they break they undo. */
export function sharedScenario(): Promise<Scenario> {
  return (shared ??= buildScenario('audit'));
}

/** For the suite that calls it: the first one also waits for the servers and the workflow bundle. */
export function useScenario(): void {
  before(async function () {
    this.timeout(60_000);
    await sharedScenario();
  });
}

// At the top level of the run: after the last suite that uses it.
after(async () => {
  await shared?.then(
    (scenario) => scenario.close(),
    () => undefined,
  );
});

async function buildScenario(name: string): Promise<Scenario> {
  const rig = await createRig(name, { templates: createTemplates(COMPANY) });
  const unreadable = new Set<string>();
  const worker = await startWorker(rig, {
    activities: {
      ...rig.activities,
      verifyActivation: (input: Parameters<Rig['activities']['verifyActivation']>[0]) =>
        unreadable.has(input.planChangeId)
          ? Promise.reject(ApplicationFailure.nonRetryable('seeded', FAULT.DATABASE_REFUSED))
          : rig.activities.verifyActivation(input),
    },
  });
  const changes = await makeChanges(rig, worker, unreadable).finally(() => worker.stop());
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

/** `unreadable`: changes whose read-back is refused for good. */
async function makeChanges(rig: Rig, worker: RigWorker, unreadable: Set<string>): Promise<ScenarioChanges> {
  const open = async (account: RigAccount, overrides?: Partial<PlanChangeInput>): Promise<Opened> => {
    const { handle } = await worker.open(rig.input(account, overrides));
    return { handle, id: handle.workflowId.slice(planChangeWorkflowId('').length) };
  };
  const someone = (overrides?: AccountOverrides) => rig.account(overrides);
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

  const suspended = await someone();
  const held = await open(suspended);
  await rig.knex('customers').where({ id: suspended.customerId }).update({ status: 'suspended' });
  await consent(rig, held);

  const scheduled = await open(await someone(), { activation: { when: 'end_of_cycle' } });
  await consent(rig, scheduled);
  const waiting = await open(await someone());
  const dated = await open(await someone(), { activation: { when: 'end_of_cycle' } });
  await applyOnDate(rig, dated);
  const failed = await open(await someone(), { planCode: 'phone-basic' });
  unreadable.add(failed.id);
  await consent(rig, failed);
  await failed.handle.result();

  const byLink = await open(await someone());
  const accepted = await openedLink(rig, worker, byLink.id);
  await consent(rig, byLink, accepted);
  const declinedByLink = await open(await someone());
  const refused = await openedLink(rig, worker, declinedByLink.id);
  await declinedByLink.handle.executeUpdate(UPDATE.decline, { args: [{ remarkId: null, author: CUSTOMER }] });
  await spendLink(rig.knex, refused.id, null);

  const undecided = await someone({ planCode: 'fiber-plus' });
  const away = await open(undecided, { planCode: 'fiber-basic' });
  await consent(rig, away);
  await away.handle.result();
  const reverted = await open(undecided, { promotionCode: 'FIBER-10', revertsId: away.id });
  await consent(rig, reverted);
  await eventually(
    async () => {
      const unsent = await rows(
        rig.knex,
        `SELECT id FROM email_outbox WHERE status IN ('queued', 'sending')`,
      );
      return unsent.length === 0 ? true : undefined;
    },
    { what: 'every mail accepted' },
  );
  // The last mail is accepted before its workflow has ended.
  for (const { handle } of [declined, cancelled, rejected, byLink, declinedByLink, reverted])
    await handle.result();

  return {
    upgraded: upgraded.id,
    downgraded: downgraded.id,
    dated: dated.id,
    declined: declined.id,
    cancelled: cancelled.id,
    rejected: rejected.id,
    failed: failed.id,
    held: held.id,
    scheduled: scheduled.id,
    waiting: waiting.id,
    byLink: byLink.id,
    declinedByLink: declinedByLink.id,
    reverted: reverted.id,
  };
}

/** Verbal consent that an agent recorded; or written consent of the customer by a link. */
async function consent(rig: Rig, { id, handle }: Opened, link?: Link): Promise<void> {
  const quoteHash = await currentHash(rig, id);
  const method = link ? 'written' : 'verbal';
  const evidenceId = link
    ? await evidenceByLink(rig, id, quoteHash, link)
    : await rig.evidence(id, quoteHash);
  const author = link ? CUSTOMER : { type: 'agent', id: rig.agent.agentId };
  await handle.executeUpdate(UPDATE.recordConsent, { args: [{ evidenceId, quoteHash, method, author }] });
}

interface Link {
  readonly id: string;
}

/** A link that an agent asked for, as it left with its mail. */
async function openedLink(rig: Rig, worker: RigWorker, planChangeId: string): Promise<Link> {
  const bindings = { planChangeId };
  const { customerId } = await row<{ customerId: string }>(
    rig.knex,
    'SELECT customer_id AS "customerId" FROM plan_changes WHERE id = :planChangeId',
    bindings,
  );
  const requestId = randomUUID();
  await worker.client.workflow.execute(REQUEST_CONSENT_WORKFLOW, {
    workflowId: requestConsentWorkflowId(requestId),
    taskQueue: worker.taskQueue,
    args: [{ planChangeId, customerId, requestId, author: { type: 'agent', id: rig.agent.agentId } }],
  });
  return row<Link>(rig.knex, 'SELECT id FROM consent_links WHERE plan_change_id = :planChangeId', bindings);
}

/** What the customer's page stores before it tells the workflow. */
function evidenceByLink(rig: Rig, planChangeId: string, quoteHash: string, { id }: Link): Promise<string> {
  return insertEvidence(rig.knex, {
    planChangeId,
    quoteHash,
    method: 'written',
    details: {
      channel: 'link',
      linkId: id,
      typedName: 'Nobody Inparticular',
      shown: { quoteHash, words: 'I agree.' },
    },
    agentId: null,
    requestId: id,
    givenAt: new Date().toISOString(),
  });
}

async function currentHash(rig: Rig, planChangeId: string): Promise<string> {
  const { hash } = await row<{ hash: string }>(
    rig.knex,
    'SELECT hash FROM quotes WHERE plan_change_id = :planChangeId ORDER BY revision DESC LIMIT 1',
    { planChangeId },
  );
  return hash;
}

/** Its time jumps to its date, weeks from now. */
async function applyOnDate(rig: Rig, dated: Opened): Promise<void> {
  await consent(rig, dated);
  const { at } = await row<{ at: Date }>(
    rig.knex,
    'SELECT activate_at AS at FROM plan_changes WHERE id = :planChangeId',
    { planChangeId: dated.id },
  );
  await skipTime(dated.handle.workflowId, { seconds: Math.ceil((at.getTime() - Date.now()) / 1_000) + 1 });
  await dated.handle.result();
}

interface Opened {
  readonly id: string;
  readonly handle: WorkflowHandle;
}

/** What the API keeps for repeats of the requests that made the changes. */
async function storeAnswers(rig: Rig, changes: ScenarioChanges): Promise<void> {
  const answer = async (
    operation: string,
    status: number,
    body: object,
    contentType = 'application/json',
  ) => {
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
  const bindings = { planChangeId: changes.upgraded };
  const kept = await row<{ id: string }>(
    rig.knex,
    'SELECT id FROM consents WHERE plan_change_id = :planChangeId',
    bindings,
  );
  const note = await row<{ id: string }>(rig.knex, 'SELECT id FROM account_notes LIMIT 1');
  const { upgraded: planChangeId } = changes;
  await answer('createPlanChange', 201, {
    planChangeId,
    status: 'awaiting_consent',
    quote,
    confirmedAt: null,
  });
  await answer('consent', 200, { planChangeId, status: 'activated', quote, consent: { consentId: kept.id } });
  await answer('addNote', 201, { noteId: note.id, planChangeId: null });
  // Any number of notes may be added about one change, or about none.
  await answer('addFurtherNote', 201, { noteId: note.id, planChangeId: null });
  await answer('addNoteOfChange', 201, { noteId: note.id, planChangeId });
  await answer('createWebhook', 202, {});
  const problem = { status: 409, code: 'wrong-state', title: 'The change has ended' };
  await answer('cancel', 409, problem, 'application/problem+json');
}
