import { randomUUID } from 'node:crypto';
import type { Activities } from '../../activities/index.ts';
import { planChangeWorkflowId } from '../../workflows/contract.ts';
import type { Rig } from '../support/plan-change-rig.ts';
import type { StagedChange } from '../support/staged-change.ts';
import {
  DOWNGRADE,
  stageApplied,
  stageChange,
  stageScheduled,
  stageVerified,
} from '../support/staged-change.ts';

/** A step, ready to run: each call runs it as one more attempt of the same step of the same workflow. */
export type StepRun = () => Promise<unknown>;

type Stage = (rig: Rig) => Promise<StepRun>;

const activation: Stage = async (rig) => {
  const change = await stageChange(rig, DOWNGRADE);
  const input = change.activation(await change.consent());
  return () => change.run('activatePlan', input);
};
const suspend = (rig: Rig, { customerId }: StagedChange) =>
  rig.knex('customers').where({ id: customerId }).update({ status: 'suspended' });
const stop = (change: StagedChange) => ({
  ...change.ids(),
  consent: null,
  causes: ['a_check'],
  now: change.now,
});
const held = { status: 'held', reason: 'read_back_mismatch' } as const;
const late = { status: 'held', reason: 'activation_late' } as const;
const close = (status: 'declined' | 'cancelled' | 'expired'): Stage => {
  return async (rig) => {
    const change = await stageChange(rig);
    const remarkId = status === 'cancelled' ? await rig.remark(change.planChangeId, 'Moves in spring') : null;
    const input = {
      ...{ planChangeId: change.planChangeId, customerId: change.customerId, cause: `${status} by message` },
      ...{ expected: change.expected('awaiting_consent'), status, author: change.author },
      ...{ remarkId, now: change.now },
    };
    return () => change.run('closePlanChange', input);
  };
};
const ask = async (rig: Rig) => {
  const change = await stageChange(rig);
  const { planChangeId, customerId, author, now } = change;
  const requestId = randomUUID();
  return { change, request: { planChangeId, customerId, requestId, author, now } };
};
const notice = async (rig: Rig) => {
  const { change, request } = await ask(rig);
  const { mailId } = await change.run('requestConsent', request);
  if (mailId === null) throw new Error('No mail for a change that awaits consent');
  const { planChangeId, customerId } = change;
  return { change, notice: { planChangeId, customerId, mailId } };
};

