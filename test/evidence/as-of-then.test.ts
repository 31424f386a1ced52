import assert from 'node:assert/strict';
import { createApiRig, verbalConsent, type ApiRig } from '../support/api-rig.ts';
import type { TestAccount } from '../../dev/seed/test-account.ts';
import { agreementOf, askForConsent, customerAt, PRODUCT_TEMPLATES } from '../support/customer-mails.ts';
import { eventually } from '../support/eventually.ts';
import { assertSound, companyKey, failures, pageOf, recordOf, signedAgain, verified } from './bundles.ts';

describe('proof bundles of a customer who is called otherwise today', () => {
  let api: ApiRig;
  let caller: TestAccount;
  let reader: TestAccount;
  /** Agreed to in a call; by a link; and waiting for consent. */
  let called: string;
  let linked: string;
  let waiting: string;

  before(async function () {
    this.timeout(120_000);
    api = await createApiRig('as of then', { templates: PRODUCT_TEMPLATES });
    caller = await api.stranger();
    const first = await api.opened(caller);
    assert.ok(first.quote);
    called = first.planChangeId;
    await api.post(`/v1/plan-changes/${called}/consent`, verbalConsent(first.quote.hash));
    reader = await api.stranger();
    linked = (await api.opened(reader)).planChangeId;
    await customerAt(api, await askForConsent(api, linked)).submit(agreementOf(reader));
    await eventually(
      async () => {
        const changes = await Promise.all([called, linked].map((id) => recordOf(api, id)));
        return changes.every(({ bundle }) => bundle.payload.change.status === 'completed') || undefined;
      },
      { what: 'both changes completed' },
    );
    const undecided = await api.stranger();
    waiting = (await api.opened(undecided)).planChangeId;
    await api.rig
      .ownerKnex('customers')
      .whereIn('id', [caller.customerId, reader.customerId, undecided.customerId])
      .update({ full_name: 'Zoe Corrected', time_zone: 'Pacific/Kiritimati' });
  });
  after(() => api.close());

  it('stay sound, say who agreed as they were called then, and the name of today beside it', async () => {
    for (const [id, customer] of [
      [called, caller],
      [linked, reader],
    ] as const) {
      const page = await pageOf(api, id);
      assertSound(verified(api, page));
      assert.ok(page.includes(`<p class="finding">${customer.fullName} agreed`));
      assert.ok(
        page.includes(
          `<dd>${customer.fullName}, account ${customer.accountNumber} (today called Zoe Corrected, account ${customer.accountNumber})</dd>`,
        ),
      );
    }
    assertSound(verified(api, await pageOf(api, waiting)));
  });

  it('give auditors neither name, of then or of today, and verify all the same', async () => {
    for (const [id, customer] of [
      [called, caller],
      [linked, reader],
    ] as const) {
      const { text, bundle } = await recordOf(api, id, 'auditor');
      assertSound(verified(api, text));
      for (const word of [customer.fullName, customer.accountNumber, 'Zoe Corrected'])
        assert.ok(!text.includes(word), word);
      assert.deepEqual(
        [...bundle.payload.quotes, ...bundle.payload.consents].map((one) => one.customer?.salt),
        [null, null],
      );
      assert.deepEqual(
        failures(
          verified(
            api,
            signedAgain(bundle, companyKey(api), ({ consents }) => {
              consents[0]!.customer!.fullName = 'John Doe';
            }),
          ),
        ),
        ['Records'],
      );
    }
  });

  it('are not sound with another customer: signed again by the company it fails under “Records”', async () => {
    const { bundle } = await recordOf(api, called);
    for (const member of ['fullName', 'accountNumber', 'timeZone', 'salt'] as const)
      for (const list of ['quotes', 'consents'] as const) {
        const other =
          member === 'timeZone'
            ? 'Asia/Tokyo'
            : member === 'salt'
              ? bundle.payload.customer.customerId
              : 'John Doe';
        const text = signedAgain(bundle, companyKey(api), (payload) => {
          payload[list][0]!.customer![member] = other;
        });
        assert.deepEqual(failures(verified(api, text)), ['Records'], `${member} of ${list}`);
      }
    const without = signedAgain(bundle, companyKey(api), ({ consents }) => (consents[0]!.customer = null));
    assert.deepEqual(failures(verified(api, without)), ['Records']);
  });
});
