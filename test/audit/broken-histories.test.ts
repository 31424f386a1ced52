import assert from 'node:assert/strict';
import { UPDATE } from '../../workflows/contract.ts';
import { alterDigest, alterEvents } from './altered-histories.ts';
import { checkBroken, itFinds } from './broken-system.ts';
import { useScenario } from './scenario.ts';

describe('audit of histories that disagree or tell too much', () => {
  useScenario();

  itFinds([
    {
      check: 'I2',
      what: 'an activation that no message consents to',
      histories: (histories, { upgraded }) =>
        alterDigest(histories, upgraded, ({ updates }) => ({
          updates: updates.filter(({ name }) => name !== UPDATE.recordConsent),
        })),
      finds: /^the history holds an activation that no earlier message consents to$/,
    },
    {
      check: 'I2',
      what: 'a consent that came after the activation had begun',
      histories: (histories, { upgraded }) =>
        alterDigest(histories, upgraded, ({ updates }) => ({
          updates: updates.map((update) => ({ ...update, acceptedAt: 1_000 })),
        })),
      finds: /^the history holds an activation that no earlier message consents to$/,
    },
    {
      check: 'I2',
      what: 'evidence that is not the one of the history',
      sql: ({ upgraded }) => `
        UPDATE consent_evidence SET id = '00000000-0000-7000-8000-000000000001' WHERE plan_change_id = '${upgraded}';
        UPDATE consents SET evidence_id = '00000000-0000-7000-8000-000000000001' WHERE plan_change_id = '${upgraded}'`,
      finds: /^the consent in the history is not the one in the database$/,
    },
    {
      check: 'I5',
      what: 'a second activation',
      histories: (histories, { upgraded }) =>
        alterDigest(histories, upgraded, ({ steps }) => ({ steps: [...steps, ...steps] })),
      finds: /^the history holds 2 activations, none taken back$/,
    },
    {
      check: 'I7',
      what: 'an end that is not the one of the database',
      histories: (histories, { declined }) =>
        alterDigest(histories, declined, () => ({ result: { status: 'expired' } })),
      finds: /^its workflow ended as expired, its row is declined$/,
    },
    {
      check: 'I15',
      what: 'a name in an event',
      sql: () => `UPDATE customers SET full_name = 'FÍBER Plus'`,
      finds: /^name in event 1 of plan-change-/,
    },
    {
      check: 'I15',
      what: 'an address in a search attribute',
      sql: () => `UPDATE customers SET service_address = 'No such plan'`,
      finds: /^address in memo or search attributes of plan-change-/,
    },
    {
      check: 'I15',
      what: 'a remark in a summary',
      sql: () => `UPDATE remarks SET body = 'Apply the plan, as agreed!'`,
      finds: /^remark in event \d+ of plan-change-/,
    },
    {
      check: 'I15',
      what: 'a signature in a failure that is still pending',
      sql: () => `UPDATE consent_evidence SET details = '{"signedBy": "Ann Otherone"}'`,
      histories: (histories) => ({
        ...histories,
        details: () =>
          Promise.resolve({ pendingActivities: [{ lastFailure: { message: 'ann-otherone?' } }] }),
      }),
      finds: /^evidence in the description of plan-change-/,
    },
    {
      check: 'I16',
      what: 'a history that other code has made',
      histories: (histories, { upgraded }) =>
        alterEvents(histories, upgraded, ({ activityTaskScheduledEventAttributes: scheduled }) => {
          if (scheduled?.activityType?.name === 'activatePlan') scheduled.activityType.name = 'applyPlan';
        }),
      finds: /^the history of plan-change-\S+ does not replay: DeterminismViolationError$/,
    },
  ]);

  it('I2 leaves it to the database where a message was lost with its server', async () => {
    const report = await checkBroken({
      check: 'I2',
      histories: (histories, { upgraded }) =>
        alterDigest(histories, upgraded, ({ steps }) => ({
          updates: [],
          steps: [
            { name: 'closePlanChange', input: null, result: { outcome: 'overtaken' }, scheduledAt: 1 },
            ...steps,
          ],
        })),
    });
    assert.deepEqual(report.findings, []);
    assert.deepEqual(report.unchecked, [
      { what: 'activations whose consent message was lost with its server', n: 1 },
    ]);
  });

  it('I14 passes over what moved just now', async () => {
    const report = await checkBroken({
      check: 'I14',
      sql: ({ waiting }) => `
        UPDATE plan_change_transitions SET at = now();
        UPDATE plan_changes SET status = 'cancelled', closed_at = now() WHERE id = '${waiting}'`,
    });
    assert.deepEqual(report.findings, []);
    assert.deepEqual(report.unchecked, [
      { what: 'changes that moved in the last 5 s or have work under way', n: 1 },
    ]);
  });

  it('I15 says what is too short to be looked for', async () => {
    const report = await checkBroken({ check: 'I15', sql: () => `UPDATE customers SET full_name = 'May'` });
    assert.deepEqual(report.findings, []);
    assert.equal(report.unchecked[0]?.what, 'personal texts too short to be told from ordinary words');
  });
});
