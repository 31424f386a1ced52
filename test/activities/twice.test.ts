import assert from 'node:assert/strict';
import { contentsOf, rowCounts, rowsGained } from '../support/database-contents.ts';
import { createRig, type Rig } from '../support/plan-change-rig.ts';
import { stepCases } from './step-cases.ts';

/** Mails have a claim of their own, which lets one attempt through and makes the others wait (mail-claim.test.ts). */
const MAILS = ['sendSummary', 'sendNotice'] as const;

describe('a step that runs more than once', () => {
  let rig: Rig;
  before(async () => {
    rig = await createRig('twice');
  });
  after(() => rig.close());

  for (const { what, stage } of stepCases()) {
    it(`${what}: a repeat answers the same and changes nothing`, async () => {
      const run = await stage(rig);
      const first = await run();
      const after = await contentsOf(rig.ownerKnex);
      assert.deepEqual(await run(), first);
      assert.deepEqual(await contentsOf(rig.ownerKnex), after);
    });
  }

  for (const { what, stage } of stepCases(MAILS)) {
    it(`${what}: attempts at the same time have one effect and one answer`, async () => {
      const gainedBy = async (attempts: number) => {
        const run = await stage(rig);
        const before = await rowCounts(rig.ownerKnex);
        const answers = await Promise.all(Array.from({ length: attempts }, run));
        return { answers, gained: rowsGained(before, await rowCounts(rig.ownerKnex)) };
      };
      const { gained } = await gainedBy(1);
      const together = await gainedBy(3);
      assert.deepEqual(together.gained, gained);
      for (const answer of together.answers) assert.deepEqual(answer, together.answers[0]);
    });
  }
});
