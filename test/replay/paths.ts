import { randomUUID } from 'node:crypto';
import type { WorkflowHandle } from '@temporalio/client';
import type { MailOutcome } from '../../activities/ports.ts';
import {
  CLOSE_ORPHAN_WORKFLOW,
  closeOrphanWorkflowId,
  REQUEST_CONSENT_WORKFLOW,
  requestConsentWorkflowId,
} from '../../workflows/contract.ts';
import { failWritesTo } from '../activities/failing-statement.ts';
import { openChange, tryToOpen, type DrivenChange } from '../support/driven-change.ts';
import type { Rig, RigWorker } from '../support/plan-change-rig.ts';
import { skipTime } from '../support/skip-time.ts';
import { DOWNGRADE, END_OF_CYCLE } from '../support/staged-change.ts';

export interface PathContext {
  readonly rig: Rig;
  readonly worker: RigWorker;
  /** What the mail provider answers from now on. */
  readonly mailsAre: (outcome: MailOutcome) => void;
}

/** Walks a path and gives the handle of the workflow that took it, at the end of its history. */
type Path = (context: PathContext) => Promise<Pick<WorkflowHandle, 'workflowId' | 'fetchHistory'>>;

const ACCEPTED: MailOutcome = { outcome: 'accepted', providerMessageId: 'message' };

const ended = async (change: DrivenChange): Promise<WorkflowHandle> => {
  await change.result();
  return change.handle;
};
const setStatus = (rig: Rig, { account }: DrivenChange, status: string) =>
  rig.knex('customers').where({ id: account.customerId }).update({ status });
const held = async ({ rig, worker }: PathContext): Promise<DrivenChange> => {
  const change = await openChange(rig, worker);
  await setStatus(rig, change, 'suspended');
  await change.consent();
  return change;
};
const scheduled = async ({ rig, worker }: PathContext): Promise<DrivenChange> => {
  const change = await openChange(rig, worker, END_OF_CYCLE);
  await change.consent();
  return change;
};
const consentWhileBroken = async (rig: Rig, change: DrivenChange, table: string): Promise<void> => {
  const broken = await failWritesTo(rig.ownerKnex, table, 'refused', '23514');
  try {
    await change.consent();
  } finally {
    await broken.mend();
  }
};

