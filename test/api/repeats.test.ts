import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { NativeConnection } from '@temporalio/worker';
import { planChange, type PlanChangeJson } from '../../api/schemas/plan-changes.ts';
import { createApiRig, verbalConsent, type Api, type ApiAnswer, type ApiRig } from '../support/api-rig.ts';
import { eventually } from '../support/eventually.ts';
import { startWorker, type RigWorker } from '../support/plan-change-rig.ts';
import { startTestTemporal, type TestTemporal } from '../support/test-stack.ts';

describe('API: a request repeated later with its Idempotency-Key', () => {
  let api: ApiRig;
  let body: object;
  let opened: ApiAnswer;
  let consented: ApiAnswer;
  let change: PlanChangeJson;
  let consent: object;
  const key = randomUUID();

  before(async () => {
    api = await createApiRig('api repeats');
    const { identificationId } = await api.identify(await api.stranger());
    body = { identificationId, planCode: 'fiber-plus', activation: { when: 'immediately' } };
    opened = await open();
    change = opened.read(planChange);
    consent = verbalConsent(change.quote?.hash ?? '');
    consented = await giveConsent();
    await eventually(async () =>
      (await api.get(`/v1/plan-changes/${change.planChangeId}`)).read(planChange).status === 'completed'
        ? true
        : undefined,
    );
  });

  after(() => api.close());

  const open = (on: Api = api): Promise<ApiAnswer> => on.post('/v1/plan-changes', body, { key });
  const giveConsent = (on: Api = api): Promise<ApiAnswer> =>
    on.post(`/v1/plan-changes/${change.planChangeId}/consent`, consent, { key });
  const changes = async (): Promise<number> => (await api.rig.knex('plan_changes').select('id')).length;
  /** As if every API had been killed between its work and its answer. */
  const forgetAnswers = async (): Promise<void> => {
    const nothing = { answer_status: null, answer_headers: null, answer_body: null, answered_at: null };
    await api.rig.ownerKnex.transaction(async (trx) => {
      // The database lets nobody change an answer that it keeps.
      await trx.raw(`SET LOCAL session_replication_role = 'replica'`);
      await trx('idempotency_keys').update(nothing);
    });
  };
  const same = (again: ApiAnswer, first: ApiAnswer): void => {
    assert.equal(again.text, first.text);
    for (const name of ['content-type', 'location']) {
      assert.equal(again.headers.get(name), first.headers.get(name));
    }
    assert.equal(again.status, first.status);
    assert.notEqual(again.headers.get('x-request-id'), first.headers.get('x-request-id'));
  };

  it('is answered byte for byte, though the change has moved on', async () => {
    same(await open(), opened);
    same(await giveConsent(), consented);
    same(await api.post('/v1/plan-changes', JSON.stringify(body, null, 4), { key }), opened);
    assert.equal(opened.read(planChange).status, 'awaiting_consent');
  });

  it('is answered when the answer was never kept: a row without one is no lock', async () => {
    await forgetAnswers();
    const again = (await open()).read(planChange);
    assert.deepEqual([again.planChangeId, again.status], [change.planChangeId, 'completed']);
    const consentAgain = await giveConsent();
    assert.equal(consentAgain.status, 200, consentAgain.text);
    assert.equal(
      consentAgain.read(planChange).consent?.consentId,
      consented.read(planChange).consent?.consentId,
    );
    const charges = await api.rig.knex('charges').where({ plan_change_id: change.planChangeId });
    assert.equal(charges.length, 3);
  });

  describe('when Temporal has forgotten the workflow', () => {
    let server: TestTemporal;
    let connection: NativeConnection;
    let worker: RigWorker;
    let later: Api;

    // A server that never had it: deleting a workflow takes the server up to half a minute.
    before(async () => {
      server = await startTestTemporal();
      connection = await NativeConnection.connect({ address: server.address });
      worker = await startWorker(api.rig, { connection });
      later = await api.another({ temporalAddress: server.address });
    });
    after(async () => {
      await worker.stop();
      await connection.close();
      server.stop();
    });

    it('is answered byte for byte', async () => {
      const [first, firstConsent] = [await open(), await giveConsent()];
      same(await open(later), first);
      same(await giveConsent(later), firstConsent);
    });

    it('makes nothing new, even without the answer', async () => {
      await forgetAnswers();
      const before = await changes();
      const again = (await open(later)).read(planChange);
      assert.deepEqual([again.planChangeId, again.status], [change.planChangeId, 'completed']);
      assert.equal((await giveConsent(later)).status, 200);
      assert.equal(await changes(), before);
      const mails = await api.rig.knex('email_outbox').where({ plan_change_id: change.planChangeId });
      assert.equal(mails.length, 1);
    });
  });
});
