import assert from 'node:assert/strict';
import type { EvidenceBundle, EvidencePayload } from '../../evidence/payload.ts';
import { createApiRig, verbalConsent, type ApiRig } from '../support/api-rig.ts';
import { PRODUCT_TEMPLATES } from '../support/customer-mails.ts';
import { eventually } from '../support/eventually.ts';
import { assertSound, companyKey, failures, pageOf, recordOf, signedAgain, verified } from './bundles.ts';

const RULE = `SELECT pg_get_constraintdef(oid) AS rule FROM pg_constraint WHERE conname = 'email_events_readable_times'`;

describe('proof bundles with other times', () => {
  let api: ApiRig;
  /** Applied and confirmed. */
  let applied: EvidenceBundle;
  let cancelled: EvidenceBundle;

  before(async function () {
    this.timeout(120_000);
    api = await createApiRig('noted times', { templates: PRODUCT_TEMPLATES });
    const { planChangeId, quote } = await api.opened(await api.stranger());
    assert.ok(quote);
    await api.post(`/v1/plan-changes/${planChangeId}/consent`, verbalConsent(quote.hash));
    await eventually(
      async () =>
        (await recordOf(api, planChangeId)).bundle.payload.change.status === 'completed' || undefined,
      { what: 'the change completed' },
    );
    const told = { explained: ['The plan is active'], channel: 'phone' };
    await api.post(`/v1/plan-changes/${planChangeId}/confirmation`, told);
    applied = (await recordOf(api, planChangeId)).bundle;
    const other = (await api.opened(await api.stranger())).planChangeId;
    // What somebody writes of a time is no time of the change.
    await api.post(`/v1/plan-changes/${other}/cancel`, { reason: 'Closed 2020-01-01T00:00:00Z. Moves away' });
    cancelled = (await recordOf(api, other)).bundle;
  });
  after(() => api.close());

  const failed = (bundle: EvidenceBundle, alter: (payload: EvidencePayload) => unknown): string[] =>
    failures(verified(api, signedAgain(bundle, companyKey(api), alter)));
  const later = (instant: string | null | undefined, minutes: number): string => {
    assert.ok(instant);
    return new Date(Date.parse(instant) + minutes * 60_000).toISOString();
  };

  it('are sound with those that they had', () => {
    for (const bundle of [applied, cancelled])
      assertSound(
        verified(
          api,
          signedAgain(bundle, companyKey(api), () => 0),
        ),
      );
  });

  const event = (at: string) => ({ event: 'open', reason: null, occurredAt: at, receivedAt: at });
  const summaryOf = ({ mails }: EvidencePayload) => mails.find(({ kind }) => kind === 'summary')!;
  const wrongs: readonly (readonly [string, (payload: EvidencePayload) => unknown])[] = [
    [
      'a status that was reached earlier',
      ({ change }) => (change.transitions[2]!.at = later(change.transitions[2]!.at, -3)),
    ],
    [
      'when the customer was identified',
      ({ identification: i }) => (i.verifiedAt = later(i.verifiedAt, -40)),
    ],
    [
      'an identification without its note',
      ({ chain }) => (chain[0]!.note!.createdAt = later(chain[0]!.note!.createdAt, 5)),
    ],
    [
      'a mail that will have been accepted a day from now',
      ({ mails }) => mails[0]!.events.push(event(later(mails[0]!.createdAt, 1_440))),
    ],
    ['when it was opened', ({ change }) => (change.openedAt = later(change.openedAt, -1))],
    ['when it was closed', ({ change }) => (change.closedAt = later(change.closedAt, 1))],
    ['when it was applied', ({ change }) => (change.appliedAt = later(change.appliedAt, 1))],
    ['when the customer was told', ({ change }) => (change.confirmedAt = later(change.confirmedAt, 30))],
    ['no time at which the customer was told', ({ change }) => (change.confirmedAt = null)],
    [
      'a line that was posted before the consent',
      ({ ledger }) => (ledger.charges[0]!.postedAt = later(ledger.charges[0]!.postedAt, -1)),
    ],
    [
      'a line that was posted a month later',
      ({ ledger }) => (ledger.charges[0]!.postedAt = later(ledger.charges[0]!.postedAt, 43_200)),
    ],
    [
      'when the summary was accepted',
      (payload) => (summaryOf(payload).acceptedAt = later(summaryOf(payload).acceptedAt, 10)),
    ],
    [
      'a summary accepted before it was written',
      (payload) => (summaryOf(payload).acceptedAt = later(summaryOf(payload).createdAt, -1)),
    ],
    [
      'terms that were published after the quote',
      ({ terms, quotes }) => (terms[0]!.publishedAt = later(quotes[0]!.createdAt, 1)),
    ],
  ];
  for (const [what, alter] of wrongs)
    it(`are not sound by ${what}: signed again by the company it fails under “Moments”`, () => {
      const found = failed(applied, alter);
      assert.ok(found.includes('Moments'), found.join());
      assert.ok(!found.includes('Signature') && !found.includes('File'));
    });

  it('are made, and do not hold, beside a row of before with a time that is none', async () => {
    const { planChangeId } = applied.payload.change;
    const [{ rows: before }] = [await api.rig.ownerKnex.raw<{ rows: { rule: string }[] }>(RULE)];
    await api.rig.ownerKnex.raw(`ALTER TABLE email_events DROP CONSTRAINT email_events_readable_times`);
    try {
      for (const at of ['infinity', '-infinity', '20000-01-01Z'])
        await api.rig.ownerKnex.raw(
          `INSERT INTO email_events (provider_event_id, outbox_id, event, occurred_at)
           SELECT :at, id, 'open', :at FROM email_outbox WHERE plan_change_id = :planChangeId AND kind = 'summary'`,
          { at, planChangeId },
        );
      assert.match(await pageOf(api, planChangeId), /is of a time after this file was made/);
      await api.rig.ownerKnex('email_events').where({ provider_event_id: '20000-01-01Z' }).delete();
      assert.equal(verified(api, await pageOf(api, planChangeId)).verdict, 'contradictory');
    } finally {
      await api.rig.ownerKnex('email_events').where({ event: 'open' }).delete();
      await api.rig.ownerKnex.raw(
        `ALTER TABLE email_events ADD CONSTRAINT email_events_readable_times ${before[0]!.rule}`,
      );
    }
  });

  it('are not sound by when a change was cancelled, whatever its reason says', () => {
    const found = failed(cancelled, ({ change }) => (change.closedAt = '2020-01-01T00:00:00Z'));
    assert.deepEqual(found, ['Moments']);
  });
});