/** Every activity, in each way in which it can end. */
export const STEP_CASES: { readonly [Name in keyof Activities]: Readonly<Record<string, Stage>> } = {
  openPlanChange: {
    'makes a quote': async (rig) => {
      const input = { ...rig.input(await rig.account()), now: new Date().toISOString() };
      const execution = { workflowId: planChangeWorkflowId(input.planChangeId) };
      return () => rig.run('openPlanChange', input, execution);
    },
    refuses: async (rig) => {
      const planCode = 'dsl-two-lines';
      const input = { ...rig.input(await rig.account(), { planCode }), now: new Date().toISOString() };
      const execution = { workflowId: planChangeWorkflowId(input.planChangeId) };
      return () => rig.run('openPlanChange', input, execution);
    },
  },
  requotePlanChange: {
    'makes a new quote': async (rig) => {
      const change = await stageChange(rig);
      const input = {
        ...{ planChangeId: change.planChangeId, messageId: 'requote' },
        ...{ expected: change.expected('awaiting_consent'), activation: null },
        ...{ author: change.author, now: change.now },
      };
      return () => change.run('requotePlanChange', input);
    },
  },
  scheduleActivation: {
    'attaches the consent': async (rig) => {
      const change = await stageChange(rig, { input: { activation: { when: 'end_of_cycle' } } });
      const input = {
        ...{ planChangeId: change.planChangeId, messageId: 'consent', consent: await change.consent() },
        expected: change.expected('awaiting_consent'),
      };
      return () => change.run('scheduleActivation', input);
    },
  },
  activatePlan: {
    'applies what was agreed': activation,
    'applies it on its date': async (rig) => {
      const change = await stageScheduled(rig);
      return () => change.run('activatePlan', change.activation(null));
    },
    'holds what has drifted': async (rig) => {
      const change = await stageScheduled(rig);
      await suspend(rig, change);
      return () => change.run('activatePlan', change.activation(null));
    },
    'finds itself overtaken': async (rig) => {
      const change = await stageChange(rig);
      return () => change.run('activatePlan', change.activation(null));
    },
  },
  verifyActivation: {
    'finds all as agreed': async (rig) => {
      const change = await stageApplied(rig);
      return () => change.run('verifyActivation', change.ids());
    },
    'finds a mismatch': async (rig) => {
      const change = await stageChange(rig);
      return () => change.run('verifyActivation', change.ids());
    },
  },
  compensateActivation: {
    'takes back and holds': async (rig) => {
      const change = await stageApplied(rig);
      return () => change.run('compensateActivation', { ...stop(change), to: held });
    },
    'takes back and fails': async (rig) => {
      const change = await stageApplied(rig);
      return () => change.run('compensateActivation', { ...stop(change), to: { status: 'failed' } });
    },
    'fails what was not applied': async (rig) => {
      const change = await stageChange(rig);
      return () => change.run('compensateActivation', { ...stop(change), to: { status: 'failed' } });
    },
  },
  holdLateActivation: {
    'holds what was not applied in time': async (rig) => {
      const change = await stageChange(rig);
      return () => change.run('holdLateActivation', { ...stop(change), to: late });
    },
    'leaves what was applied': async (rig) => {
      const change = await stageApplied(rig);
      return () => change.run('holdLateActivation', { ...stop(change), to: late });
    },
    'leaves what was held in time': async (rig) => {
      const change = await stageChange(rig);
      await suspend(rig, change);
      await change.run('activatePlan', change.activation(await change.consent()));
      return () => change.run('holdLateActivation', { ...stop(change), to: late });
    },
  },
  closePlanChange: {
    declines: close('declined'),
    'cancels with a reason': close('cancelled'),
    expires: close('expired'),
  },
  sendSummary: {
    'completes the change': async (rig) => {
      const { run, ids, mailId, now } = await stageVerified(rig);
      return () => run('sendSummary', { ...ids(), mailId, now });
    },
  },
  giveUpSummary: {
    'completes the change': async (rig) => {
      const { run, ids, mailId, now } = await stageVerified(rig);
      return () => run('giveUpSummary', { ...ids(), mailId, now, cause: 'MAIL_REFUSED' });
    },
  },
  noteIgnoredCancellation: {
    'leaves a note': async (rig) => {
      const { run, planChangeId, customerId } = await stageVerified(rig);
      return () => run('noteIgnoredCancellation', { planChangeId, customerId });
    },
  },
  remindCustomer: {
    'queues a mail': async (rig) => {
      const change = await stageChange(rig);
      return () => change.run('remindCustomer', { ...change.ids(), now: change.now });
    },
  },
  requestConsent: {
    'queues a mail': async (rig) => {
      const { change, request } = await ask(rig);
      return () => change.run('requestConsent', request);
    },
  },
  sendNotice: {
    'sends it': async (rig) => {
      const { change, notice: input } = await notice(rig);
      return () => change.run('sendNotice', input);
    },
    'leaves what was overtaken': async (rig) => {
      const { change, notice: input } = await notice(rig);
      await rig
        .knex('plan_changes')
        .where({ id: change.planChangeId })
        .update({ status: 'declined', closed_at: new Date() });
      return () => change.run('sendNotice', input);
    },
  },
  giveUpNotice: {
    'leaves a note': async (rig) => {
      const { change, notice: input } = await notice(rig);
      return () => change.run('giveUpNotice', { ...input, cause: 'MAIL_REFUSED' });
    },
  },
};

/** The cases as a list; `except` leaves whole activities out. */
export function stepCases(except: readonly (keyof Activities)[] = []): { what: string; stage: Stage }[] {
  return Object.entries(STEP_CASES)
    .filter(([name]) => !(except as readonly string[]).includes(name))
    .flatMap(([name, cases]) =>
      Object.entries(cases).map(([way, stage]) => ({ what: `${name} ${way}`, stage })),
    );
}
