import assert from 'node:assert/strict';
import { z } from 'zod';
import type { TestAccount } from '../../dev/seed/test-account.ts';
import { withConnection } from '../../dev/stack/postgres.ts';
import { createApiRig, type ApiRig, type Caller } from '../support/api-rig.ts';
import { assertSound, pageOf, recordOf, verified } from './bundles.ts';

const CORRECTED = [
  {
    full_name: 'Zoe Married',
    service_address: '9 New Street, Elsewhere',
    email: 'zoe.married@example.com',
    account_number: '9999-OTHER',
  },
  { full_name: 'Zoe Hyphen-Married', service_address: '9 New Street, Apt 2, Elsewhere' },
];

describe('notes with contact data that was corrected', () => {
  let api: ApiRig;
  let customer: TestAccount;
  let planChangeId: string;
  before(async function () {
    this.timeout(60_000);
    api = await createApiRig('corrected contact data');
    customer = await api.stranger();
    ({ planChangeId } = await api.opened(customer));
    const { fullName, serviceAddress, email, accountNumber } = customer;
    await api.post(`/v1/plan-changes/${planChangeId}/cancel`, {
      reason: `Spoke with ${fullName} of ${serviceAddress}, mail ${email}, account ${accountNumber}`,
    });
  });
  after(() => api.close());

  const correct = (values: object) =>
    api.rig.ownerKnex('customers').where({ id: customer.customerId }).update(values);
  const said = ({ fullName, serviceAddress, email, accountNumber }: TestAccount) => [
    fullName,
    serviceAddress,
    email,
    accountNumber,
  ];

  /** What ops and auditors read of the reason, once nothing of the values stands anywhere. */
  async function shown(hidden: readonly string[]): Promise<string[]> {
    const { text } = await recordOf(api, planChangeId, 'auditor');
    assertSound(verified(api, text));
    const page = await pageOf(api, planChangeId, 'auditor');
    assertSound(verified(api, page));
    const [ops = '', auditor = ''] = await Promise.all(['ops', 'auditor'].map((as) => notes(as as Caller)));
    for (const value of hidden)
      for (const [where, one] of Object.entries({ text, page, ops, auditor }))
        assert.ok(!one.includes(value), `${value} in ${where}`);
    return [text, page, ops, auditor].map((one) => /Spoke with [^"\\<]*/.exec(one)?.[0] ?? '');
  }
  async function notes(as: Caller): Promise<string> {
    const answer = await api.get(`/v1/customers/${customer.customerId}/notes`, { as });
    assert.equal(answer.read(z.looseObject({ chain: z.string() })).chain, 'verified');
    return answer.text;
  }
  const MASKED = 'Spoke with *** of ***, mail ***, account ***';

  it('are masked for ops and auditors before, after each correction, and back again; bundles stay sound', async () => {
    const hashes = async () =>
      (await recordOf(api, planChangeId)).bundle.payload.chain.map(({ hash }) => hash);
    const before = await hashes();
    assert.deepEqual(new Set(await shown(said(customer))), new Set([MASKED]));
    for (const values of CORRECTED) {
      await correct(values);
      assert.deepEqual(
        new Set(await shown([...said(customer), ...Object.values(values)])),
        new Set([MASKED]),
        JSON.stringify(values),
      );
    }
    const { chain } = (await recordOf(api, planChangeId)).bundle.payload;
    const [, record = ''] = /record ([0-9a-f]{64})/.exec(chain.map(({ note }) => note?.body).join()) ?? [];
    // Placeholders, and a name that stands by chance in a hash by which the quote is checked.
    await correct({ full_name: record.slice(30, 34), service_address: '-', email: '?' });
    assert.deepEqual(new Set(await shown(said(customer))), new Set([MASKED]));
    const { text } = await recordOf(api, planChangeId, 'auditor');
    assert.ok(record !== '' && text.includes(`record ${record}`), 'the quote stays bound to its note');
    await correct({ full_name: customer.fullName });
    await api.post(`/v1/customers/${customer.customerId}/notes`, { body: 'Once Zoe Hyphen-Married' });
    assert.deepEqual(new Set(await shown(['Zoe Hyphen-Married', ...said(customer)])), new Set([MASKED]));
    assert.deepEqual(await hashes(), before);
  });

  it('show agents who identified the customer what was written', async () => {
    assert.ok(
      (await notes('agent')).includes(`Spoke with ${customer.fullName} of ${customer.serviceAddress}`),
    );
  });

  it('are masked by what quotes keep, where a correction was not kept', async () => {
    await correct(CORRECTED[0] ?? {});
    await api.rig.ownerKnex('former_contact_data').where({ customer_id: customer.customerId }).delete();
    await shown([customer.fullName, customer.accountNumber, customer.email]);
  });

  it('leave former values where nobody but the API reads them, and nobody but a correction writes them', async () => {
    const { appUrl, auditorUrl } = api.rig.database;
    const NOT_ALLOWED = /permission denied/;
    await correct({ full_name: 'Zoe Once', email: 'zoe.once@example.com' });
    await correct({ full_name: 'Zoe Again' });
    await correct({ status: 'suspended', time_zone: 'Asia/Tokyo' });
    const kept = 'SELECT kind, value FROM former_contact_data WHERE customer_id = $1 ORDER BY kind, value';
    await withConnection(appUrl, async (app) => {
      const { rows } = await app.query(kept, [customer.customerId]);
      assert.deepEqual(rows, [
        { kind: 'email', value: 'zoe.married@example.com' },
        { kind: 'full_name', value: 'Zoe Married' },
        { kind: 'full_name', value: 'Zoe Once' },
      ]);
      for (const sql of [
        `INSERT INTO former_contact_data (customer_id, kind, value) SELECT id, 'email', 'e' FROM customers`,
        `UPDATE former_contact_data SET value = 'x'`,
        'DELETE FROM former_contact_data',
        'TRUNCATE former_contact_data',
      ])
        await assert.rejects(app.query(sql), NOT_ALLOWED, sql);
    });
    await withConnection(auditorUrl, (auditor) =>
      assert.rejects(auditor.query(kept, [customer.customerId]), NOT_ALLOWED),
    );
  });

  it('leave nothing behind of a customer who is taken out', async () => {
    const gone = await api.rig.ownerKnex('customers').insert(
      {
        account_number: 'GONE-1',
        account_key: 'GONE1',
        full_name: 'Gone Soon',
        service_address: '1 Gone Street',
        email: 'gone@example.com',
        time_zone: 'UTC',
        currency: 'USD',
      },
      'id',
    );
    const { id } = (gone as { id: string }[])[0] ?? assert.fail();
    const former = () => api.rig.ownerKnex('former_contact_data').where({ customer_id: id });
    await api.rig.ownerKnex('customers').where({ id }).update({ full_name: 'Gone Later' });
    assert.equal((await former()).length, 1);
    await api.rig.ownerKnex('customers').where({ id }).delete();
    assert.equal((await former()).length, 0);
  });
});
