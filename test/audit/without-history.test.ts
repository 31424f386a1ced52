import assert from 'node:assert/strict';
import type { Histories } from '../../dev/audit/histories.ts';
import { timeRangeOf } from '../../dev/audit/time-range.ts';
import { planChangeWorkflowId, requestConsentWorkflowId } from '../../workflows/contract.ts';
import { alterDigest, withoutWorkflow } from './altered-histories.ts';
import { checkBroken, itFinds } from './broken-system.ts';
import { useScenario, type ScenarioChanges } from './scenario.ts';

/** What moved just now is not judged. */
const AT_REST = `
  UPDATE plan_change_transitions SET at = at - interval '2 hours';
  UPDATE step_receipts SET committed_at = committed_at - interval '2 hours';`;

const unknown =
  (name: keyof ScenarioChanges) =>
  (histories: Histories, changes: ScenarioChanges): Histories =>
    withoutWorkflow(histories, planChangeWorkflowId(changes[name]));

const withoutStep =
  (name: keyof ScenarioChanges, step: string, isOvertaken = false) =>
  (histories: Histories, changes: ScenarioChanges): Histories =>
    alterDigest(histories, changes[name], ({ steps, begun }) => ({
      steps: [
        ...steps.filter((done) => done.name !== step),
        ...(isOvertaken
          ? [{ name: 'closePlanChange', input: null, result: { outcome: 'overtaken' }, scheduledAt: 9 }]
          : []),
      ],
      begun: begun.filter((each) => each.name !== step),
    }));

const receipt = (workflowId: string, step: string): string =>
  `INSERT INTO step_receipts (workflow_id, step, result, committed_at)
   VALUES ('${workflowId}', '${step}', '{"outcome": "closed"}', now() - interval '1 minute');`;

/** As the app's role could write it before the database dated receipts itself. */
const ofTheFuture = (workflowId: string): string => `
  ALTER TABLE step_receipts DROP CONSTRAINT step_receipts_readable_times;
  INSERT INTO step_receipts (workflow_id, step, result, committed_at)
  VALUES ('${workflowId}', 'openPlanChange:9', '{}', '2200-01-01'), ('${workflowId}', 'openPlanChange:8', '{}', 'infinity');`;

