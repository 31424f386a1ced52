import assert from 'node:assert/strict';
import { sweepEvidence } from '../../db/stores/evidence.ts';
import { createRig, type Rig } from '../support/plan-change-rig.ts';
import { stageApplied, stageChange } from '../support/staged-change.ts';

describe('the sweep of evidence', function () {
  this.timeout(60_000);
  let rig: Rig;

  before(async () => {
    rig = await createRig('evidence sweep');
  });
  after(() => rig.close());

  async function closeHoursAgo(planChangeId: string, hours: number): Promise<void> {
    await rig
      .ownerKnex('plan_changes')
      .where({ id: planChangeId })
      .update({
        status: 'cancelled',
        closed_at: rig.ownerKnex.raw(`now() - make_interval(hours => ?)`, [hours]),
      });
  }

  const evidenceLeft = (id: string) => rig.knex('consent_evidence').where({ id }).first('id');

  it('takes what was never accepted, an hour after its change closed, and nothing else', async () => {
    const [open, justClosed, longClosed] = [
      await stageChange(rig),
      await stageChange(rig),
      await stageChange(rig),
    ];
    const evidence = await Promise.all(
      [open, justClosed, longClosed].map(({ planChangeId, quote }) => rig.evidence(planChangeId, quote.hash)),
    );
    await closeHoursAgo(justClosed.planChangeId, 0);
    await closeHoursAgo(longClosed.planChangeId, 2);
    const applied = await stageApplied(rig);

    const before = await rig.knex('consent_evidence').select('id');
    await sweepEvidence(rig.knex);
    const after = await rig.knex('consent_evidence').select('id');

    assert.ok(await evidenceLeft(evidence[0] ?? ''));
    assert.ok(await evidenceLeft(evidence[1] ?? ''));
    assert.equal(await evidenceLeft(evidence[2] ?? ''), undefined);
    const accepted = await rig
      .knex<{ plan_change_id: string; evidence_id: string }>('consents')
      .where({ plan_change_id: applied.planChangeId })
      .first('evidence_id');
    assert.ok(await evidenceLeft(accepted?.evidence_id ?? ''));
    assert.ok(after.length < before.length);
  });
});
