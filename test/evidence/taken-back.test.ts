import assert from 'node:assert/strict';
import type { EvidenceBundle, EvidencePayload } from '../../evidence/payload.ts';
import { createApiRig, verbalConsent, type ApiRig } from '../support/api-rig.ts';
import { eventually } from '../support/eventually.ts';
import { assertSound, companyKey, failures, recordOf, signedAgain, verified } from './bundles.ts';

describe('proof bundles of what was taken back', () => {
  let api: ApiRig;
  /** Applied under its second quote, with a surplus. */
  let applied: EvidenceBundle;

  before(async function () {
    this.timeout(120_000);
    api = await createApiRig('taken back');
    const customer = await api.stranger({ planCode: 'fiber-complete' });
    const { planChangeId } = await api.opened(customer, { planCode: 'phone-basic' });
    const path = `/v1/plan-changes/${planChangeId}`;
    const requoted = JSON.parse((await api.post(`${path}/requote`, {})).text) as { quote: { hash: string } };
    await api.post(`${path}/consent`, verbalConsent(requoted.quote.hash));
    await completed(planChangeId);
    const { bundle, text } = await recordOf(api, planChangeId);
    assertSound(verified(api, text));
    applied = bundle;
  });
  after(() => api.close());

  const completed = (planChangeId: string) =>
    eventually(
      async () => {
        const row = api.rig.knex('plan_changes').where({ id: planChangeId });
        const { status } = await row.first<{ status: string }>('status');
        return status === 'completed' ? true : undefined;
      },
      { what: 'the change completed' },
    );
  const problemsOf = (text: string): string[] =>
    verified(api, text).rows.flatMap(({ outcome, details }) => (outcome === 'fail' ? details : []));

  const minus = (amount: string): string => (amount.startsWith('-') ? amount.slice(1) : `-${amount}`);
  /** The line or entry at the start of the ledger, taken back. */
  const taken = <T extends { amount: { amount: string; currency: string } }>(one: T | undefined) => {
    assert.ok(one);
    return { ...one, reversal: true, amount: { ...one.amount, amount: minus(one.amount.amount) } };
  };
  const wrongs: readonly (readonly [string, RegExp, (payload: EvidencePayload) => void])[] = [
    [
      'money taken from the balance by an earlier quote',
      /the balance entry of quote 1 was taken back and had never been posted/,
      ({ ledger }) => ledger.balance.push({ ...taken(ledger.balance[0]), quoteRevision: 1 }),
    ],
    [
      'money of an earlier quote left on the balance',
      /the balance entry of quote 1 stands, and that quote is not in force/,
      ({ ledger }) => ledger.balance.push({ ...ledger.balance[0]!, quoteRevision: 1 }),
    ],
    [
      'the surplus on the balance of another customer',
      /the balance entry of quote 2 is of another customer/,
      ({ ledger, change }) => (ledger.balance[0]!.customerId = change.planChangeId),
    ],
    [
      'a line that takes back nothing',
      /line 9 of quote 2 was taken back and had never been posted/,
      ({ ledger }) => ledger.charges.push({ ...taken(ledger.charges[0]), lineNo: 9 }),
    ],
    [
      'a surplus that was taken back in part',
      /the balance entry of quote 2 was not taken back whole/,
      ({ ledger }) =>
        ledger.balance.push({ ...taken(ledger.balance[0]), amount: { amount: '-0.01', currency: 'USD' } }),
    ],
    [
      'a surplus that was taken back, of which no note tells',
      /what was posted for quote 2 was taken back, and no note tells of it/,
      ({ ledger }) => ledger.balance.push(taken(ledger.balance[0])),
    ],
    [
      'another currency',
      /line 1 of quote 2 is in another currency than the change/,
      ({ ledger }) => (ledger.charges[0]!.amount.currency = 'EUR'),
    ],
  ];
  for (const [what, says, alter] of wrongs) {
    it(`are not sound with ${what}, though the company signs it`, () => {
      const text = signedAgain(applied, companyKey(api), alter);
      assert.ok(failures(verified(api, text)).includes('Charges'));
      assert.match(problemsOf(text).join('\n'), says);
    });
  }

  it('are not sound with a balance entry of a change that was never applied', async () => {
    const { planChangeId } = await api.opened(await api.stranger());
    const { bundle, text } = await recordOf(api, planChangeId);
    assertSound(verified(api, text));
    const charged = signedAgain(bundle, companyKey(api), ({ ledger }) =>
      ledger.balance.push({ ...taken(applied.payload.ledger.balance[0]), quoteRevision: 1 }),
    );
    assert.match(problemsOf(charged).join('\n'), /the balance entry of quote 1 was taken back and had never/);
  });
});
