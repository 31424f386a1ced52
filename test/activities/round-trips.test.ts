import assert from 'node:assert/strict';
import { createRig, type Rig } from '../support/plan-change-rig.ts';
import { stepCases } from './step-cases.ts';

/** SQL statements of one run of a step, BEGIN and COMMIT among them: what it costs at a distance to the database. */
const TODAY: Readonly<Record<string, number>> = {
  'openPlanChange makes a quote': 9,
  'openPlanChange refuses': 8,
  'requotePlanChange makes a new quote': 10,
  'scheduleActivation attaches the consent': 9,
  'activatePlan applies what was agreed': 14,
  'activatePlan applies it on its date': 11,
  'activatePlan holds what has drifted': 11,
  'activatePlan finds itself overtaken': 5,
  'verifyActivation finds all as agreed': 8,
  'verifyActivation finds a mismatch': 5,
  'compensateActivation takes back and holds': 14,
  'compensateActivation takes back and fails': 16,
  'compensateActivation fails what was not applied': 11,
  'holdLateActivation holds what was not applied in time': 9,
  'holdLateActivation leaves what was applied': 5,
  'holdLateActivation leaves what was held in time': 5,
  'closePlanChange declines': 7,
  'closePlanChange cancels with a reason': 10,
  'closePlanChange expires': 9,
  'sendSummary completes the change': 12,
  'giveUpSummary completes the change': 8,
  'noteIgnoredCancellation leaves a note': 5,
  'remindCustomer queues a mail': 8,
  'requestConsent queues a mail': 9,
  'sendNotice sends it': 10,
  'sendNotice leaves what was overtaken': 12,
  'giveUpNotice leaves a note': 9,
};

describe('round trips to the database', () => {
  let rig: Rig;
  before(async () => {
    rig = await createRig('round trips');
  });
  after(() => rig.close());

  it('of every step are as many as today', async () => {
    const counted: Record<string, number> = {};
    for (const { what, stage } of stepCases()) {
      const run = await stage(rig);
      let statements = 0;
      const count = (): void => {
        statements += 1;
      };
      rig.knex.on('query', count);
      await run();
      rig.knex.off('query', count);
      counted[what] = statements;
    }
    assert.deepEqual(counted, TODAY);
  });
});
