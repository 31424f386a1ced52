import assert from 'node:assert/strict';
import type { OpenPlanChangeResult } from '../../activities/open-plan-change.ts';
import type { PlanChangeInput } from '../../workflows/contract.ts';
import { planChangeWorkflowId } from '../../workflows/contract.ts';
import { createRig, type Rig } from '../support/plan-change-rig.ts';
import { stageChange } from '../support/staged-change.ts';

describe('the first step of a change', () => {
  let rig: Rig;
  before(async () => {
    rig = await createRig('opening');
  });
  after(() => rig.close());

  const open = (input: PlanChangeInput, now = new Date().toISOString()): Promise<OpenPlanChangeResult> =>
    rig.run(
      'openPlanChange',
      { ...input, now },
      { workflowId: planChangeWorkflowId(input.planChangeId), runId: 'run-of-the-test' },
    );
  const codeOf = (opened: OpenPlanChangeResult) => (opened.outcome === 'rejected' ? opened.code : 'quoted');
  const rowOf = (planChangeId: string) =>
    rig.knex('plan_changes').where({ id: planChangeId }).first<Record<string, unknown>>();

  it('keeps what was quoted: change, quote, note and status', async () => {
    const { planChangeId, quote, input } = await stageChange(rig);
    const row = await rowOf(planChangeId);
    assert.deepEqual(
      [row['status'], row['quote_revision'], row['closed_at'], row['requested_plan_code']],
      ['awaiting_consent', 1, null, input.planCode],
    );
    const kept = await rig
      .knex('quotes')
      .where({ plan_change_id: planChangeId })
      .first<{ hash: string; expires_at: Date; effective_date: string }>();
    assert.deepEqual(
      [kept.hash, kept.expires_at.toISOString(), kept.effective_date],
      [quote.hash, quote.expiresAt, quote.effectiveDate],
    );
    const notes = await rig
      .knex('account_notes')
      .where({ plan_change_id: planChangeId })
      .pluck<string[]>('body');
    assert.equal(notes.length, 1);
    assert.match(notes[0] ?? '', new RegExp(`Fiber Basic .* to Fiber Plus .* Quote ${quote.hash}`));
  });

  it('refuses a second change while one is open, and names the open one', async () => {
    const { account, planChangeId } = await stageChange(rig);
    const second = rig.input(account);
    assert.deepEqual(await open(second), {
      outcome: 'rejected',
      code: 'plan-change-in-progress',
      openPlanChangeId: planChangeId,
    });
    const row = await rowOf(second.planChangeId);
    assert.deepEqual([row['status'], row['rejection_code']], ['rejected', 'plan-change-in-progress']);
    assert.ok(row['closed_at']);
    const notes = await rig
      .knex('account_notes')
      .where({ plan_change_id: second.planChangeId })
      .pluck<string[]>('body');
    assert.deepEqual(
      notes.map((note) =>
        note.replace(/ (Opened|Closed) [\d:.TZ-]+\.$/g, ' $1.').replace(/ Opened [\d:.TZ-]+\./, ' Opened.'),
      ),
      ['Change to fiber-plus refused: another plan change of this account is open. Opened. Closed.'],
    );
  });

  it('lets exactly one of several changes through that are opened at the same time', async () => {
    for (let round = 0; round < 3; round += 1) {
      const account = await rig.account();
      const inputs = [rig.input(account), rig.input(account), rig.input(account)];
      const opened = await Promise.all(inputs.map((input) => open(input)));
      const codes = opened.map(codeOf);
      assert.deepEqual(codes.sort(), ['plan-change-in-progress', 'plan-change-in-progress', 'quoted']);
      const winner = await rig
        .knex('plan_changes')
        .where({ subscription_id: account.subscriptionId, closed_at: null })
        .pluck<string[]>('id');
      for (const refused of opened) {
        if (refused.outcome === 'rejected') assert.deepEqual([refused.openPlanChangeId], winner);
      }
    }
  });

  it('opens at the same time for different accounts', async () => {
    const inputs = await Promise.all([1, 2, 3, 4].map(async () => rig.input(await rig.account())));
    const opened = await Promise.all(inputs.map((input) => open(input)));
    assert.deepEqual(opened.map(codeOf), ['quoted', 'quoted', 'quoted', 'quoted']);
  });

  const refusals: [what: string, code: string, asked: Partial<PlanChangeInput>][] = [
    ['a plan that nobody sells', 'plan-unknown', { planCode: 'no-such-plan' }],
    ['the plan the account has', 'plan-already-active', { planCode: 'fiber-basic' }],
    ['a retired plan', 'plan-not-available', { planCode: 'dsl-two-lines' }],
    ['a past date', 'activation-date-invalid', { activation: { when: 'on_date', date: '2020-01-01' } }],
    ['an unknown promotion', 'promotion-not-applicable', { promotionCode: 'NO-SUCH' }],
    ['a promotion that is over', 'promotion-not-applicable', { promotionCode: 'SECOND-LINE-2019' }],
  ];
  for (const [what, code, asked] of refusals) {
    it(`refuses ${what}`, async () => {
      const input = rig.input(await rig.account(), asked);
      assert.deepEqual(await open(input), { outcome: 'rejected', code, openPlanChangeId: null });
      assert.equal((await rowOf(input.planChangeId))['rejection_code'], code);
    });
  }

  it('refuses an account that is suspended', async () => {
    const account = await rig.account();
    await rig.knex('customers').where({ id: account.customerId }).update({ status: 'suspended' });
    assert.equal(codeOf(await open(rig.input(account))), 'account-not-active');
  });

  it('counts an identification until it expires, by the time of the workflow', async () => {
    const { identificationId, ...account } = await rig.account();
    const { expires_at: expiresAt } = await rig
      .knex('identifications')
      .where({ id: identificationId })
      .first<{ expires_at: Date }>('expires_at');
    const at = (ms: number) => new Date(expiresAt.getTime() + ms).toISOString();
    const input = () => rig.input({ ...account, identificationId });
    assert.equal(codeOf(await open(input(), at(1))), 'identification-expired');
    assert.equal(codeOf(await open(input(), at(0).replace('Z', '999Z'))), 'identification-expired');
    assert.equal(codeOf(await open(input(), at(-1))), 'quoted');
  });
});
