import assert from 'node:assert/strict';
import type { Overtaken } from '../../activities/standing.ts';
import { contentsOf } from '../support/database-contents.ts';
import { createRig, type Rig } from '../support/plan-change-rig.ts';
import { stageScheduled, type StagedChange } from '../support/staged-change.ts';

/** A message can be lost with its server after its step committed: the database is then further on. */
describe('a step for a change that has moved on', () => {
  let rig: Rig;
  before(async () => {
    rig = await createRig('standing');
  });
  after(() => rig.close());

  const steps: [name: string, run: (change: StagedChange) => Promise<unknown>][] = [
    [
      'scheduleActivation',
      async ({ planChangeId, expected, consent, run }) =>
        run('scheduleActivation', {
          ...{ planChangeId, messageId: 'late', consent: await consent() },
          expected: expected('awaiting_consent'),
        }),
    ],
    [
      'requotePlanChange',
      ({ planChangeId, expected, author, now, run }) =>
        run('requotePlanChange', {
          ...{ planChangeId, messageId: 'late', activation: null, author, now },
          expected: expected('awaiting_consent'),
        }),
    ],
    [
      'closePlanChange',
      ({ planChangeId, customerId, expected, author, now, run }) =>
        run('closePlanChange', {
          ...{ planChangeId, customerId, cause: 'late', status: 'declined', author, now },
          ...{ expected: expected('awaiting_consent'), remarkId: null },
        }),
    ],
    [
      'activatePlan',
      async ({ activation, consent, run }) => run('activatePlan', activation(await consent())),
    ],
  ];
  for (const [name, run] of steps) {
    it(`${name} does nothing and says where the change stands`, async () => {
      const change = await stageScheduled(rig);
      const before = await contentsOf(rig.ownerKnex);
      const result = await run(change);
      const { expiresAt, consentDeadlineAt, activateAt, remindAt, ...quote } = change.quote;
      const micros = (instant: string | null) =>
        instant === null ? null : new Date(instant).toISOString().replace('Z', '000Z');
      const adopted = (result as Overtaken).standing.quote.remindAt;
      const remind = Date.parse(adopted ?? '') - Date.parse(remindAt ?? '');
      assert.ok(Math.abs(remind) < 5_000, `the reminder is ${remind} ms off`);
      assert.deepEqual(result, {
        outcome: 'overtaken',
        standing: {
          ...{ status: 'scheduled', consentMethod: 'verbal', holdReason: null, noticeMailId: null },
          quote: {
            ...quote,
            ...{ expiresAt: micros(expiresAt), consentDeadlineAt: micros(consentDeadlineAt) },
            ...{ activateAt: micros(activateAt), remindAt: adopted },
          },
        },
      });
      const {
        step_receipts: receipts,
        consent_evidence: evidence,
        ...after
      } = await contentsOf(rig.ownerKnex);
      const { step_receipts: known, consent_evidence: received, ...expected } = before;
      assert.deepEqual(after, expected);
      assert.equal(receipts?.length, (known?.length ?? 0) + 1);
      assert.ok((evidence?.length ?? 0) >= (received?.length ?? 0));
    });
  }

  it('takes a newer quote for another standing, whatever the status', async () => {
    const change = await stageScheduled(rig);
    const { planChangeId, author, now } = change;
    const requoted = await change.run('requotePlanChange', {
      ...{ planChangeId, messageId: 'reschedule', activation: null, author, now },
      expected: change.expected('scheduled'),
    });
    assert.ok(requoted.outcome === 'quoted' && requoted.quote.revision === 2);
    const again = await change.run('requotePlanChange', {
      ...{ planChangeId, messageId: 'another', activation: null, author, now },
      expected: change.expected('awaiting_consent'),
    });
    assert.ok(again.outcome === 'overtaken');
    const { status, consentMethod, quote } = again.standing;
    // The consent was to the first quote: it is no consent to this one.
    assert.deepEqual([status, consentMethod, quote.revision], ['awaiting_consent', null, 2]);
  });
});
