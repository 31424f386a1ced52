import assert from 'node:assert/strict';
import proto from '@temporalio/proto';
import type { Histories, WorkflowDetails } from '../../dev/audit/histories.ts';
import { noticeWorkflowId, planChangeWorkflowId } from '../../workflows/contract.ts';
import { startedLongAgo } from './altered-histories.ts';
import { checkBroken, itFinds } from './broken-system.ts';
import { sharedScenario, useScenario, type ScenarioChanges } from './scenario.ts';

const { PendingActivityState, PendingWorkflowTaskState, WorkflowExecutionStatus } =
  proto.temporal.api.enums.v1;

const of = (id: string) => `WHERE plan_change_id = '${id}'`;
const change = (id: string, sql: string) => `UPDATE plan_changes SET ${sql} WHERE id = '${id}'`;
const summary = (id: string, sql: string) => `UPDATE email_outbox SET ${sql} ${of(id)} AND kind = 'summary'`;
const notice = (id: string, sql: string) => `UPDATE email_outbox SET ${sql} ${of(id)} AND kind <> 'summary'`;
/** The status was reached this long ago. */
const since = (id: string, ago: string) =>
  `UPDATE plan_change_transitions SET at = now() - interval '${ago}' ${of(id)};`;

/** Everything has been at rest for an hour. */
const AT_REST = `
  UPDATE email_outbox SET created_at = created_at - interval '1 hour', claimed_at = claimed_at - interval '1 hour',
    accepted_at = accepted_at - interval '1 hour';
  UPDATE step_receipts SET committed_at = committed_at - interval '1 hour';`;

/** The server's description of each running workflow, with this part of it instead. */
const pending =
  (part: Partial<WorkflowDetails>) =>
  (histories: Histories): Histories => ({
    ...histories,
    details: () => Promise.resolve(part as WorkflowDetails),
  });
/** The epoch: no seconds after it. */
const LONG_AGO = {};
const SCHEDULED = PendingActivityState.PENDING_ACTIVITY_STATE_SCHEDULED;
const activity = (name: string, attempt: number, type: string) => ({
  activityType: { name },
  attempt,
  lastFailure: { applicationFailureInfo: { type } },
});

/** The workflows without those of this change's mails, or of all mails but the summary. */
function withoutNotices(histories: Histories): Histories {
  const executions = new Map(
    [...histories.executions].filter(([id]) => !id.startsWith(noticeWorkflowId(''))),
  );
  return {
    ...histories,
    executions,
    describe: async (id) => (id.startsWith(noticeWorkflowId('')) ? undefined : histories.describe(id)),
  };
}

