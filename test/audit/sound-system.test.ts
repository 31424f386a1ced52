import assert from 'node:assert/strict';
import { runCheck } from '../../dev/audit/audit.ts';
import { CHECKS } from '../../dev/audit/all-checks.ts';
import { workflowBundle } from '../support/plan-change-rig.ts';
import { buildScenario, type Scenario } from './scenario.ts';
import { withConnection } from '../../dev/stack/postgres.ts';

describe('audit of a sound system', () => {
  let scenario: Scenario;
  before(async () => {
    scenario = await buildScenario('audit sound');
  });
  after(() => scenario.close());

  for (const check of CHECKS) {
    it(`${check.id} looks and finds nothing`, () => withConnection(scenario.rig.database.auditorUrl, async (client) => {
        const report = await runCheck(check, {
          query: async (sql, parameters = []) => (await client.query(sql, [...parameters])).rows as never,
          histories: scenario.histories,
          workflowBundle,
        });
        console.log(report.looked, report.unchecked, report.counted, report.failure);
        assert.deepEqual(report.findings, []);
        assert.equal(report.failure, null);
        assert.notEqual(report.looked, 0);
    }));
  }
});
