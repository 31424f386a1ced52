import assert from 'node:assert/strict';
import type { EvidenceBundle, EvidencePayload } from '../../evidence/payload.ts';
import { createApiRig, verbalConsent, type ApiRig } from '../support/api-rig.ts';
import { PRODUCT_TEMPLATES } from '../support/customer-mails.ts';
import { assertSound, companyKey, failures, pageOf, recordOf, signedAgain, verified } from './bundles.ts';

describe('proof bundles of what an agent entered', () => {
  let api: ApiRig;
  /** Agreed to in a call; and by a document. */
  let called: EvidenceBundle;
  let signed: EvidenceBundle;

  before(async function () {
    this.timeout(120_000);
    api = await createApiRig('entries', { templates: PRODUCT_TEMPLATES });
    const { planChangeId, quote } = await api.opened(await api.stranger());
    assert.ok(quote);
    await api.post(`/v1/plan-changes/${planChangeId}/consent`, verbalConsent(quote.hash));
    called = (await recordOf(api, planChangeId)).bundle;
    const signer = await api.stranger();
    const other = await api.opened(signer);
    const answer = await api.post(`/v1/plan-changes/${other.planChangeId}/consent`, {
      method: 'written',
      quoteHash: other.quote?.hash,
      document: { name: 'agreement.pdf', sha256: 'ab'.repeat(32) },
      signedBy: signer.fullName,
      signedAt: new Date().toISOString(),
    });
    assert.equal(answer.status, 200, answer.text);
    signed = (await recordOf(api, other.planChangeId)).bundle;
  });
  after(() => api.close());

  const detailsOf = ({ consents }: EvidencePayload) => consents[0]!.evidence.details;
  const failed = (bundle: EvidenceBundle, alter: (payload: EvidencePayload) => unknown): string[] =>
    failures(verified(api, signedAgain(bundle, companyKey(api), alter)));

  it('say of a recording and of a document that neither is in the file, and whose entry it is', async () => {
    for (const [bundle, words] of [
      [
        called,
        [
          'as the agent entered it), ',
          'Length of the recording, as the agent entered it',
          'Customer was told of the recording, as the agent entered it',
          'Script that was read, as the agent entered it',
          'not in this file, nor a hash of it: ask the company',
          'That they were read rests on what the agent entered',
        ],
      ],
      [
        signed,
        [
          'agreed in writing (document with SHA-256 abababababababab…, as the agent entered it), ',
          'Signed by, as the agent entered it',
          'not in this file: ask the company for it, compare its SHA-256',
          'The agent entered a signed document instead, which is not in this file',
        ],
      ],
    ] as const) {
      const page = await pageOf(api, bundle.payload.change.planChangeId);
      assertSound(verified(api, page));
      for (const word of words) assert.ok(page.includes(word), word);
    }
  });

  const wrongs: readonly (readonly [string, () => EvidenceBundle, string, unknown])[] = [
    ['a recording shorter than its script', () => called, 'durationSeconds', 1],
    ['a recording that ends after its file was made', () => called, 'durationSeconds', 3_600],
    ['a recording that ended before the quote', () => called, 'startedAt', '2020-01-01T00:00:00Z'],
    ['a recording of no readable length', () => called, 'durationSeconds', 'long'],
    ['a document signed before the quote', () => signed, 'signedAt', '2020-01-01T00:00:00Z'],
    ['a document signed after it came in', () => signed, 'signedAt', '2099-01-01T00:00:00Z'],
    ['a document signed at no readable time', () => signed, 'signedAt', 'then'],
  ];
  for (const [what, bundle, member, value] of wrongs)
    it(`are not sound by ${what}: signed again by the company it fails under “Entries”`, () => {
      const found = failed(bundle(), (payload) => (detailsOf(payload)[member] = value));
      assert.ok(found.includes('Entries'), found.join());
    });

  it('are not sound by a document signed with another name', () => {
    const found = failed(signed, (payload) => (detailsOf(payload)['signedBy'] = 'John Doe'));
    assert.ok(found.includes('Consents'), found.join());
  });
});