/** From the database to the histories: what was written past the workflows. */
describe('audit of what the database has and no history tells', () => {
  useScenario();

  itFinds([
    ...(['upgraded', 'dated', 'failed', 'rejected', 'declined'] as const).map((name) => ({
      check: 'I14',
      what: `a change that has ended and has no workflow: ${name}`,
      sql: () => AT_REST,
      histories: unknown(name),
      finds: /^it is (completed|failed|rejected|declined), and there is no such workflow$/,
    })),
    {
      check: 'I14',
      what: 'such a change though its note says that it was repaired',
      sql: ({ cancelled }) => `${AT_REST}
        UPDATE account_notes SET kind = 'repaired' WHERE plan_change_id = '${cancelled}' AND kind = 'quoted'`,
      histories: unknown('cancelled'),
      finds: /^it is cancelled, and there is no such workflow$/,
    },
    {
      check: 'I14',
      what: 'such a change outside of the time in which workflows were lost',
      sql: () => AT_REST,
      histories: unknown('upgraded'),
      lostHistories: { from: new Date('2020-01-01'), until: new Date('2020-02-01') },
      finds: /^it is completed, and there is no such workflow$/,
    },
    {
      check: 'I14',
      what: 'a receipt of a step that no history holds',
      sql: ({ upgraded }) => `${AT_REST} ${receipt(planChangeWorkflowId(upgraded), 'closePlanChange:x')}`,
      finds: /^the database has a receipt of closePlanChange, and the history of plan-change-\S+ lacks it$/,
    },
    {
      check: 'I14',
      what: 'a receipt of a time to come',
      sql: ({ upgraded }) => `${AT_REST} ${receipt(planChangeWorkflowId(upgraded), 'closePlanChange:x')}
        UPDATE step_receipts SET committed_at = now() + interval '1 year' WHERE step = 'closePlanChange:x'`,
      finds: /^the database has a receipt of closePlanChange, and the history of plan-change-\S+ lacks it$/,
    },
    ...(['upgraded', 'waiting'] as const).map((name) => ({
      check: 'I14',
      what: `a change whose receipts are of a time to come: ${name}`,
      sql: (changes: ScenarioChanges) => `${AT_REST} ${ofTheFuture(planChangeWorkflowId(changes[name]))}`,
      histories: unknown(name),
      finds: /^it is (completed|awaiting_consent), and there is no such workflow$/,
    })),
    {
      check: 'I14',
      what: 'an end that its workflow does not know, beside a receipt of a time to come',
      sql: ({ waiting }) => `${AT_REST} ${ofTheFuture(planChangeWorkflowId(waiting))}
        UPDATE plan_changes SET status = 'declined', closed_at = now() WHERE id = '${waiting}'`,
      finds: /^it is declined, and its workflow still runs$/,
    },
    {
      check: 'I14',
      what: 'receipts of a time to come, of a workflow that is not there',
      sql: () => `${AT_REST} ${ofTheFuture(requestConsentWorkflowId('none'))}`,
      finds: /^the database has receipts of request-consent-none, and there is no such workflow$/,
    },
    {
      check: 'I14',
      what: 'a step of a change that waits which is not for a message',
      sql: ({ waiting }) => `${AT_REST} ${receipt(planChangeWorkflowId(waiting), 'activatePlan:1')}`,
      finds: /^the database has a receipt of activatePlan, and the history of plan-change-\S+ lacks it$/,
    },
    {
      check: 'I14',
      what: 'receipts of a workflow that is not there',
      sql: () => `${AT_REST} ${receipt(requestConsentWorkflowId('none'), 'requestConsent:none')}`,
      finds: /^the database has receipts of request-consent-none, and there is no such workflow$/,
    },
    ...(['upgraded', 'dated', 'failed'] as const).map((name) => ({
      check: 'I2',
      what: `a change that is applied and whose history holds no activation: ${name}`,
      histories: withoutStep(name, 'activatePlan'),
      finds: /^it is applied, and its history holds no activation$/,
    })),
  ]);

  it('I14 counts what is older than the server keeps histories', async () => {
    const { findings, unchecked } = await checkBroken({
      check: 'I14',
      sql: () => AT_REST,
      histories: (histories, changes) => ({
        ...unknown('upgraded')(histories, changes),
        retentionSeconds: 3_600 + 7_000,
      }),
    });
    assert.deepEqual(findings, []);
    assert.deepEqual(unchecked, [
      { what: 'closed changes without a workflow: the server keeps none for so long', n: 1 },
    ]);
  });

  it('I14 counts what the server is said to have lost', async () => {
    const { findings, counted } = await checkBroken({
      check: 'I14',
      sql: () => AT_REST,
      histories: unknown('upgraded'),
      lostHistories: { from: new Date(Date.now() - 86_400_000), until: new Date() },
    });
    assert.deepEqual(findings, []);
    assert.deepEqual(counted, [
      { what: 'closed changes whose workflow was lost, in the time that was named or repaired', n: 1 },
    ]);
  });

  it('takes that time as two instants in UTC, the earlier one first', () => {
    assert.deepEqual(timeRangeOf('2026-11-24T08:00:00Z/2026-11-24T09:30Z'), {
      from: new Date('2026-11-24T08:00:00Z'),
      until: new Date('2026-11-24T09:30:00Z'),
    });
    for (const text of [
      '2026-11-24/2026-11-25',
      '2026-11-24T08:00:00Z',
      '2026-11-24T09:00:00Z/2026-11-24T08:00:00Z',
      '2026-13-24T09:00:00Z/2026-14-24T08:00:00Z',
    ])
      assert.equal(timeRangeOf(text), undefined);
  });

  it('I14 and I2 count what a workflow was told later, when its message had been lost with its server', async () => {
    const histories = withoutStep('upgraded', 'activatePlan', true);
    const orphans = await checkBroken({ check: 'I14', sql: () => AT_REST, histories });
    const consents = await checkBroken({ check: 'I2', histories });
    assert.deepEqual([...orphans.findings, ...consents.findings], []);
    assert.deepEqual(orphans.unchecked, [{ what: 'steps whose message was lost with its server', n: 1 }]);
    assert.deepEqual(consents.unchecked, [{ what: 'activations of which a lost history told', n: 1 }]);
  });

  it('I14 lets a message be on its way to a change that waits, and I2 reads an earlier run', async () => {
    const requoted = await checkBroken({
      check: 'I14',
      sql: ({ waiting }) => `${AT_REST} ${receipt(planChangeWorkflowId(waiting), 'requotePlanChange:x')}`,
    });
    assert.deepEqual(requoted.findings, []);
    const applied = await checkBroken({
      check: 'I2',
      histories: (histories, changes) => ({
        ...withoutStep('upgraded', 'activatePlan')(histories, changes),
        runsOf: (id) => histories.runsOf(id),
      }),
    });
    assert.deepEqual([...applied.findings, ...applied.unchecked], []);
  });
});
