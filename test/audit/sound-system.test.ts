import assert from 'node:assert/strict';
import { CHECKS } from '../../dev/audit/all-checks.ts';
import { runCheck } from '../../dev/audit/audit.ts';
import { openReadOnly } from '../../dev/audit/read-only-database.ts';
import { workflowBundle } from '../support/plan-change-rig.ts';
import { sharedScenario, useScenario } from './scenario.ts';

describe('audit of a sound system', () => {
  useScenario();

  it('has a check for each of the twenty-one invariants', () => {
    assert.deepEqual(
      CHECKS.map(({ id }) => id).sort((a, b) => Number(a.slice(1)) - Number(b.slice(1))),
      Array.from({ length: 21 }, (_, index) => `I${index + 1}`),
    );
  });

  for (const check of CHECKS) {
    it(`${check.id} looks, as the auditor, and finds nothing`, async () => {
      const { rig, histories } = await sharedScenario();
      const database = await openReadOnly(rig.database.auditorUrl);
      try {
        const report = await runCheck(check, { query: database.query, histories, workflowBundle });
        assert.equal(report.failure, null);
        assert.deepEqual(report.findings, []);
        assert.notEqual(report.looked, 0);
      } finally {
        await database.close();
      }
    });
  }

  it('says what it could not check without a Temporal server', async () => {
    const { rig } = await sharedScenario();
    const database = await openReadOnly(rig.database.auditorUrl);
    try {
      const reports = [];
      for (const check of CHECKS) {
        reports.push(await runCheck(check, { query: database.query, histories: undefined, workflowBundle }));
      }
      const blind = reports.filter(({ unchecked }) =>
        unchecked.some(({ what }) => what.startsWith('the histories')),
      );
      assert.deepEqual(
        blind.map(({ id }) => id),
        ['I2', 'I5', 'I7', 'I14', 'I15', 'I16', 'I18', 'I19'],
      );
      assert.deepEqual(
        reports.flatMap(({ findings }) => findings),
        [],
      );
    } finally {
      await database.close();
    }
  });
});
