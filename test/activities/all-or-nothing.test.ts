import assert from 'node:assert/strict';
import { ApplicationFailure } from '@temporalio/common';
import { FAULT } from '../../domain/failures.ts';
import { contentsOf } from '../support/database-contents.ts';
import { createRig, type Rig } from '../support/plan-change-rig.ts';
import { DOWNGRADE, stageChange } from '../support/staged-change.ts';
import { failWritesTo } from './failing-statement.ts';
import { stepCases } from './step-cases.ts';

const VALUE = "Zoë O'Brien";

describe('a step that fails', () => {
  let rig: Rig;
  before(async () => {
    rig = await createRig('all or nothing');
  });
  after(() => rig.close());

  const failsWhileBroken = async (table: string, run: () => Promise<unknown>): Promise<void> => {
    const before = await contentsOf(rig.ownerKnex);
    const broken = await failWritesTo(rig.ownerKnex, table, `${VALUE} is refused`);
    try {
      await assert.rejects(run(), (error) => {
        assert.ok(error instanceof ApplicationFailure);
        assert.deepEqual([error.type, error.message], [FAULT.DATABASE_REFUSED, 'SQLSTATE P0001']);
        assert.ok(!JSON.stringify([error.stack, error.details, error.cause ?? null]).includes(VALUE));
        return true;
      });
      assert.deepEqual(await contentsOf(rig.ownerKnex), before);
    } finally {
      await broken.mend();
    }
  };

  // The receipt is the last statement of a step: everything else was done before it. A mail is claimed in a
  // transaction of its own (mail-claim.test.ts).
  for (const { what, stage } of stepCases(['sendSummary', 'sendNotice'])) {
    it(`${what}: at its last statement it leaves nothing, and works when tried again`, async () => {
      const run = await stage(rig);
      await failsWhileBroken('step_receipts', run);
      const before = await contentsOf(rig.ownerKnex);
      await run();
      assert.notDeepEqual(await contentsOf(rig.ownerKnex), before);
    });
  }

  const writtenByActivation = [
    ...['consents', 'account_notes', 'subscription_periods', 'charges', 'balance_entries'],
    ...['plan_changes', 'plan_change_transitions'],
  ];
  for (const table of writtenByActivation) {
    it(`activatePlan leaves nothing when ${table} cannot be written`, async () => {
      const change = await stageChange(rig, DOWNGRADE);
      const input = change.activation(await change.consent());
      await failsWhileBroken(table, () => change.run('activatePlan', input));
    });
  }
});
