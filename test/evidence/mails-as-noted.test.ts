import assert from 'node:assert/strict';
import { ALTERED_MAILS, type AlteredMail } from '../audit/altered-mails.ts';
import { createApiRig, verbalConsent, type ApiRig } from '../support/api-rig.ts';
import { PRODUCT_TEMPLATES } from '../support/customer-mails.ts';
import { eventually } from '../support/eventually.ts';
import { assertSound, recordOf, verified } from './bundles.ts';

/** Signed by the company over what its database says, as somebody has altered it. */
describe('proof bundles of mails that became something else', () => {
  let api: ApiRig;
  const changes = { summary: '', cancelled: '' };

  before(async function () {
    this.timeout(120_000);
    api = await createApiRig('mails as noted', { templates: PRODUCT_TEMPLATES });
    const completed = await api.opened(await api.stranger());
    await api.post(
      `/v1/plan-changes/${completed.planChangeId}/consent`,
      verbalConsent(completed.quote?.hash ?? ''),
    );
    const cancelled = await api.opened(await api.stranger());
    await api.post(`/v1/plan-changes/${cancelled.planChangeId}/cancel`, { reason: 'Asked for it' });
    Object.assign(changes, { summary: completed.planChangeId, cancelled: cancelled.planChangeId });
    for (const kind of ['summary', 'cancelled'] as const)
      await eventually(
        async () => ((await mailOf(kind).where({ status: 'accepted' })).length > 0 ? true : undefined),
        {
          what: `the ${kind} mail accepted`,
        },
      );
  });
  after(() => api.close());

  const mailOf = (kind: AlteredMail['kind']) =>
    api.rig.ownerKnex('email_outbox').where({ plan_change_id: changes[kind], kind });
  const records = async (kind: AlteredMail['kind']) => {
    const verification = verified(api, (await recordOf(api, changes[kind])).text);
    return { verification, row: verification.rows.find(({ title }) => title.startsWith('Records')) };
  };

  it('are sound as they are', async () => {
    for (const kind of ['summary', 'cancelled'] as const) assertSound((await records(kind)).verification);
  });

  for (const { what, kind, set, finds } of ALTERED_MAILS) {
    it(`are contradictory by a ${kind} mail ${what}`, async () => {
      const before = (await mailOf(kind).first()) as object | undefined;
      assert.ok(before);
      await api.rig.ownerKnex.raw(`UPDATE email_outbox SET ${set} WHERE plan_change_id = ? AND kind = ?`, [
        changes[kind],
        kind,
      ]);
      try {
        const { verification, row } = await records(kind);
        assert.equal(verification.verdict, 'contradictory');
        assert.ok(
          row?.details.some((detail) => finds.test(detail)),
          row?.details.join(),
        );
      } finally {
        await mailOf(kind).update(before);
      }
    });
  }

  it('say nothing of how often a mail may have come, which no note tells', async () => {
    await mailOf('summary').update({ possible_duplicates: 9 });
    const { bundle, text } = await recordOf(api, changes.summary);
    assert.ok(!text.includes('possibleDuplicates') && bundle.payload.mails.length > 0);
    await mailOf('summary').update({ possible_duplicates: 0 });
  });
});
