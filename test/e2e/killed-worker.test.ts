import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { row, rows } from '../../db/sql.ts';
import { planChange, type PlanChangeJson } from '../../api/schemas/plan-changes.ts';
import { createApiRig, verbalConsent, type ApiRig } from '../support/api-rig.ts';
import { workflowBundle } from '../support/plan-change-rig.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { skipTime } from '../support/skip-time.ts';
import { startProductProcess, type ProductProcess } from '../support/product-process.ts';
import { eventually, startSendgridDouble, testTemporal, type TestSendgrid } from '../support/test-stack.ts';
import { planChangeWorkflowId } from '../../workflows/contract.ts';

/** The real worker process, killed with -9 where it hurts: what was agreed happens once all the same. */
describe('a worker killed with -9', function () {
  this.timeout(120_000);
  let api: ApiRig;
  let sendgrid: TestSendgrid;
  let env: Record<string, string>;
  const started: ProductProcess[] = [];
  const bundle = temporaryFolder();

  before(async () => {
    sendgrid = await startSendgridDouble();
    api = await createApiRig('killed worker', { worker: false });
    const temporal = await testTemporal();
    const bundlePath = path.join(bundle.path, 'workflow-bundle.js');
    await writeFile(bundlePath, (await workflowBundle()).code);
    env = {
      DATABASE_URL: api.rig.database.appUrl,
      TEMPORAL_ADDRESS: temporal.address,
      TEMPORAL_NAMESPACE: temporal.namespace,
      TASK_QUEUE: api.taskQueue,
      WORKFLOW_BUNDLE: bundlePath,
      SENDGRID_API_KEY: 'SG.test',
      SENDGRID_BASE_URL: sendgrid.origin,
    };
  });
  after(async () => {
    await killAll();
    await api.close();
    bundle.remove();
    await sendgrid.stop();
  });

  function startWorker(): ProductProcess {
    const worker = startProductProcess('worker.ts', env);
    started.push(worker);
    return worker;
  }

  async function killAll(): Promise<void> {
    await Promise.all(started.splice(0).map((worker) => worker.kill()));
  }

  /** Asks as a client does: again, with the same key, until the answer is there. */
  async function insist(path: string, body: object, key: string): Promise<PlanChangeJson> {
    return eventually(
      async () => {
        const answer = await api.post(path, body, { key });
        if (answer.status === 503 || answer.status === 202) return undefined;
        assert.ok(answer.status < 300, answer.text);
        return answer.read(planChange);
      },
      { within: 60_000, what: `an answer from ${path}` },
    );
  }

  async function open(activation: object): Promise<PlanChangeJson> {
    const account = await api.stranger({ anchorDate: '2024-01-15' });
    const { identificationId } = await api.identify(account);
    const key = `open-${identificationId}`;
    return insist('/v1/plan-changes', { identificationId, planCode: 'fiber-plus', activation }, key);
  }

  function agree(change: PlanChangeJson): Promise<PlanChangeJson> {
    const consent = verbalConsent(change.quote?.hash ?? '');
    return insist(`/v1/plan-changes/${change.planChangeId}/consent`, consent, `agree-${change.planChangeId}`);
  }

  async function statusOf({ planChangeId }: PlanChangeJson): Promise<string> {
    return (
      await row<{ status: string }>(
        api.rig.knex,
        'SELECT status FROM plan_changes WHERE id = :planChangeId',
        { planChangeId },
      )
    ).status;
  }

  async function completed(change: PlanChangeJson): Promise<void> {
    await eventually(async () => ((await statusOf(change)) === 'completed' ? true : undefined), {
      within: 60_000,
      what: 'the change completed',
    });
  }

  /** One activation, one set of charges, one mail. */
  async function assertAppliedOnce({ planChangeId }: PlanChangeJson): Promise<void> {
    const bindings = { planChangeId };
    const periods = await rows(
      api.rig.knex,
      'SELECT 1 FROM subscription_periods WHERE plan_change_id = :planChangeId',
      bindings,
    );
    const charges = await rows(
      api.rig.knex,
      'SELECT 1 FROM charges WHERE plan_change_id = :planChangeId',
      bindings,
    );
    const applied = await rows(
      api.rig.knex,
      `SELECT 1 FROM account_notes WHERE plan_change_id = :planChangeId AND kind = 'plan_applied'`,
      bindings,
    );
    const mails = (await sendgrid.messages()).filter(({ text }) => text.includes(planChangeId));
    assert.deepEqual(
      { periods: periods.length, charges: charges.length, applied: applied.length, mails: mails.length },
      { periods: 1, charges: 3, applied: 1, mails: 1 },
    );
  }

  it('while the change waits for consent: another worker goes on', async () => {
    startWorker();
    const change = await open({ when: 'immediately' });
    await killAll();

    startWorker();
    await agree(change);
    await completed(change);
    await assertAppliedOnce(change);
  });

  it('right after the commit of the activation, before anything else: one activation, one mail', async () => {
    startWorker();
    const change = await open({ when: 'immediately' });
    // The step after the activation writes to the outbox: held up here, so the kill falls between the two.
    const blocker = await api.rig.ownerKnex.transaction();
    await blocker.raw('LOCK TABLE email_outbox IN EXCLUSIVE MODE');
    let agreed: Promise<PlanChangeJson>;
    try {
      agreed = agree(change);
      await eventually(async () => ((await statusOf(change)) === 'activating' ? true : undefined), {
        within: 30_000,
        what: 'the activation committed',
      });
      await killAll();
      assert.equal(await statusOf(change), 'activating');
    } finally {
      await blocker.rollback();
    }

    startWorker();
    assert.ok(['activated', 'completed'].includes((await agreed).status));
    await completed(change);
    await assertAppliedOnce(change);
  });

  it('while a change dated 45 days ahead waits: activated on its date, by skipping time', async () => {
    startWorker();
    const date = new Date(Date.now() + 45 * 86_400_000).toISOString().slice(0, 10);
    const change = await open({ when: 'on_date', date });
    assert.equal((await agree(change)).status, 'scheduled');
    await killAll();

    startWorker();
    const workflowId = planChangeWorkflowId(change.planChangeId);
    await skipTime(workflowId, { days: 44 - 1 });
    assert.equal(await statusOf(change), 'scheduled');
    await skipTime(workflowId, { days: 3 });
    await completed(change);
    await assertAppliedOnce(change);
  });
});