describe('audit of what does not get on', () => {
  useScenario();

  itFinds([
    {
      check: 'I14',
      what: 'a notice that nobody sends any more',
      sql: ({ held }) => `${AT_REST} ${notice(held, `status = 'queued'`)}`,
      finds: /^its held mail is queued, and its workflow has ended$/,
    },
    {
      check: 'I14',
      what: 'a consent request that nobody sends any more',
      sql: ({ byLink }) => `${AT_REST} ${notice(byLink, `status = 'sending'`)}`,
      finds: /^its consent_request mail is sending, and its workflow has ended$/,
    },
    {
      check: 'I14',
      what: 'a notice that no workflow was started for',
      sql: ({ held }) => `${AT_REST} ${notice(held, `status = 'queued'`)}`,
      histories: withoutNotices,
      finds: /^its held mail is queued, and there is no workflow that sends it$/,
    },
    ...(['claimed_at', 'accepted_at', 'created_at'] as const).map((column) => ({
      check: 'I14',
      what: `a notice that nobody sends any more, beside a ${column} of a time to come`,
      sql: ({ held }: ScenarioChanges) =>
        `${AT_REST} ${notice(held, `status = 'queued', ${column} = now() + interval '70 years'`)}`,
      finds: /^its held mail is queued, and its workflow has ended$/,
    })),
    {
      check: 'I14',
      what: 'a workflow of a mail that is not there',
      sql: ({ held }) => `DELETE FROM email_outbox ${of(held)}`,
      histories: startedLongAgo,
      finds: /^notice-\S+ ended, and there is no mail of it$/,
    },
    {
      check: 'I14',
      what: 'a request for consent that came to nothing',
      sql: () => `DELETE FROM step_receipts WHERE step LIKE 'requestConsent:%'`,
      histories: startedLongAgo,
      finds: /^request-consent-\S+ ended, and there is no mail of it$/,
    },
    {
      check: 'I14',
      what: 'a workflow that runs on after its mail was sent',
      sql: () => AT_REST,
      histories: (histories) => ({
        ...histories,
        stateOf: (listed) => ({ ...histories.stateOf(listed), isRunning: true }),
        describe: async (id) => {
          const state = await histories.describe(id);
          return state && { ...state, isRunning: true };
        },
      }),
      finds: /^its held mail is accepted, and its workflow still runs$/,
    },
    {
      check: 'I19',
      what: 'a consent deadline that nobody acted on',
      sql: ({ waiting }) => change(waiting, `consent_deadline_at = now() - interval '61 seconds'`),
      finds: /^its consent deadline has passed, and it still waits for consent$/,
    },
    {
      check: 'I19',
      what: 'a date that nobody acted on',
      sql: ({ scheduled }) => change(scheduled, `activate_at = now() - interval '61 seconds'`),
      finds: /^its date has begun, and it is still scheduled$/,
    },
    {
      check: 'I19',
      what: 'a hold that has ended',
      sql: ({ held }) => since(held, '14 days 61 seconds'),
      finds: /^its hold has ended, and it is still held$/,
    },
    {
      check: 'I19',
      what: 'an activation that is not read back',
      sql: ({ waiting }) => `${change(waiting, `status = 'activating'`)}; ${since(waiting, '61 seconds')}`,
      finds: /^it has been activating for more than a minute$/,
    },
    {
      check: 'I19',
      what: 'an applied change without an end',
      sql: ({ waiting }) => `${change(waiting, `status = 'activated'`)}; ${since(waiting, '4 days')}`,
      finds: /^it is applied, and its summary is neither sent nor given up$/,
    },
    {
      check: 'I19',
      what: 'a mail that should have been given up',
      sql: ({ upgraded }) => summary(upgraded, `status = 'queued', created_at = now() - interval '4 days'`),
      finds: /^its summary mail is still queued, and should have been given up$/,
    },
    {
      check: 'I19',
      what: 'a claim that nobody comes back to',
      sql: ({ upgraded }) =>
        summary(upgraded, `status = 'sending', claimed_at = now() - interval '21 minutes'`),
      finds: /^its summary mail was claimed long ago, and nobody has asked after it since$/,
    },
    {
      check: 'I19',
      what: 'a mail that nobody tries',
      sql: ({ held }) =>
        notice(held, `status = 'queued', created_at = now() - interval '71 minutes', claimed_at = NULL`),
      finds: /^its held mail has waited for more than an hour, and nobody tries$/,
    },
    {
      check: 'I19',
      what: 'evidence that nobody swept',
      sql: ({ upgraded }) =>
        `DELETE FROM consents ${of(upgraded)}; ${change(upgraded, `closed_at = now() - interval '91 minutes'`)}`,
      finds: /^evidence that was never accepted is still kept, long after the change closed$/,
    },
    {
      check: 'I19',
      what: 'a workflow task that fails',
      histories: pending({ pendingWorkflowTask: { attempt: 3 } }),
      finds: /^a workflow task does not get through, attempt 3 \(plan-change-\S+\)$/,
    },
    {
      check: 'I19',
      what: 'a workflow task that nobody takes',
      histories: pending({
        pendingWorkflowTask: {
          attempt: 1,
          state: PendingWorkflowTaskState.PENDING_WORKFLOW_TASK_STATE_SCHEDULED,
          scheduledTime: LONG_AGO,
        },
      }),
      finds: /^a workflow task is there, and no worker has taken it for a minute/,
    },
    {
      check: 'I19',
      what: 'a step that fails again and again',
      histories: pending({ pendingActivities: [activity('activatePlan', 10, 'DATABASE_UNAVAILABLE')] }),
      finds: /^activatePlan does not get through, attempt 10: DATABASE_UNAVAILABLE/,
    },
    {
      check: 'I19',
      what: 'a mail that was sent again and again, and refused',
      sql: ({ upgraded }) => summary(upgraded, `status = 'queued', claimed_at = now(), attempts = 10`),
      finds: /^its summary mail does not get through: it was sent 10 times$/,
    },
    {
      check: 'I19',
      what: 'a step that fails for a cause without a name',
      histories: pending({ pendingActivities: [activity('activatePlan', 10, 'zoe@example.com')] }),
      finds: /^activatePlan does not get through, attempt 10: another failure/,
    },
    {
      check: 'I19',
      what: 'a step that nobody takes',
      histories: pending({
        pendingActivities: [{ ...activity('sendNotice', 1, ''), state: SCHEDULED, scheduledTime: LONG_AGO }],
      }),
      finds: /^sendNotice is due, and no worker has taken it for a minute/,
    },
  ]);

  for (const fault of ['MAIL_OUTCOME_UNKNOWN', 'DATABASE_UNAVAILABLE', 'MAIL_UNAVAILABLE', ''])
    it(`I19 lets a mail ask for its event again and again, whatever came last: ${fault || 'a timeout'}`, async () => {
      const { findings } = await checkBroken({
        check: 'I19',
        histories: pending({ pendingActivities: [activity('sendSummary', 38, fault)] }),
      });
      assert.deepEqual(findings, []);
    });

  it('I19 counts requests without an answer whose change has closed', async () => {
    const { findings, counted } = await checkBroken({
      check: 'I19',
      sql: ({ cancelled }) => `
        INSERT INTO idempotency_keys (agent_id, operation, key_sha256, request_sha256, created_at)
          SELECT agent_id, 'cancelPlanChange', repeat('e', 64), repeat('e', 64), now() - interval '2 minutes' FROM remarks LIMIT 1;
        UPDATE remarks SET request_id = (SELECT id FROM idempotency_keys WHERE key_sha256 = repeat('e', 64)) ${of(cancelled)}`,
    });
    assert.deepEqual(findings, []);
    assert.deepEqual(counted, [{ what: 'requests without an answer whose change has closed', n: 1 }]);
  });

  it('I14 leaves a mail alone whose change has yet to start the workflow', async () => {
    const { findings, unchecked } = await checkBroken({
      check: 'I14',
      sql: ({ held }) =>
        `${AT_REST} ${notice(held, `status = 'queued'`)}; DELETE FROM step_receipts WHERE workflow_id LIKE 'notice-%'`,
      histories: (histories, { held }) => ({
        ...withoutNotices(histories),
        describe: async (id) => {
          const state = await withoutNotices(histories).describe(id);
          return state && { ...state, isBusy: id === planChangeWorkflowId(held) };
        },
      }),
    });
    assert.deepEqual(findings, []);
    assert.deepEqual(unchecked, [{ what: 'mails that moved in the last 5 s or have work under way', n: 1 }]);
  });

  it('leaves alone what operations have paused, and counts it', async () => {
    const { changes } = await sharedScenario();
    const pausedOnes = (histories: Histories): Histories => {
      const executions = new Map(histories.executions);
      const id = planChangeWorkflowId(changes.waiting);
      const paused = executions.get(id);
      assert.ok(paused);
      executions.set(id, {
        ...paused,
        status: { code: WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_PAUSED, name: 'PAUSED' },
      });
      return { ...histories, executions };
    };
    const { findings, counted } = await checkBroken({
      check: 'I19',
      sql: ({ waiting }) => change(waiting, `consent_deadline_at = now() - interval '1 hour'`),
      histories: pausedOnes,
    });
    assert.deepEqual(findings, []);
    assert.deepEqual(counted, [{ what: 'changes that operations have paused', n: 1 }]);
    assert.deepEqual((await checkBroken({ check: 'I14', histories: pausedOnes })).findings, []);
  });
});
