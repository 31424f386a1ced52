import assert from 'node:assert/strict';
import type { EvidenceBundle, EvidencePayload } from '../../evidence/payload.ts';
import { linkHash, NO_NOTE_BEFORE, noteRowHash } from '../../evidence/note-hash.ts';
import { createApiRig, verbalConsent, type ApiRig } from '../support/api-rig.ts';
import { agreementOf, askForConsent, customerAt, PRODUCT_TEMPLATES } from '../support/customer-mails.ts';
import { eventually } from '../support/eventually.ts';
import { recordEmailEvent } from '../../db/stores/email-events.ts';
import { assertSound, companyKey, failures, recordOf, signedAgain, verified } from './bundles.ts';

type Alter = (payload: EvidencePayload) => unknown;

describe('proof bundles of what notes do not tell', () => {
  let api: ApiRig;
  /** Agreed to in a call, after a requote; and by a link. */
  let called: EvidenceBundle;
  let linked: EvidenceBundle;
  let masked: EvidenceBundle;

  before(async function () {
    this.timeout(120_000);
    api = await createApiRig('noted records', { templates: PRODUCT_TEMPLATES });
    const customer = await api.stranger();
    const caller = (await api.opened(customer)).planChangeId;
    await api.post(`/v1/customers/${customer.customerId}/notes`, { body: 'Asked for the hours of the shop' });
    const again = await api.post(`/v1/plan-changes/${caller}/requote`, {});
    const { quote } = JSON.parse(again.text) as { quote: { hash: string } };
    await api.post(`/v1/plan-changes/${caller}/consent`, verbalConsent(quote.hash));
    const reader = await api.stranger();
    const { planChangeId } = await api.opened(reader);
    await customerAt(api, await askForConsent(api, planChangeId)).submit(agreementOf(reader));
    called = await delivered(caller);
    linked = await delivered(planChangeId);
    masked = (await recordOf(api, planChangeId, 'auditor')).bundle;
  });
  after(() => api.close());

  /** The bundle of the change once the provider has reported its summary as delivered. */
  const delivered = async (planChangeId: string): Promise<EvidenceBundle> => {
    const summary = await eventually(
      async () => {
        const { payload } = (await recordOf(api, planChangeId)).bundle;
        const isCompleted = payload.change.status === 'completed';
        return isCompleted ? payload.mails.find(({ kind }) => kind === 'summary') : undefined;
      },
      { what: 'the change completed' },
    );
    await recordEmailEvent(api.deps.knex, {
      providerEventId: `delivered ${planChangeId}`,
      mailId: summary.mailId,
      event: 'delivered',
      reason: null,
      occurredAt: new Date().toISOString(),
    });
    return (await recordOf(api, planChangeId)).bundle;
  };

  const failed = (bundle: EvidenceBundle, alter: Alter): string[] =>
    failures(verified(api, signedAgain(bundle, companyKey(api), alter)));

  it('are sound as the company gives them out, whole and masked', () => {
    for (const bundle of [called, linked, masked]) {
      const verification = verified(
        api,
        signedAgain(bundle, companyKey(api), () => undefined),
      );
      assertSound(verification);
      const row = verification.rows.find(({ title }) => title.startsWith('Records'));
      // Quotes, consent, mails with their delivery, and the acceptance of the summary.
      assert.deepEqual([row?.outcome, row?.details], ['pass', ['6 records']]);
    }
  });

  const evidence = ({ consents }: EvidencePayload) => consents[0]!.evidence;
  const summaryOf = ({ mails }: EvidencePayload) => mails.find(({ kind }) => kind === 'summary')!;
  const earlier = (instant: string) => new Date(Date.parse(instant) - 1_000).toISOString();

  /** Each is signed again by the company itself. */
  const calledAltered: readonly (readonly [string, string, Alter])[] = [
    ['the recording', 'Records', (payload) => (evidence(payload).details['id'] = 'rec-of-somebody-else')],
    ['its start', 'Records', (payload) => (evidence(payload).details['startedAt'] = '2020-01-01T00:00:00Z')],
    [
      'the script, every amount kept',
      'Records',
      ({ quotes }) => (quotes[1]!.script.text += '\nCancel at any time.'),
    ],
    [
      'the script of a void quote',
      'Records',
      ({ quotes }) => (quotes[0]!.script.text += '\nCancel at any time.'),
    ],
    ['the date of the next bill', 'Records', ({ quotes }) => (quotes[1]!.nextBill.date = '2030-01-01')],
    [
      'when the quote was made',
      'Records',
      ({ quotes }) => (quotes[1]!.createdAt = earlier(quotes[1]!.createdAt)),
    ],
    ['what was said of interruptions', 'Records', ({ quotes }) => (quotes[1]!.interruptions = ['None.'])],
    ['the price before', 'Quotes', ({ change }) => (change.from.price.amount = '1.00')],
    [
      'the price before, in its quote too',
      'Records',
      ({ change, quotes }) => (quotes[1]!.basis!.from.price.amount = change.from.price.amount = '1.00'),
    ],
    [
      'when it was accepted',
      'Records',
      ({ consents }) => (consents[0]!.acceptedAt = earlier(consents[0]!.acceptedAt)),
    ],
    [
      'when it was given',
      'Records',
      (payload) => (evidence(payload).givenAt = earlier(evidence(payload).givenAt)),
    ],
    ['who recorded it', 'Records', (payload) => (evidence(payload).agentId = evidence(payload).evidenceId)],
    ['all mails left out', 'Mails', ({ mails }) => (mails.length = 0)],
    [
      'the summary left out',
      'Records',
      ({ mails }) =>
        mails.splice(
          mails.findIndex(({ kind }) => kind === 'summary'),
          1,
        ),
    ],
    ['a summary that is still to be sent', 'Mails', (payload) => (summaryOf(payload).status = 'queued')],
    ['the subject of the summary', 'Records', (payload) => (summaryOf(payload).subject = 'Thank you')],
    ['whom the summary went to', 'Records', (payload) => (summaryOf(payload).recipient = 'x***@example.net')],
    [
      'the address, by its hash',
      'Records',
      (payload) => (summaryOf(payload).sealed!.recipient = 'ab'.repeat(32)),
    ],
    [
      'the id of the accepted summary',
      'Records',
      (payload) => (summaryOf(payload).providerMessageId = 'another'),
    ],
    [
      'when the summary was delivered',
      'Records',
      (payload) => (summaryOf(payload).events.at(-1)!.occurredAt = '2020-01-01T00:00:00Z'),
    ],
    ['a summary that came back', 'Records', (payload) => (summaryOf(payload).status = 'bounced')],
    [
      'false local times',
      'Times',
      ({ localTimes }) => {
        for (const instant of Object.keys(localTimes))
          localTimes[instant] = '1 January 2020, 00:00:00 (UTC-05:00)';
      },
    ],
    [
      'a link of the chain that was made up',
      'Notes',
      ({ chain }) => chain.push({ sequence: chain.length + 1, hash: 'a'.repeat(64), note: null }),
    ],
  ];
  const linkedAltered: readonly (readonly [string, string, Alter])[] = [
    [
      'the address of the customer',
      'Records',
      (payload) => (evidence(payload).details['clientAddress'] = '203.0.113.6'),
    ],
    ['what the page showed left out', 'Consents', (payload) => delete evidence(payload).details['shown']],
    ['a link that was never used', 'Consents', (payload) => (evidence(payload).link!.usedAt = null)],
    [
      'when the link was used',
      'Records',
      (payload) => (evidence(payload).link!.usedAt = '2020-01-01T00:00:00Z'),
    ],
    [
      'the end of the link',
      'Consents',
      (payload) => (evidence(payload).link!.expiresAt = '2020-01-01T00:00:00Z'),
    ],
    ['the link left out', 'Consents', (payload) => (evidence(payload).link = null)],
    ['the mail of the link left out', 'Records', ({ mails }) => mails.shift()],
    ['the salt', 'Records', (payload) => (evidence(payload).personal!.salt = evidence(payload).evidenceId)],
  ];
  const maskedAltered: readonly (readonly [string, string, Alter])[] = [
    [
      'a name put into a masked copy',
      'Records',
      (payload) => (evidence(payload).details['typedName'] = 'Zoe Obrien'),
    ],
    [
      'words put into a masked copy',
      'Records',
      (payload) => (summaryOf(payload).text = 'You agreed to everything.'),
    ],
    [
      'the hash of what is left out',
      'Records',
      (payload) => (evidence(payload).personal!.sha256 = 'ab'.repeat(32)),
    ],
    [
      'what the page showed, in a masked copy',
      'Records',
      (payload) => {
        (evidence(payload).details['shown'] as { words: string }).words += '\nIt is free.';
      },
    ],
  ];
  /** All that the company can do to a note: the notes up to one of another matter, which it cannot change, follow. */
  const rewritten = (payload: EvidencePayload, alter: (body: string) => string): void => {
    const { chain, customer } = payload;
    let before = NO_NOTE_BEFORE;
    for (const link of chain.slice(
      0,
      chain.findIndex(({ note }) => note === null),
    )) {
      const { note, sequence } = link;
      assert.ok(note);
      if (note.kind === 'quoted') note.body = alter(note.body);
      link.rowHash = noteRowHash(customer.customerId, sequence, note);
      link.hash = linkHash(before, link.rowHash);
      before = link.hash;
    }
  };
  const firstLoose = ({ chain }: EvidencePayload) => chain.find(({ note }) => note === null)!;

  it('are not sound when notes were rewritten up to one of another matter: the chain goes through it', () => {
    const asked = (body: string): string => body.replace('Quoted', 'Asked');
    assert.deepEqual(
      failed(called, (payload) => rewritten(payload, asked)),
      ['Notes'],
    );
    const unfollowed = failed(called, (payload) => {
      rewritten(payload, asked);
      firstLoose(payload).rowHash = null;
    });
    assert.deepEqual(unfollowed, ['Notes']);
    assert.deepEqual(
      failed(called, (payload) => rewritten(payload, (body) => body)),
      [],
    );
  });

  for (const [bundle, wrongs] of [
    [() => called, calledAltered],
    [() => linked, linkedAltered],
    [() => masked, maskedAltered],
  ] as const) {
    for (const [what, finds, alter] of wrongs) {
      it(`are not sound by ${what}: signed again by the company it fails under “${finds}”`, () => {
        const found = failed(bundle(), alter);
        assert.ok(found.includes(finds), found.join());
        assert.ok(!found.includes('Signature') && !found.includes('File'));
      });
    }
  }

  it('tell what is from before notes named records, as not bound', () => {
    const text = signedAgain(called, companyKey(api), ({ chain, quotes }) => {
      for (const { note } of chain)
        if (note) note.body = note.body.replace(/(, r| Mail r)ecord [0-9a-f]{64}/, '');
      for (const quote of quotes) quote.basis = null;
    });
    const { rows } = verified(api, text);
    const row = rows.find(({ title }) => title.startsWith('Records'));
    assert.equal(row?.outcome, 'open');
    assert.match(row.details.join(), /5 records not bound: the notes are from before notes named records/);
  });

  it('give auditors no hash against which a name could be tried, and nobody that of an address', () => {
    const text = JSON.stringify(masked);
    const full = linked.payload;
    for (const { textSha256, htmlSha256, sealed } of full.mails)
      for (const hash of [textSha256, htmlSha256, sealed?.wordsSalt]) assert.ok(hash && !text.includes(hash));
    const salt = evidence(full).personal?.salt;
    assert.ok(salt && !text.includes(salt));
  });
});