/** Every way through the workflows; the name is the name of the stored history. */
export const PATHS: Readonly<Record<string, Path>> = {
  immediate: async ({ rig, worker }) => {
    const change = await openChange(rig, worker, DOWNGRADE);
    await change.consent();
    return ended(change);
  },
  dated: async (context) => {
    const change = await scheduled(context);
    await skipTime(change.workflowId, { days: 32 });
    return ended(change);
  },
  'waiting-for-consent': async ({ rig, worker }) => (await openChange(rig, worker)).handle,
  'waiting-for-date': async (context) => (await scheduled(context)).handle,
  rejected: async ({ rig, worker }) => {
    const account = await rig.account();
    return ended((await tryToOpen(rig, worker, account, { planCode: 'no-such-plan' })).change);
  },
  declined: async ({ rig, worker }) => {
    const change = await openChange(rig, worker);
    await change.decline();
    return ended(change);
  },
  cancelled: async ({ rig, worker }) => {
    const change = await openChange(rig, worker);
    await change.cancel('Moves to another town in spring');
    return ended(change);
  },
  replaced: async ({ rig, worker }) => {
    const change = await openChange(rig, worker);
    await tryToOpen(rig, worker, change.account, { replacesId: change.planChangeId });
    return ended(change);
  },
  replacing: async ({ rig, worker }) => {
    const { account, planChangeId } = await openChange(rig, worker);
    const { change } = await tryToOpen(rig, worker, account, { replacesId: planChangeId });
    await change.consent();
    return ended(change);
  },
  'replaced-after-consent': async (context) => {
    const change = await scheduled(context);
    const { rig, worker } = context;
    await tryToOpen(rig, worker, change.account, { replacesId: change.planChangeId });
    return ended(change);
  },
  'reminded-and-expired': async ({ rig, worker }) => {
    const change = await openChange(rig, worker);
    await skipTime(change.workflowId, { days: 8 });
    return ended(change);
  },
  'quote-expired-and-requoted': async ({ rig, worker }) => {
    const change = await openChange(rig, worker);
    await skipTime(change.workflowId, { hours: 25 });
    await change.requote();
    await change.consent();
    return ended(change);
  },
  'requote-refused': async ({ rig, worker }) => {
    const change = await openChange(rig, worker);
    await setStatus(rig, change, 'suspended');
    await change.requote();
    await change.decline();
    return ended(change);
  },
  rescheduled: async (context) => {
    const change = await scheduled(context);
    await change.reschedule({ when: 'immediately' });
    await change.consent();
    return ended(change);
  },
  'scheduled-and-cancelled': async (context) => {
    const change = await scheduled(context);
    await change.cancel();
    return ended(change);
  },
  'held-requoted-and-applied': async (context) => {
    const change = await held(context);
    await setStatus(context.rig, change, 'active');
    await change.requote();
    await change.consent();
    return ended(change);
  },
  'held-and-cancelled': async (context) => {
    const change = await held(context);
    await change.cancel();
    return ended(change);
  },
  'held-and-expired': async (context) => {
    const change = await held(context);
    await skipTime(change.workflowId, { days: 15 });
    return ended(change);
  },
  'held-on-its-date': async (context) => {
    const change = await scheduled(context);
    await setStatus(context.rig, change, 'suspended');
    await skipTime(change.workflowId, { days: 32 });
    await change.reaches('held');
    await change.cancel();
    return ended(change);
  },
  'read-back-mismatch': async ({ rig, worker }) => {
    const change = await openChange(rig, worker);
    await rig.ownerKnex.raw(
      `CREATE FUNCTION overcharge() RETURNS trigger LANGUAGE plpgsql AS $$
         BEGIN NEW.price_minor := NEW.price_minor + 1; RETURN NEW; END $$;
       CREATE TRIGGER overcharge BEFORE INSERT ON subscription_periods FOR EACH ROW EXECUTE FUNCTION overcharge()`,
    );
    await change.consent();
    await rig.ownerKnex.raw('DROP FUNCTION overcharge CASCADE');
    await change.cancel();
    return ended(change);
  },
  'plan-not-restored': async ({ rig, worker }) => {
    const another = await openChange(rig, worker);
    await another.cancel();
    const change = await openChange(rig, worker);
    await rig.ownerKnex.raw(
      `CREATE FUNCTION mistake() RETURNS trigger LANGUAGE plpgsql AS $$
         BEGIN NEW.plan_change_id := '${another.planChangeId}'; RETURN NEW; END $$;
       CREATE TRIGGER zz_mistaken BEFORE INSERT ON subscription_periods FOR EACH ROW EXECUTE FUNCTION mistake()`,
    );
    await change.consent();
    await rig.ownerKnex.raw('DROP FUNCTION mistake CASCADE');
    await change.cancel();
    return ended(change);
  },
  'failed-and-told': async ({ rig, worker }) => {
    const change = await openChange(rig, worker);
    await consentWhileBroken(rig, change, 'charges');
    return ended(change);
  },
  failed: async ({ rig, worker }) => {
    const change = await openChange(rig, worker);
    await consentWhileBroken(rig, change, 'charges');
    return ended(change);
  },
  'failed-after-applying': async ({ rig, worker }) => {
    const change = await openChange(rig, worker);
    await consentWhileBroken(rig, change, 'email_outbox');
    return ended(change);
  },
  'cancelled-by-operations': async ({ rig, worker }) => {
    const change = await openChange(rig, worker);
    await change.handle.cancel();
    return ended(change);
  },
  'scheduled-and-cancelled-by-operations': async (context) => {
    const change = await scheduled(context);
    await change.handle.cancel();
    return ended(change);
  },
  'cancelled-by-operations-too-late': async ({ rig, worker, mailsAre }) => {
    mailsAre({ outcome: 'unavailable', status: 503, retryAfterMs: 50 });
    const change = await openChange(rig, worker);
    await change.consent();
    await change.handle.cancel();
    mailsAre(ACCEPTED);
    return ended(change);
  },
  'summary-given-up': async ({ rig, worker, mailsAre }) => {
    mailsAre({ outcome: 'refused', status: 400 });
    const change = await openChange(rig, worker);
    await change.consent();
    await change.result();
    mailsAre(ACCEPTED);
    return change.handle;
  },
  'overtaken-by-a-lost-quote': async ({ rig, worker }) => {
    const change = await openChange(rig, worker);
    const oldHash = await change.quoteHash();
    const { planChangeId, workflowId } = change;
    await rig.run(
      'requotePlanChange',
      {
        ...{ planChangeId, messageId: 'lost', activation: null, now: new Date().toISOString() },
        ...{ expected: { status: 'awaiting_consent', revision: 1 }, author: { type: 'system', id: null } },
      },
      { workflowId },
    );
    await change.consent(oldHash);
    await change.consent();
    return ended(change);
  },
  'overtaken-by-a-lost-cancellation': async ({ rig, worker }) => {
    const change = await openChange(rig, worker);
    const { planChangeId, workflowId, account } = change;
    await rig.run(
      'closePlanChange',
      {
        ...{ planChangeId, customerId: account.customerId, cause: 'lost', status: 'cancelled' },
        ...{ expected: { status: 'awaiting_consent', revision: 1 }, remarkId: null },
        ...{ author: { type: 'system', id: null }, now: new Date().toISOString() },
      },
      { workflowId },
    );
    await change.consent();
    return ended(change);
  },
  'overtaken-by-a-lost-activation': async ({ rig, worker }) => {
    const change = await openChange(rig, worker);
    const { evidenceId, quoteHash, method, author } = await change.consentTo();
    const { planChangeId, workflowId } = change;
    const now = new Date().toISOString();
    const consent = { evidenceId, quoteHash, method, author, acceptedAt: now };
    await rig.run(
      'activatePlan',
      { planChangeId, revision: 1, consent, now },
      { workflowId: `${workflowId}-lost` },
    );
    await change.cancel();
    return ended(change);
  },
  'notice-sent': async (context) => {
    const { planChangeId } = await held(context);
    return ofMail(context, planChangeId, 'notice');
  },
  'notice-given-up': async (context) => {
    context.mailsAre({ outcome: 'refused', status: 400 });
    const { planChangeId } = await held(context);
    const handle = await ofMail(context, planChangeId, 'notice');
    context.mailsAre(ACCEPTED);
    return handle;
  },
  'notice-cancelled-by-operations': async (context) => {
    context.mailsAre({ outcome: 'unavailable', status: 503, retryAfterMs: 60_000 });
    const { planChangeId } = await held(context);
    const handle = await ofMail(context, planChangeId, 'notice', (notice) => notice.cancel());
    context.mailsAre(ACCEPTED);
    return handle;
  },
  'orphan-closed': async ({ rig, worker }) => {
    const { planChangeId, account, handle: lost } = await openChange(rig, worker);
    await lost.terminate('the path asks for it');
    const handle = await worker.client.workflow.start(CLOSE_ORPHAN_WORKFLOW, {
      ...{ workflowId: closeOrphanWorkflowId(planChangeId), taskQueue: worker.taskQueue },
      args: [
        {
          ...{ planChangeId, customerId: account.customerId },
          ...{ expected: { status: 'awaiting_consent', revision: 1 }, author: { type: 'ops', id: null } },
        },
      ],
    });
    await handle.result();
    return handle;
  },
  'consent-requested': async ({ rig, worker }) => {
    const { planChangeId, account } = await openChange(rig, worker);
    const requestId = randomUUID();
    const author = { type: 'agent', id: rig.agent.agentId } as const;
    const handle = await worker.client.workflow.start(REQUEST_CONSENT_WORKFLOW, {
      ...{ workflowId: requestConsentWorkflowId(requestId), taskQueue: worker.taskQueue },
      args: [{ planChangeId, customerId: account.customerId, requestId, author }],
    });
    await handle.result();
    return handle;
  },
};

/** The workflow that sends the one mail of a change. */
async function ofMail(
  { rig, worker }: PathContext,
  planChangeId: string,
  prefix: string,
  meanwhile: (handle: WorkflowHandle) => Promise<unknown> = () => Promise.resolve(),
): Promise<WorkflowHandle> {
  const { id } = await rig
    .knex('email_outbox')
    .where({ plan_change_id: planChangeId })
    .first<{ id: string }>('id');
  const handle = worker.client.workflow.getHandle(`${prefix}-${id}`);
  await meanwhile(handle);
  await handle.result();
  return handle;
}
