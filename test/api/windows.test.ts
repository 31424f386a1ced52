import assert from 'node:assert/strict';
import { planChange } from '../../api/schemas/plan-changes.ts';
import { createApiRig, verbalConsent, type ApiRig } from '../support/api-rig.ts';
import { eventually } from '../support/eventually.ts';
import { expectProblem } from './expect-problem.ts';

describe('API: windows that close', function () {
  this.timeout(60_000);
  let api: ApiRig;

  before(async () => {
    api = await createApiRig('api windows', {
      policy: { quoteMs: 1_500, consentMs: 4_000 },
    });
  });
  after(() => api.close());

  it('410 quote-expired names requote, and the change stays open for it', async () => {
    const { planChangeId, quote } = await api.opened(await api.stranger());
    assert.ok(quote);
    await eventually(() => Promise.resolve(Date.now() > Date.parse(quote.expiresAt) ? true : undefined));
    const path = `/v1/plan-changes/${planChangeId}`;
    const problem = expectProblem(
      await api.post(`${path}/consent`, verbalConsent(quote.hash)),
      410,
      'quote-expired',
    );
    assert.match(problem.detail, /requote/);
    const requoted = (await api.post(`${path}/requote`, {})).read(planChange);
    assert.equal(requoted.status, 'awaiting_consent');
    assert.notEqual(requoted.quote?.hash, quote.hash);
    const applied = await api.post(`${path}/consent`, verbalConsent(requoted.quote?.hash ?? ''));
    assert.equal(applied.status, 200, applied.text);
  });

  it('a change without consent expires, and then takes nothing more', async () => {
    const { planChangeId, quote } = await api.opened(await api.stranger());
    const path = `/v1/plan-changes/${planChangeId}`;
    await eventually(async () =>
      (await api.get(path)).read(planChange).status === 'expired' ? true : undefined,
    );
    const answers = [
      await api.post(`${path}/consent`, verbalConsent(quote?.hash ?? '')),
      await api.post(`${path}/requote`, {}),
      await api.post(`${path}/reschedule`, { activation: { when: 'end_of_cycle' } }),
      await api.post(`${path}/cancel`, { reason: 'too late' }),
      await api.post(`${path}/decline`, { reason: 'too late' }),
    ];
    for (const answer of answers) {
      assert.equal(expectProblem(answer, 409, 'plan-change-closed')['planChangeStatus'], 'expired');
    }
  });
});
