import assert from 'node:assert/strict';
import { eventually } from '../support/eventually.ts';
import { openChange, type DrivenChange } from '../support/driven-change.ts';
import { createRig, startWorker, type Rig, type RigWorker } from '../support/plan-change-rig.ts';
import { END_OF_CYCLE } from '../support/staged-change.ts';

/** What the Temporal UI shows and finds. */
describe('what operations see of a change', () => {
  let rig: Rig;
  let worker: RigWorker;
  before(async () => {
    rig = await createRig('operations');
    worker = await startWorker(rig);
  });
  after(async () => {
    await worker.stop();
    await rig.close();
  });

  const attributesOf = async ({ handle }: DrivenChange): Promise<Record<string, unknown>> => {
    const { typedSearchAttributes } = await handle.describe();
    const shown: Record<string, unknown> = {};
    for (const { key, value } of typedSearchAttributes.getAll()) {
      if (key.name === 'BuildIds') continue; // the server's own
      shown[key.name] = value instanceof Date ? value.toISOString() : value;
    }
    return shown;
  };
  const found = async (query: string): Promise<string[]> => {
    const ids: string[] = [];
    for await (const { workflowId } of worker.client.workflow.list({ query })) ids.push(workflowId);
    return ids;
  };
  const detailsOf = async ({ handle }: DrivenChange): Promise<string> => {
    const { currentDetails } = await handle.query<{ currentDetails?: string }>(
      '__temporal_workflow_metadata',
    );
    return currentDetails ?? '';
  };

  it('while it waits for consent: whose, to what, until when', async () => {
    const change = await openChange(rig, worker);
    assert.deepEqual(await attributesOf(change), {
      ...{ PlanChangeStatus: 'awaiting_consent', CustomerId: change.account.customerId },
      PlanCode: 'fiber-plus',
    });
    const details = await detailsOf(change);
    assert.match(details, /\*\*Status:\*\* awaiting_consent/);
    assert.match(details, /the quote expires 2\d{3}-.*Z, the change 2\d{3}-.*Z/);
  });

  it('while it waits for its date: since which consent, and when', async () => {
    const change = await openChange(rig, worker, END_OF_CYCLE);
    await change.consent();
    const { effective_date: date } = await change.row();
    const shown = await attributesOf(change);
    assert.deepEqual(
      [shown['PlanChangeStatus'], shown['ConsentMethod'], shown['EffectiveDate'], shown['HoldReason']],
      ['scheduled', 'verbal', `${date}T00:00:00.000Z`, undefined],
    );
    assert.match(await detailsOf(change), /Consent recorded \(verbal\)\. Activates at /);
  });

  it('while it is held: why, and it is found by that', async () => {
    const change = await openChange(rig, worker);
    await rig.knex('customers').where({ id: change.account.customerId }).update({ status: 'suspended' });
    await change.consent();
    const shown = await attributesOf(change);
    assert.deepEqual([shown['PlanChangeStatus'], shown['HoldReason']], ['held', 'account_not_active']);
    assert.match(await detailsOf(change), /\*\*Held:\*\* account_not_active\. Nothing was charged\./);
    const query = `PlanChangeStatus = 'held' AND HoldReason = 'account_not_active' AND CustomerId = '${change.account.customerId}'`;
    await eventually(async () => ((await found(query)).includes(change.workflowId) ? true : undefined), {
      what: 'the held change in the list',
    });

    await rig.knex('customers').where({ id: change.account.customerId }).update({ status: 'active' });
    await change.requote();
    const again = await attributesOf(change);
    assert.deepEqual(
      [again['PlanChangeStatus'], again['HoldReason'], again['ConsentMethod']],
      ['awaiting_consent', undefined, undefined],
    );
  });

  it('when it has ended: how', async () => {
    const declined = await openChange(rig, worker);
    await declined.decline();
    await declined.result();
    assert.equal((await attributesOf(declined))['PlanChangeStatus'], 'declined');
    // A closed workflow that shows `activated` reads as completed: one upsert less.
    const completed = await openChange(rig, worker);
    await completed.consent();
    await completed.result();
    assert.equal((await attributesOf(completed))['PlanChangeStatus'], 'activated');
  });
});
